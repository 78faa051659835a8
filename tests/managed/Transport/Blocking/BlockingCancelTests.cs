using System.Net;
using System.Net.Security;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Tests.Transport.Blocking;

/// <summary>A cancel ends every wait, and is final until the connection is closed.</summary>
public class BlockingCancelTests
{
    private static readonly TlsClientSettings s_tls = new("mx.example", Verify: false);

    public static TheoryData<string> Waits() =>
    [
        "receive", "receive without limit", "send", "wait", "wait for another thread", "handshake", "receive under tls",
        "send under tls", "receive by a shared descriptor", "send by a shared descriptor",
    ];

    [Theory]
    [MemberData(nameof(Waits))]
    public void A_cancel_ends_a_wait_that_is_under_way(string wait)
    {
        using var run = new BlockingRun();
        Func<Fault> waiting = Waiting(run, wait);
        BlockedCall call = new BlockedCall(waiting).WaitUntilInside();
        run.Connection.Cancel();
        Assert.Equal(Fault.Cancelled, call.End());
        AssertFinal(run);
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public void A_cancel_that_came_before_lets_no_wait_begin(string wait)
    {
        using var run = new BlockingRun();
        Func<Fault> waiting = Waiting(run, wait);
        run.Connection.Cancel();
        Assert.Equal(Fault.Cancelled, waiting());
        AssertFinal(run);
    }

    [Fact]
    public void A_cancel_ends_connecting()
    {
        using var silent = new SilentListener();
        using var connection = new BlockingConnection(BlockingRun.Patient);
        BlockedCall call = new BlockedCall(() => connection.Connect([silent.EndPoint, silent.EndPoint]))
            .WaitUntilInside();
        connection.Cancel();
        Assert.Equal(Fault.Cancelled, call.End());
        Assert.Equal(ErrorLayer.Host, connection.Error!.Layer);
    }

    [Theory]
    [InlineData("socks5", 0)]
    [InlineData("socks5", 1)]
    [InlineData("socks4a", 0)]
    [InlineData("http", 0)]
    public void A_cancel_ends_each_wait_for_a_proxy(string kind, int step)
    {
        object[] script = step == 0 ? [ScriptedProxy.Hang] : [3, new byte[] { 5, 0 }, ScriptedProxy.Hang];
        using var proxy = new ScriptedProxy(null, script);
        using var connection = new BlockingConnection(BlockingRun.Patient);
        var call = new BlockedCall(() => connection.Connect(
            [new IPEndPoint(IPAddress.Loopback, 25)], BlockingProxyTests.Address(kind, proxy.Port)));
        Assert.True(proxy.HasHung.Wait(Loop.Long));
        call.WaitUntilInside();
        connection.Cancel();
        Assert.Equal(Fault.Cancelled, call.End());
        Assert.Equal(ErrorLayer.Host, connection.Error!.Layer);
    }

    [Fact]
    public void A_cancel_lasts_until_the_connection_is_closed()
    {
        using var run = new BlockingRun();
        run.Connection.Cancel();
        run.Connection.Cancel();
        Assert.Equal(Fault.Cancelled, run.Connection.Connect([run.EndPoint]));
        Assert.True(run.Connection.IsCancelled);
        run.Connection.Close();
        Assert.False(run.Connection.IsCancelled);
        run.Peer.Dispose();
        run.Connect();
        run.Peer.Send("220 hello\r\n"u8);
        Assert.Equal("220 hello\r\n", run.Receive(11));
    }

    [Fact]
    public void A_cancel_before_the_first_connect_counts()
    {
        using var run = new BlockingRun(isConnected: false);
        run.Connection.Cancel();
        Assert.Equal(Fault.Cancelled, run.Connection.Connect([run.EndPoint]));
        Assert.Equal(Fault.Cancelled, run.Connection.WaitFor((_, _) => { }, Loop.Long));
    }

    [Fact]
    public void A_cancel_may_come_after_the_end()
    {
        var run = new BlockingRun();
        run.Dispose();
        run.Connection.Cancel();
    }

    [Fact]
    public void What_another_thread_does_is_told_of_the_cancel()
    {
        using var connection = new BlockingConnection(BlockingRun.Patient);
        CancellationToken given = default;
        BlockedCall call = new BlockedCall(() => connection.WaitFor((_, cancel) => given = cancel, Loop.Long))
            .WaitUntilInside();
        connection.Cancel();
        Assert.Equal(Fault.Cancelled, call.End());
        Assert.True(given.IsCancellationRequested);
    }

    [Fact]
    public void Cancels_that_meet_closing_and_connecting_do_no_harm()
    {
        using var run = new BlockingRun(isConnected: false);
        bool isOver = false;
        Thread cancelling = Loop.InBackground(() =>
        {
            while (!Volatile.Read(ref isOver))
                run.Connection.Cancel();
        });
        for (int i = 0; i < 300; i++)
        {
            if (run.Connection.Connect([run.EndPoint]) == Fault.None)
                run.Connection.Receive();
            Assert.NotEqual(Fault.None, run.Connection.Error?.Fault ?? Fault.Cancelled);
            run.Connection.Close();
            while (run.Listener.Pending())
                run.Listener.AcceptSocket().Dispose();
        }
        Volatile.Write(ref isOver, true);
        Assert.True(cancelling.Join(Loop.Long));
    }

    private static void AssertFinal(BlockingRun run)
    {
        Assert.Equal(
            (Fault.Cancelled, ErrorLayer.Host), (run.Connection.Error!.Fault, run.Connection.Error.Layer));
        Assert.Equal(Fault.Cancelled, run.Send("QUIT\r\n"));
        Assert.Equal(Fault.Cancelled, run.Connection.Receive());
        Assert.Equal(Fault.Cancelled, run.Connection.BeginTls(s_tls));
        Assert.Equal(Fault.Cancelled, run.Connection.Wait(Readiness.Room, Loop.Long, out _));
    }

    /// <summary>A call that waits, and nothing will come.</summary>
    private static Func<Fault> Waiting(BlockingRun run, string wait)
    {
        BlockingConnection connection = run.Connection;
        if (wait.EndsWith("under tls", StringComparison.Ordinal))
        {
            (Fault fault, SslStream _, Thread serving) = run.BeginTls(Loop.Certificate, s_tls);
            Assert.True(serving.Join(Loop.Long));
            Assert.Equal(Fault.None, fault);
        }
        if (wait.EndsWith("shared descriptor", StringComparison.Ordinal))
            connection.ShareDescriptor();
        return wait switch
        {
            "receive without limit" => () => connection.Receive(Timeout.InfiniteTimeSpan),
            "wait" => () => connection.Wait(Readiness.Input, Timeout.InfiniteTimeSpan, out _),
            "wait for another thread" => () => connection.WaitFor((_, _) => { }, Timeout.InfiniteTimeSpan),
            "handshake" => () => connection.BeginTls(s_tls),
            _ when wait.StartsWith("send", StringComparison.Ordinal) => () => SendForEver(connection),
            _ => connection.Receive,
        };
    }

    private static Fault SendForEver(BlockingConnection connection)
    {
        byte[] much = new byte[1024 * 1024];
        while (true)
            if (connection.Send(much) is not Fault.None and var fault)
                return fault;
    }
}
