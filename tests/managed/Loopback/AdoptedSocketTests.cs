using System.Net;
using System.Net.Sockets;
using MailModule.Transport;

namespace MailModule.Tests.Loopback;

/// <summary>Sockets that a host has connected and gives away.</summary>
public class AdoptedSocketTests
{
    private volatile Connection? _last;

    [Fact]
    public void A_connected_socket_is_served_as_one_that_was_accepted()
    {
        using Loop loop = Start(out Intake intake);
        (Socket near, Socket far) = Pair(IPAddress.Loopback);
        using (near)
        {
            Assert.Equal(Admission.Admitted, intake.Take(Adopt(far)));
            Assert.Equal("hello\n", Loop.ReadExactly(near, 6));
            Assert.Equal(near.LocalEndPoint, _last!.RemoteEndPoint);
            near.Send("quit\n"u8);
            Assert.Equal("quit\n", Loop.ReadToEnd(near));
        }
    }

    [Fact]
    public void A_socket_of_the_local_kind_has_no_address()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mm{Guid.NewGuid():N}");
        using Loop loop = Start(out Intake intake);
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(path));
        listening.Listen();
        using var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        near.Connect(new UnixDomainSocketEndPoint(path));
        Assert.Equal(Admission.Admitted, intake.Take(Adopt(listening.Accept())));
        Assert.Equal("hello\n", Loop.ReadExactly(near, 6));
        Assert.Equal((null, null), (((IPeer)_last!).RemoteEndPoint, _last.TransportEndPoint));
        near.Send("quit\n"u8);
        Assert.Equal("quit\n", Loop.ReadToEnd(near));
        File.Delete(path);
    }

    [Fact]
    public void One_too_many_is_told_so_and_closed()
    {
        using Loop loop = Start(out Intake intake, limit: 1);
        (Socket near, Socket far) = Pair(IPAddress.Loopback);
        (Socket other, Socket otherFar) = Pair(IPAddress.Loopback);
        using (near)
        using (other)
        {
            Assert.Equal(Admission.Admitted, intake.Take(Adopt(far)));
            Assert.Equal(Admission.Full, intake.Take(Adopt(otherFar)));
            Assert.Equal("421 too many\r\n", Loop.ReadToEnd(other));
        }
    }

    [Fact]
    public void What_is_no_connected_stream_stays_the_hosts()
    {
        using var listening = new TcpListener(IPAddress.Loopback, 0);
        listening.Start();
        using var unconnected = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        datagrams.Connect(listening.LocalEndpoint);
        foreach (Socket wrong in (Socket[])[listening.Server, unconnected, datagrams])
        {
            Assert.False(AdoptedSocket.TryTake(wrong.Handle, out Socket? taken));
            Assert.Null(taken);
            Assert.False(wrong.SafeHandle.IsClosed);
            Assert.NotNull(wrong.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Type)); // open still
        }
        using FileStream file = File.OpenRead(typeof(AdoptedSocketTests).Assembly.Location);
        Assert.False(AdoptedSocket.TryTake(file.SafeFileHandle.DangerousGetHandle(), out _));
        Assert.True(file.ReadByte() >= 0);
        Assert.False(AdoptedSocket.TryTake(-1, out _));
        Assert.False(AdoptedSocket.TryTake(1_000_000, out _));
    }

    private static Socket Adopt(Socket mine)
    {
        nint descriptor = mine.SafeHandle.DangerousGetHandle();
        mine.SafeHandle.SetHandleAsInvalid(); // the host's own object does not close it
        Assert.True(AdoptedSocket.TryTake(descriptor, out Socket? taken));
        return taken!;
    }

    private static (Socket Near, Socket Far) Pair(IPAddress address)
    {
        using var listening = new TcpListener(address, 0);
        listening.Start();
        var near = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(listening.LocalEndpoint);
        return (near, listening.AcceptSocket());
    }

    private Loop Start(out Intake intake, int limit = int.MaxValue)
    {
        ISession Begin(Connection connection) => ListenerTests.Greeter(_last = connection);
        var loop = new Loop(Begin, set => set.Limit = limit);
        intake = new Intake(
            new ListenerOptions
            {
                EndPoints = [],
                CreateSession = Begin,
                Refusal = "421 too many\r\n"u8.ToArray(),
                // As ip_range bars what is no client's address.
                WhyBarred = static address => address.Equals(IPAddress.Any) ? "554 barred\r\n"u8.ToArray() : null,
            }, loop.Set);
        return loop;
    }
}
