using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Sessions of a server in the hands of a host, on its threads.</summary>
public class SteppedSmtpTests
{
    [Fact]
    public void A_server_that_listens_nowhere_serves_sessions_that_are_stepped_on_the_hosts_thread()
    {
        int thread = Environment.CurrentManagedThreadId;
        var table = new TestTable(HandlerSteps.All)
        {
            Answer = (_, _) => thread == Environment.CurrentManagedThreadId ? 0 : -1,
        };
        using var run = new HandlerRun(table);
        Assert.Equal(0, run.Server.Port);
        using SteppedHost host = run.Connect();
        Assert.Equal("220 mail.example ESMTP\r\n", host.Send(""));
        Assert.Contains("queued as", host.Send(
            HandlerRun.Begun + "RCPT TO:<ann@mail.example>\r\nDATA\r\ntext\r\n.\r\n"), StringComparison.Ordinal);
        Assert.Equal("221 2.0.0 Bye\r\n", host.Send("QUIT\r\n"));
        Assert.Equal(SteppedWant.Close, host.Wants);
        Assert.Single(run.Delivered(1));
    }

    [Fact]
    public void Octet_by_octet_it_says_the_same()
    {
        using var run = new HandlerRun(new TestTable(HandlerSteps.All));
        using SteppedHost host = run.Connect();
        host.Send("");
        string all = "";
        foreach (char octet in HandlerRun.Begun + "RCPT TO:<ann@mail.example>\r\nDATA\r\ntext\r\n.\r\nQUIT\r\n")
            all += host.Send(octet.ToString());
        Assert.Matches("^250 .*\r\n250 .*\r\n250 .*\r\n354 .*\r\n250 .*queued as .*\r\n221 .*\r\n$", all);
    }

