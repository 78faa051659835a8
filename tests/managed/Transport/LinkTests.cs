using System.Net.Security;
using System.Text;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

/// <summary>Each kind of link that is no socket, as hosts and later protocols will use it.</summary>
public class LinkTests
{
    private static readonly string s_text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"line {i}\n"));

    [Fact]
    public void An_smtp_session_runs_to_its_end_over_memory()
    {
        using var run = new LinkRun();
        var backend = new SmtpSessionLoopbackTests.WorkerBackend { Workers = run.Workers };
        run.Begin(run.Link("memory", 100, out LinkStream client), backend.Open);
        client.Write("HELO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\ntext\r\n.\r\nQUIT\r\n"u8);
        string said = Loop.ReadToEnd(client);
        Assert.StartsWith("220 mail.example ESMTP\r\n250 mail.example\r\n", said, StringComparison.Ordinal);
        Assert.EndsWith("250 2.6.0 Message accepted\r\n221 2.0.0 Bye\r\n", said, StringComparison.Ordinal);
        Assert.True(backend.Ended.Wait(Loop.Long));
        Assert.Equal(["text\r\n"], backend.Messages);
    }

    [Theory]
    [InlineData("memory", 1)]
    [InlineData("memory", 50)]
    [InlineData("memory", 64 * 1024)]
    [InlineData("callbacks", 7)]
    [InlineData("callbacks", 64 * 1024)]
    public void Much_comes_whole_and_in_order_through_little_room(string kind, int capacity)
    {
        using var run = new LinkRun();
        ScriptedSession? session = null;
        run.Begin(run.Link(kind, capacity, out LinkStream peer),
            connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo));
        Thread sending = Loop.InBackground(() => peer.Write(Encoding.ASCII.GetBytes(s_text + "quit\n")));
        Assert.Equal(s_text + "quit\n", Loop.ReadToEnd(peer));
        Assert.True(sending.Join(Loop.Long) && session!.Ended.Wait(Loop.Long));
        Assert.Empty(session.Wrongs);
    }

    [Theory]
    [InlineData("memory", 10)]
    [InlineData("memory", 64 * 1024)]
    [InlineData("callbacks", 64 * 1024)]
    public void Tls_runs_over_any_link_and_ends_with_a_notice(string kind, int capacity)
    {
        using var run = new LinkRun();
        ScriptedSession? session = null;
        run.Begin(run.Link(kind, capacity, out LinkStream peer),
            connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo) { Greeting = "hello\n" },
            new TlsServerSettings(Loop.Certificate));
        using var tls = new SslStream(peer, false, (_, _, _, _) => true);
        tls.AuthenticateAsClient("localhost");
        Assert.Equal("hello\n", Loop.ReadExactly(tls, 6));
        Thread sending = Loop.InBackground(() => tls.Write(Encoding.ASCII.GetBytes(s_text + "quit\n")));
        Assert.Equal(s_text + "quit\n", Loop.ReadToEnd(tls));
        Assert.True(sending.Join(Loop.Long) && session!.Ended.Wait(Loop.Long));
        Assert.StartsWith("TLSv1.3 with", session.Connection.TlsDescription, StringComparison.Ordinal);
        Assert.Equal(Fault.None, session.Connection.Fault);
        Assert.Empty(session.Wrongs);
    }

    /// <summary>The peer waits for our own notice, and leaves the link below open until then.</summary>
    [Fact]
    public async Task A_notice_that_comes_together_with_a_line_ends_the_connection()
    {
        using var run = new LinkRun();
        using var waiting = new ManualResetEventSlim();
        ScriptedSession? session = null;
        run.Begin(run.Link("memory", 64 * 1024, out LinkStream peer),
            connection => session = new ScriptedSession(connection, (_, line, _) =>
            {
                waiting.Set();
                return line == "wait\n" ? Next.Wait : Next.Read;
            })
            {
                Greeting = "hello\n",
            },
            new TlsServerSettings(Loop.Certificate));
        using var tls = new SslStream(peer, false, (_, _, _, _) => true);
        tls.AuthenticateAsClient("localhost");
        Assert.Equal("hello\n", Loop.ReadExactly(tls, 6));
        tls.Write("wait\n"u8);
        Assert.True(waiting.Wait(Loop.Long));
        tls.Write("two\n"u8);
        await tls.ShutdownAsync().WaitAsync(Loop.Long);
        session!.Resume();
        Assert.True(session.Ended.Wait(Loop.Long));
        Assert.Empty(session.Wrongs);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(64 * 1024)]
    public void Two_connections_speak_tls_with_each_other_in_memory(int capacity)
    {
        using var run = new LinkRun();
        (MemoryLink one, MemoryLink other) = MemoryLink.CreatePair(capacity);
        run.Begin(one, ListenerTests.Greeter, new TlsServerSettings(Loop.Certificate));
        ScriptedSession? client = null;
        run.Begin(other, connection => client = new ScriptedSession(connection, (_, line, output) =>
        {
            output.Write("quit\n");
            return line == "quit\n" ? Next.Close : Next.Read;
        }), new TlsClientSettings("localhost", Verify: true, [Loop.Certificate]));
        Assert.True(client!.Ended.Wait(Loop.Long));
        Assert.Equal((Fault.None, true), (client.Connection.Fault, client.Connection.IsPeerVerified));
        Assert.Empty(client.Wrongs);
    }

    [Fact]
    public void What_is_no_handshake_over_memory_is_a_fault_of_tls()
    {
        using var run = new LinkRun();
        ScriptedSession? session = null;
        run.Begin(run.Link("memory", 1000, out LinkStream peer),
            connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo),
            new TlsServerSettings(Loop.Certificate));
        peer.Write("EHLO this is no handshake\r\n"u8);
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal(Fault.Tls, session.Connection.Fault);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("callbacks")]
    public void A_peer_that_ends_within_a_record_is_lost(string kind)
    {
        using var run = new LinkRun();
        ScriptedSession? session = null;
        run.Begin(run.Link(kind, 64 * 1024, out LinkStream peer),
            connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo),
            new TlsServerSettings(Loop.Certificate));
        using var tls = new SslStream(peer, false, (_, _, _, _) => true);
        tls.AuthenticateAsClient("localhost");
        peer.Write([23, 3, 3, 0, 100, 1, 2, 3]);
        peer.Dispose();
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal((Fault.Closed, true), (session.Connection.Fault, session.Connection.Lost));
    }

    [Fact]
    public void A_wait_of_the_host_is_interrupted_when_more_is_wanted()
    {
        using var run = new LinkRun();
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair();
        var host = new ScriptedHost(near, most: 1000);
        ScriptedSession? session = null;
        run.Begin(new CallbackLink(host, run.Workers),
            connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo));
        Assert.True(host.Blocks.Wait(Loop.Long)); // for input alone
        host.HasRoom = false;
        Thread stopping = Loop.InBackground(() => run.Set.Stop(Loop.Long)); // the session says goodbye
        Assert.True(SpinWait.SpinUntil(() => HasWaitedFor(host, Readiness.Input | Readiness.Room), Loop.Long));
        Assert.Equal(1, Volatile.Read(ref host.Interrupts));
        host.HasRoom = true;
        host.Wake();
        Assert.Equal("bye Stopping\n", Loop.ReadToEnd(new LinkStream(far)));
        Assert.True(stopping.Join(Loop.Long) && session!.Ended.Wait(Loop.Long) && host.Closed.Wait(Loop.Long));
        Assert.Equal(Readiness.Input, host.Waits[0]);
    }

    [Fact]
    public void An_abort_ends_a_wait_of_the_host_at_once_and_the_host_is_closed_once()
    {
        using var run = new LinkRun();
        (MemoryLink near, _) = MemoryLink.CreatePair();
        var host = new ScriptedHost(near, most: 1000);
        ScriptedSession? session = null;
        var link = new CallbackLink(host, run.Workers);
        Connection connection = run.Begin(link, made => session = new ScriptedSession(made, PlainConnectionTests.Echo));
        Assert.True(host.Blocks.Wait(Loop.Long));
        connection.Abort();
        Assert.True(session!.Ended.Wait(Loop.Long) && host.Closed.Wait(Loop.Long));
        Assert.Equal((Fault.Cancelled, 1), (connection.Fault, host.Closes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_resumes_a_session_reads_on_in_clear_text_and_decrypts_nothing(bool isTls)
    {
        using var run = new LinkRun();
        using var waiting = new ManualResetEventSlim();
        int reader = 0;
        ScriptedSession? session = null;
        run.Begin(run.Link("memory", 64 * 1024, out LinkStream peer),
            connection => session = new ScriptedSession(connection, (_, line, output) =>
            {
                reader = Environment.CurrentManagedThreadId;
                output.Write(line);
                waiting.Set();
                return line == "wait\n" ? Next.Wait : Next.Close;
            })
            {
                Greeting = "hello\n",
            },
            isTls ? new TlsServerSettings(Loop.Certificate) : null);
        using Stream stream = isTls ? new SslStream(peer, false, (_, _, _, _) => true) : peer;
        (stream as SslStream)?.AuthenticateAsClient("localhost");
        Assert.Equal("hello\n", Loop.ReadExactly(stream, 6));
        stream.Write("wait\n"u8);
        Assert.True(waiting.Wait(Loop.Long));
        stream.Write("two\n"u8);
        session!.Resume();
        int resumer = Environment.CurrentManagedThreadId;
        Assert.Equal("wait\ntwo\n", Loop.ReadToEnd(stream));
        Assert.True(session.Ended.Wait(Loop.Long));
        Assert.Equal(isTls, reader != resumer);
        Assert.Empty(session.Wrongs);
    }

    [Fact]
    public void Closing_is_the_last_call_to_a_host_whoever_aborts_after_it()
    {
        using var run = new LinkRun();
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair();
        var host = new ScriptedHost(near, most: 1000);
        Connection connection = run.Begin(new CallbackLink(host, run.Workers),
            made => new ScriptedSession(made, PlainConnectionTests.Echo));
        using var peer = new LinkStream(far);
        peer.Write("quit\n"u8);
        Assert.True(host.Closed.Wait(Loop.Long));
        int interrupts = host.Interrupts;
        connection.Abort();
        Assert.Equal((interrupts, 1), (host.Interrupts, host.Closes));
    }

    [Fact]
    public void A_host_that_cannot_wait_is_closed_and_the_session_told_why()
    {
        using var run = new LinkRun();
        (MemoryLink near, _) = MemoryLink.CreatePair();
        var host = new ScriptedHost(near, most: 1000) { WaitFailure = new InvalidOperationException("no wait") };
        ScriptedSession? session = null;
        run.Begin(new CallbackLink(host, run.Workers),
            made => session = new ScriptedSession(made, PlainConnectionTests.Echo));
        Assert.True(session!.Ended.Wait(Loop.Long) && host.Closed.Wait(Loop.Long));
        Assert.Equal((Fault.Closed, "the host cannot wait: no wait"),
            (session.Connection.Fault, session.Connection.FaultText));
        Assert.Empty(session.Wrongs);
    }

    private static bool HasWaitedFor(ScriptedHost host, Readiness wanted)
    {
        lock (host.Waits)
            return host.Waits.Contains(wanted);
    }
}
