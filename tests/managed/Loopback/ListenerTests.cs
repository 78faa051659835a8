using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Loopback;

public class ListenerTests
{
    [Theory]
    [InlineData(2, int.MaxValue, "421 too many\r\n")]
    [InlineData(int.MaxValue, 2, "421 too many of yours\r\n")]
    public void Whom_a_limit_keeps_out_is_told_and_others_may_come_later(int limit, int limitPerAddress, string told)
    {
        using var loop = new Loop(Greeter, set =>
        {
            set.Limit = limit;
            set.LimitOf = _ => limitPerAddress;
        });
        Socket first = Greeted(loop);
        using Socket second = Greeted(loop);
        using (Socket third = loop.Connect())
            Assert.Equal(told, Loop.ReadToEnd(third));
        first.Send("quit\n"u8);
        Assert.Equal("quit\n", Loop.ReadToEnd(first));
        first.Dispose();
        Assert.True(SpinWait.SpinUntil(() => loop.Set.Count == 1, Loop.Long));
        using Socket fourth = Greeted(loop);
    }

    [Fact]
    public void Stop_tells_idle_sessions_and_waits_for_busy_ones()
    {
        using var waiting = new ManualResetEventSlim();
        ScriptedSession? busy = null;
        var loop = new Loop(connection => busy = new ScriptedSession(connection, (_, _, _) =>
        {
            waiting.Set();
            return Next.Wait;
        })
        {
            Greeting = "hello\n",
            OnContinue = (_, output) => { output.Write("done\n"); return Next.Read; },
        });
        using Socket idle = Greeted(loop);
        using Socket working = Greeted(loop);
        working.Send("go\n"u8);
        Assert.True(waiting.Wait(Loop.Long));
        Thread stopping = Loop.InBackground(loop.Dispose);
        Assert.Equal("bye Stopping\n", Loop.ReadToEnd(idle));
        busy!.Resume();
        Assert.Equal("done\nbye Stopping\n", Loop.ReadToEnd(working));
        Assert.True(stopping.Join(Loop.Long));
        Assert.Empty(busy.Wrongs);
    }

    [Fact]
    public void Stop_cuts_who_is_not_ready_in_time_and_says_who_still_waits()
    {
        using var waiting = new ManualResetEventSlim();
        ScriptedSession? busy = null;
        using var loop = new Loop(connection => busy = new ScriptedSession(connection, (_, _, _) =>
        {
            waiting.Set();
            return Next.Wait;
        }));
        using Socket socket = loop.Connect();
        socket.Send("go\n"u8);
        Assert.True(waiting.Wait(Loop.Long));
        Assert.False(loop.Set.Stop(TimeSpan.FromMilliseconds(20)));
        Assert.True(busy!.Connection.Lost);
        Assert.False(busy.Ended.IsSet);
        busy.Resume();
        Assert.True(busy.Ended.Wait(Loop.Long));
        Assert.Empty(busy.Wrongs);
    }

    [Fact]
    public void A_port_in_use_is_a_value_that_names_it()
    {
        using var loop = new Loop(Greeter);
        var options = new ListenerOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, 0), loop.EndPoint],
            CreateSession = Greeter,
        };
        Assert.Equal(Fault.Bind, Listener.TryStart(options, loop.Set, out Listener? listener, out string? text));
        Assert.Null(listener);
        Assert.Contains(loop.EndPoint.ToString(), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_hundred_starts_and_stops_leave_no_descriptor()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Cycle();
        int before = SocketsOpen();
        for (int i = 0; i < 200; i++)
            Cycle();
        // Each that was left would count once; other tests have theirs meanwhile.
        Assert.True(SpinWait.SpinUntil(() => SocketsOpen() <= before + 100, Loop.Long),
            $"{before} before, {SocketsOpen()} after");

        static void Cycle()
        {
            using var loop = new Loop(Greeter);
            using Socket socket = Greeted(loop);
        }
    }

    internal static ScriptedSession Greeter(Connection connection)
        => new(connection, PlainConnectionTests.Echo) { Greeting = "hello\n" };

    internal static Socket Greeted(Loop loop)
    {
        Socket socket = loop.Connect();
        Assert.Equal("hello\n", Loop.ReadExactly(socket, 6));
        return socket;
    }

    private static int SocketsOpen() => Directory.GetFiles("/proc/self/fd").Length;
}
