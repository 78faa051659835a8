using System.Net;
using System.Net.Sockets;
using MailModule.Dns;
using MailModule.Dns.Stub;
using MailModule.Dns.Wire;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Dns.Stub;

/// <summary>Questions to servers where there is no epoll.</summary>
public class PortableQuerySocketTests
{
    [Theory]
    [InlineData(SocketType.Dgram)]
    [InlineData(SocketType.Stream)]
    public async Task A_question_gets_its_answer(SocketType type)
    {
        using var server = new ScriptedDnsServer(query => query.Send(query.Response()));
        using var socket = new PortableQuerySocket(server.EndPoint, type);
        socket.Begin(new Deadline(Loop.Long, default));
        if (type == SocketType.Stream)
            Assert.Equal(SocketWait.Completed, await socket.Connect());
        byte[] question = Question(type == SocketType.Stream);
        Assert.Equal(SocketWait.Completed, await socket.Send(question));
        byte[] answer = new byte[512];
        Assert.Equal(SocketWait.Completed, await socket.Receive(answer));
        Assert.InRange(socket.Count, 1, 512);
        socket.End();
    }

    [Fact]
    public async Task A_port_that_nobody_has_is_a_refusal()
    {
        IPEndPoint nobody;
        using (var bound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            nobody = (IPEndPoint)bound.LocalEndPoint!;
        }
        using var socket = new PortableQuerySocket(nobody, SocketType.Dgram);
        socket.Begin(new Deadline(Loop.Long, default));
        Assert.Equal(SocketWait.Completed, await socket.Send(Question(isPrefixed: false)));
        Assert.Equal(SocketWait.Failed, await socket.Receive(new byte[512]));
        Assert.Equal(SocketError.ConnectionRefused, socket.Error);
    }

    [Fact]
    public async Task Silence_ends_with_the_time()
    {
        using var server = new ScriptedDnsServer(static _ => { });
        using var socket = new PortableQuerySocket(server.EndPoint, SocketType.Dgram);
        socket.Begin(new Deadline(TimeSpan.FromMilliseconds(50), default));
        Assert.Equal(SocketWait.Completed, await socket.Send(Question(isPrefixed: false)));
        Assert.Equal(SocketWait.TimedOut, await socket.Receive(new byte[512]));
    }

    [Fact]
    public async Task A_cancel_ends_the_wait()
    {
        using var server = new ScriptedDnsServer(static _ => { });
        using var socket = new PortableQuerySocket(server.EndPoint, SocketType.Dgram);
        using var cancel = new CancellationTokenSource();
        socket.Begin(new Deadline(Loop.Long, cancel.Token));
        Assert.Equal(SocketWait.Completed, await socket.Send(Question(isPrefixed: false)));
        ValueTask<SocketWait> receiving = socket.Receive(new byte[512]);
        cancel.Cancel();
        Assert.Equal(SocketWait.Cancelled, await receiving);
    }

    private static byte[] Question(bool isPrefixed)
    {
        Span<byte> room = stackalloc byte[QueryWriter.MaxLength];
        int length = QueryWriter.Write(new Question(1, "mail.example", DnsType.A), withEdns: false, room);
        byte[] question = room[..length].ToArray();
        return isPrefixed ? [(byte)(length >> 8), (byte)length, .. question] : question;
    }
}