    [Fact]
    public void The_hosts_tls_begins_where_the_session_asks_for_it_and_nothing_before_survives()
    {
        using var run = new HandlerRun();
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Contains("STARTTLS", host.Send("EHLO me\r\n"), StringComparison.Ordinal);
        Assert.Equal(Fault.State, host.Session.BeginTls("TLSv1.3"));
        Assert.Equal("220 2.0.0 Ready to start TLS\r\n", host.Send("STARTTLS\r\nNOOP\r\n"));
        Assert.Equal(SteppedWant.Tls, host.Wants);
        Assert.Equal(Fault.State, host.Session.Step("NOOP\r\n"u8, out _, out _));
        Assert.Equal(Fault.Argument, host.Session.BeginTls("a\r\nb"));
        Assert.Equal(Fault.None, host.Session.BeginTls("TLSv1.3 with cipher X"));
        Assert.Equal("", host.Send(""));
        Assert.Equal("503 5.5.1 Send EHLO or HELO first\r\n", host.Send("MAIL FROM:<a@b.example>\r\n"));
        Assert.DoesNotContain("STARTTLS", host.Send("EHLO me\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Inside_a_handler_the_session_is_not_stepped_and_not_ended()
    {
        SteppedHost? host = null;
        var faults = new List<Fault>();
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, _) =>
            {
                faults.AddRange([host!.Session.Step([], out _, out _), host.Session.End()]);
                return 0;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost one = host = run.Connect();
        host.Send("");
        Assert.Equal("250 2.0.0 Ok\r\n", host.Send("NOOP\r\n"));
        Assert.Equal([Fault.State, Fault.State], faults);
    }

    [Fact]
    public void A_client_without_an_address_is_not_trusted()
    {
        bool? isTrusted = null;
        var table = new TestTable(HandlerSteps.Mail)
        {
            Answer = (_, session)
                => (isTrusted = session.Info!.IsTrusted) is true && session.Info.Client is null ? -1 : 0,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect(client: null);
        host.Send("");
        Assert.EndsWith("550 5.7.1 Relaying denied\r\n",
            host.Send(HandlerRun.Begun + "RCPT TO:<x@other.example>\r\n"), StringComparison.Ordinal);
        Assert.False(isTrusted);
    }

    [Theory]
    [InlineData("QUIT\r\n", "Close")]
    [InlineData("", "Error Closed,Close")]
    [InlineData("GET / HTTP/1.1\r\n", "Error Protocol,Close")]
    public void The_host_hears_how_a_session_ends(string last, string told)
    {
        var table = new TestTable(HandlerSteps.Timeout | HandlerSteps.Error | HandlerSteps.Close);
        using var run = new HandlerRun(table);
        using (SteppedHost host = run.Connect())
        {
            host.Send("");
            host.Send(last);
        }
        Assert.Equal(told.Split(','), table.Asked);
    }

    [Fact]
    public void Who_is_silent_for_too_long_is_told_and_so_is_the_host()
    {
        var table = new TestTable(HandlerSteps.Timeout | HandlerSteps.Error | HandlerSteps.Close);
        using var run = new HandlerRun(["pop_timeout=1"], ServerOptions.NoPort, SmtpProtocol.Smtp, table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.InRange(host.Session.Timeout, 0, 1000);
        Assert.True(SpinWait.SpinUntil(() => host.Step("") == SteppedWant.Close, Loop.Long));
        Assert.Equal("421 4.4.2 Idle for too long, closing connection\r\n", host.Take());
        Assert.Equal(["Timeout", "Close"], table.Asked);
    }

    [Fact]
    public void What_is_given_to_a_session_that_waits_is_kept_up_to_a_limit_and_beyond_it_not_taken()
    {
        PendingAnswer? owed = null;
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, session) => owed is not null || session.Defer(Loop.Long, 250, out owed) != Fault.None
                ? HandlerVerdict.Continue
                : HandlerVerdict.Pending,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(SteppedWant.Wait, host.Step("NOOP\r\n"));
        string commands = string.Concat(Enumerable.Repeat("RSET\r\n", 1000));
        for (int i = 0; i < 10; i++)
            Assert.Equal(SteppedWant.Wait, host.Step(commands));
        Assert.Equal(Fault.Limit, host.Session.Step(Encoding.ASCII.GetBytes(commands), out _, out _));
        Assert.Equal(SteppedWant.Wait, host.Step(commands[..5400]));
        owed!.Answer(HandlerVerdict.Accept);
        string replies = host.Send("");
        Assert.Equal(1 + 10_900, replies.Split("\r\n250 ").Length);
        Assert.Equal(100_000, host.Send(string.Concat(Enumerable.Repeat(commands, 100))).Split("\n250 ").Length);
    }

    [Fact]
    public void A_ban_keeps_an_address_from_sessions_but_not_from_those_for_submissions()
    {
        using var run = new HandlerRun(["ban_threshold=1", "ban_time=60"], ServerOptions.NoPort, SmtpProtocol.Smtp);
        using (SteppedHost host = run.Connect())
        {
            host.Send("");
            host.Send(HandlerRun.Begun + "RCPT TO:<no@mail.example>\r\n");
        }
        var options = new SteppedOptions { Client = System.Net.IPEndPoint.Parse("198.51.100.7:1") };
        Assert.Equal(Fault.Limit, run.Server.NewSteppedSession(options, out _));
        Assert.Equal(Fault.Limit, run.Server.NewSteppedSession(options with { Protocol = SmtpProtocol.Lmtp }, out _));
        using SteppedHost submitting = run.Connect(protocol: SmtpProtocol.Submission);
        submitting.Send("");
        Assert.EndsWith("530 5.7.0 Authentication required\r\n", submitting.Send(HandlerRun.Begun),
            StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_no_more_sessions_than_the_server_may_have()
    {
        using var run = new HandlerRun(["smtp_max=1"], ServerOptions.NoPort, SmtpProtocol.Smtp);
        SteppedHost first = run.Connect();
        Assert.Equal(Fault.Limit, run.Server.NewSteppedSession(new SteppedOptions(), out _));
        first.Dispose();
        using SteppedHost second = run.Connect();
        Assert.Equal("220 mail.example ESMTP\r\n", second.Send(""));
    }
}
