using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Tests.Transport.Blocking;

/// <summary>Octets that a host moves by its own calls, in place of a socket and above one.</summary>
public class HostTransportTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Octets_go_over_a_hosts_way_in_place_of_a_socket(bool canWait)
    {
        using var pair = new SocketPair();
        using var host = new SocketHost(pair.Near, canWait);
        using var connection = new BlockingConnection(BlockingRun.Patient);
        var peer = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 25);
        Assert.Equal(Fault.None, connection.Attach(host, peer));
        Assert.Equal((peer, true), (connection.RemoteEndPoint, connection.IsOpen));
        Talk(connection, pair.Far);
        Assert.Equal(0, host.Closings);
        connection.Close();
        Assert.Equal(1, host.Closings);
        connection.Cancel();
        Assert.Equal(0, host.InterruptionsAfterClosing);
    }

    [Fact]
    public void Octets_go_over_a_hosts_way_above_the_connections_own_socket()
    {
        using var run = new BlockingRun();
        run.Peer.Send("220 go\r\ninjected\r\n"u8);
        Assert.Equal("220 go\r\n", run.Receive(8));
        nint descriptor = run.Connection.ShareDescriptor();
        using var same = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false)) { Blocking = false };
        using var host = new SocketHost(same, canWait: false)
        {
            IsSecure = true,
            Socket = -1,
        };
        Assert.Equal(Fault.None, run.Connection.Attach(host));
        Assert.Equal("", run.Unconsumed);
        Assert.True(run.Connection.IsSecure);
        Assert.Null(run.Connection.Tls);
        Talk(run.Connection, run.Peer);
        Assert.Equal(Fault.State, run.Connection.Attach(new SocketHost(run.Peer, canWait: true)));
        run.Connection.Close();
        Assert.Equal(1, host.Closings);
        Assert.Equal(0, run.Peer.Receive(new byte[1]));
    }

    /// <summary>Each way in which a transport may say that it can do nothing yet, and what it waits for.</summary>
    [Fact]
    public void Every_order_of_again_is_waited_for()
    {
        HostTransfer[] steps = [HostTransfer.Again(Readiness.Input), HostTransfer.Again(Readiness.Room)];
        for (int order = 0; order < 64; order++)
        {
            List<HostTransfer> reads = [], writes = [];
            for (int i = 0; i < 3; i++)
            {
                reads.Add(steps[(order >> i) & 1]);
                writes.Add(steps[(order >> (i + 3)) & 1]);
            }
            var host = new StepHost(reads, writes);
            using var connection = new BlockingConnection(BlockingRun.Patient);
            Assert.Equal(Fault.None, connection.Attach(host));
            Assert.Equal(Fault.None, connection.Send("QUIT\r\n"u8));
            Assert.Equal(Fault.None, connection.Receive());
            Assert.Equal("221 bye", Encoding.ASCII.GetString(connection.Unconsumed));
            Assert.Equal("QUIT\r\n", host.Written);
            Assert.Equal(writes.Concat(reads).Select(step => step.Awaited), host.Waits);
        }
    }

    [Fact]
    public void The_host_takes_octets_in_pieces()
    {
        var host = new StepHost([], []) { Most = 1 };
        using var connection = new BlockingConnection(BlockingRun.Patient);
        Assert.Equal(Fault.None, connection.Attach(host));
        Assert.Equal(Fault.None, connection.Send("NOOP\r\n"u8));
        Assert.Equal("NOOP\r\n", host.Written);
    }

    [Theory]
    [InlineData(Fault.Tls, Fault.Tls)]
    [InlineData(Fault.Cancelled, Fault.Cancelled)]
    [InlineData(Fault.Io, Fault.Closed)]
    public void What_the_host_says_of_a_failure_is_told(Fault said, Fault told)
    {
        using var connection = new BlockingConnection(BlockingRun.Patient);
        var host = new StepHost([HostTransfer.Failed(said)], [HostTransfer.Failed(said)]);
        Assert.Equal(Fault.None, connection.Attach(host));
        Assert.Equal(told, connection.Send("x"u8));
        Assert.Equal((told, ErrorLayer.Host), (connection.Error!.Fault, connection.Error.Layer));
        Assert.Equal(told, connection.Receive());
    }

    [Fact]
    public void A_wait_of_the_hosts_that_fails_ends_the_call()
    {
        using var connection = new BlockingConnection(BlockingRun.Patient);
        var host = new StepHost([HostTransfer.Again(Readiness.Input)], []) { WaitFault = Fault.Io };
        Assert.Equal(Fault.None, connection.Attach(host));
        Assert.Equal(Fault.Closed, connection.Receive());
        Assert.Equal(ErrorLayer.Host, connection.Error!.Layer);
    }

    [Fact]
    public void The_end_and_time_outs_come_through_a_hosts_way()
    {
        using var pair = new SocketPair();
        using var host = new SocketHost(pair.Near, canWait: true);
        using var connection = new BlockingConnection(BlockingRun.Hasty);
        Assert.Equal(Fault.None, connection.Attach(host));
        Assert.Equal(Fault.Timeout, connection.Receive());
        Assert.Equal(Fault.Timeout, connection.Wait(Readiness.Input, TimeSpan.FromMilliseconds(10), out _));
        pair.Far.Shutdown(SocketShutdown.Send);
        Assert.Equal(Fault.Closed, connection.Receive());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_cancel_ends_a_hosts_wait(bool canWait)
    {
        using var pair = new SocketPair();
        using var host = new SocketHost(pair.Near, canWait);
        using var connection = new BlockingConnection(BlockingRun.Patient);
        Assert.Equal(Fault.None, connection.Attach(host));
        BlockedCall call = new BlockedCall(() => connection.Receive(Timeout.InfiniteTimeSpan)).WaitUntilInside();
        connection.Cancel();
        Assert.Equal(Fault.Cancelled, call.End());
        Assert.Equal(Fault.Cancelled, connection.Send("x"u8));
    }

    [Fact]
    public void A_way_that_cannot_be_waited_for_is_refused_and_closed()
    {
        using var connection = new BlockingConnection(BlockingRun.Patient);
        var host = new StepHost([], []) { CanWait = false };
        Assert.Equal(Fault.Argument, connection.Attach(host));
        Assert.Equal((1, false), (host.Closings, connection.IsOpen));
    }

    [Fact]
    public void Tls_of_ours_goes_over_a_hosts_way_in_place_of_a_socket()
    {
        using var pair = new SocketPair();
        using var host = new SocketHost(pair.Near, canWait: true);
        using var connection = new BlockingConnection(BlockingRun.Patient);
        Assert.Equal(Fault.None, connection.Attach(host));
        using SslStream server = new(new NetworkStream(pair.Far));
        Thread serving = Loop.InBackground(() => server.AuthenticateAsServer(Loop.Certificate));
        Assert.Equal(Fault.None, connection.BeginTls(new TlsClientSettings("localhost", Verify: false)));
        Assert.True(serving.Join(Loop.Long));
        Assert.Equal(Fault.None, connection.Send("EHLO client\r\n"u8));
        Assert.Equal("EHLO client\r\n", Loop.ReadExactly(server, 13));
    }

    private static void Talk(BlockingConnection connection, Socket peer)
    {
        byte[] much = new byte[4 * 1024 * 1024], there = new byte[much.Length];
        new Random(3).NextBytes(much);
        var stream = new NetworkStream(peer);
        Thread reading = Loop.InBackground(() => BlockingRun.Quietly(() => stream.ReadExactly(there)));
        Assert.Equal(Fault.None, connection.Send(much));
        Assert.True(reading.Join(Loop.Long));
        Assert.True(much.AsSpan().SequenceEqual(there));
        Thread answering = Loop.InBackground(() => BlockingRun.Quietly(() => stream.Write(much)));
        byte[] got = new byte[much.Length];
        for (int count = 0; count < got.Length;)
        {
            Assert.Equal(Fault.None, connection.Receive());
            connection.Unconsumed.CopyTo(got.AsSpan(count));
            count += connection.Unconsumed.Length;
            connection.Consume(connection.Unconsumed.Length);
        }
        Assert.True(answering.Join(Loop.Long));
        Assert.True(much.AsSpan().SequenceEqual(got));
    }
}
