using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Transport;
using MailModule.Transport.Dialing;

namespace MailModule.Tests.Loopback;

public class DialerTests
{
    [Fact]
    public void A_dialled_connection_runs_its_session()
    {
        using var loop = new Loop(ListenerTests.Greeter);
        using var heard = new BlockingCollection<string>();
        var options = new DialOptions { Target = loop.EndPoint, From = IPAddress.Loopback };
        Dialer.Connect(options, loop.Set, connection => new ScriptedSession(connection, (_, line, output) =>
        {
            heard.Add(line);
            output.Write("quit\n");
            return line == "quit\n" ? Next.Close : Next.Read;
        }), (fault, text) => heard.Add($"{fault}: {text}"));
        Assert.True(heard.TryTake(out string? greeting, Loop.Long));
        Assert.Equal("hello\n", greeting);
        Assert.True(heard.TryTake(out string? last, Loop.Long));
        Assert.Equal("quit\n", last);
    }

    [Fact]
    public void A_closed_port_is_a_value()
    {
        using var loop = new Loop(ListenerTests.Greeter);
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal(Fault.Connect, FaultOf(loop, new DialOptions { Target = (IPEndPoint)closed.LocalEndPoint! }));
    }

    [Fact]
    public void A_peer_that_does_not_answer_and_a_cancelled_attempt_are_values()
    {
        using var loop = new Loop(ListenerTests.Greeter);
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var target = (IPEndPoint)full.LocalEndPoint!;
        using var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        filler.Connect(target);
        Assert.Equal(Fault.Timeout,
            FaultOf(loop, new DialOptions { Target = target, Timeout = TimeSpan.FromMilliseconds(100) }));
        Assert.Equal(Fault.Cancelled, FaultOf(loop, new DialOptions { Target = target }, dial => dial.Cancel()));
        Assert.Equal(0, loop.Set.Count);
    }

    [Fact]
    public void The_sets_limit_holds_for_dialled_connections_too()
    {
        using var loop = new Loop(ListenerTests.Greeter, set => set.Limit = 0);
        Assert.Equal(Fault.Full, FaultOf(loop, new DialOptions { Target = loop.EndPoint }));
    }

    private static Fault FaultOf(Loop loop, DialOptions options, Action<Dial>? after = null)
    {
        using var faults = new BlockingCollection<Fault>();
        Dial dial = Dialer.Connect(
            options, loop.Set, connection => new ScriptedSession(connection, PlainConnectionTests.Echo),
            (fault, _) => faults.Add(fault));
        after?.Invoke(dial);
        Assert.True(faults.TryTake(out Fault fault, Loop.Long));
        return fault;
    }
}
