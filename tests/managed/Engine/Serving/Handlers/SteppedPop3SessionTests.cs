using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Sessions of a POP3 server in the hands of a host, on its threads.</summary>
public sealed class SteppedPop3SessionTests
{
    private const string Login = Pop3HandlerRun.Login;
    private const string Message = "Subject: one\n\nHello\n";

    [Fact]
    public void Whatever_is_asked_is_asked_on_the_hosts_thread()
    {
        int thread = Environment.CurrentManagedThreadId;
        var others = 0;
        var store = TestStore.Answering(
            Pop3Steps.Read | Pop3Steps.Remove | Pop3Steps.Update | Pop3Steps.Close, 5,
            (_, _) =>
            {
                if (Environment.CurrentManagedThreadId != thread)
                    others++;
                return -1;
            }, Message);
        using var run = new Pop3HandlerRun(store);
        using SteppedHost host = Connect(run);
        Assert.Equal("+OK mail.example POP3 server ready\r\n", host.Send(""));
        Assert.Equal(
            "+OK send PASS\r\n+OK 1 messages (23 octets)\r\n+OK 23 octets\r\nSubject: one\r\n\r\nHello\r\n.\r\n"
                + "+OK marked for deletion\r\n+OK goodbye\r\n",
            host.Send(Login + "RETR 1\r\nDELE 1\r\nQUIT\r\n"));
        Assert.Equal(SteppedWant.Close, host.Wants);
        Assert.Equal([1], store.Removed);
        Assert.Equal(0, others);
        Assert.Equal("Close", store.Asked[^1]);
    }

    [Fact]
    public void What_does_not_stay_in_memory_is_read_in_the_steps_too()
    {
        string large = string.Concat(Enumerable.Repeat("0123456789abcdef\n", 40_000));
        var store = TestStore.Answering(Pop3Steps.None, 0, static (_, _) => -1, large);
        using var run = new Pop3HandlerRun(store);
        using (SteppedHost host = Connect(run))
        {
            host.Send("");
            Assert.EndsWith(large.Replace("\n", "\r\n") + ".\r\n", host.Send(Login + "RETR 1\r\n"));
            Assert.Equal(SteppedWant.Read, host.Wants);
            host.Step("RETR 1\r\n"); // and is given up in the middle
        }
        Assert.Equal(Fault.None, run.Server.Stop(Loop.Long));
        Assert.False(run.HasScratch);
    }

    [Fact]
    public void The_librarys_mailbox_is_opened_read_and_emptied_in_the_steps()
    {
        using var run = new Pop3HandlerRun();
        run.Deliver("1.a.b", "A: b\n\nhi\n");
        using (SteppedHost host = Connect(run))
        {
            host.Send("");
            Assert.EndsWith(
                "+OK 12 octets\r\nA: b\r\n\r\nhi\r\n.\r\n+OK marked for deletion\r\n",
                host.Send(Login + "RETR 1\r\nDELE 1\r\n"), StringComparison.Ordinal);
        }
        Assert.Single(run.Mailbox); // RFC 1939 §6: without QUIT nothing is deleted
        using SteppedHost again = Connect(run);
        again.Send("");
        Assert.EndsWith("+OK goodbye\r\n", again.Send(Login + "DELE 1\r\nQUIT\r\n"), StringComparison.Ordinal);
        Assert.Empty(run.Mailbox);
    }

    [Fact]
    public void Octet_by_octet_it_says_the_same()
    {
        using var run = new Pop3HandlerRun(TestStore.Of(7, Message));
        using SteppedHost whole = Connect(run), single = Connect(run);
        string said = Login + "CAPA\r\nLIST\r\nTOP 1 0\r\nRETR 1\r\nRSET\r\nQUIT\r\n";
        string expected = whole.Send("") + whole.Send(said);
        string all = single.Send("");
        foreach (char octet in said)
            all += single.Send(octet.ToString());
        Assert.Equal(expected, all);
    }

    [Fact]
    public void Who_guesses_waits_though_the_host_steps_the_session()
    {
        using var run = new Pop3HandlerRun();
        using SteppedHost host = Connect(run);
        host.Send("");
        Assert.Equal(SteppedWant.Wait, host.Step("USER ann\r\nPASS wrong\r\n"));
        Assert.Equal(-1, host.Session.Timeout);
        Assert.EndsWith("-ERR [AUTH] authentication failed\r\n", host.Send(""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Pop3Steps.None)]
    [InlineData(Pop3Steps.Read)]
    public void A_client_whose_speed_is_bounded_is_waited_for_and_gets_no_more_at_once(Pop3Steps more)
    {
        string message = string.Concat(Enumerable.Repeat("0123456789abcd\n", 400));
        using var run = new Pop3HandlerRun(
            ["pop_speed=120"], TestStore.Answering(more, 16_000, static (_, _) => -1, message)); // 2 KiB a second
        using SteppedHost host = Connect(run);
        host.Send("");
        SteppedWant wants = host.Step(Login + "RETR 1\r\n");
        while (wants == SteppedWant.Write)
            wants = host.Step("");
        Assert.Equal(SteppedWant.Wait, wants);
        string first = host.Take();
        Assert.Contains("+OK 6400 octets\r\n", first, StringComparison.Ordinal);
        Assert.InRange(first.Length, 2000, 5000); // a second's worth, and one ahead
        string whole = first + host.Send("");
        Assert.EndsWith(message.Replace("\n", "\r\n") + ".\r\n", whole, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_silent_for_too_long_hears_nothing_and_the_host_does()
    {
        var table = new Pop3TestTable(Pop3Steps.Timeout | Pop3Steps.Error | Pop3Steps.Close);
        using var run = new Pop3HandlerRun(["pop_timeout=1"], table);
        using SteppedHost host = Connect(run);
        host.Send("");
        Assert.InRange(host.Session.Timeout, 0, 1000);
        Assert.True(SpinWait.SpinUntil(() => host.Step("") == SteppedWant.Close, Loop.Long));
        Assert.Equal("", host.Take()); // RFC 1939 §3
        Assert.Equal(["Timeout", "Close"], table.Asked);
    }

    [Theory]
    [InlineData("QUIT\r\n", "Close")]
    [InlineData("", "Error Closed,Close")]
    [InlineData("GET / HTTP/1.1\r\n", "Error Protocol,Close")]
    public void The_host_hears_how_a_session_ends(string last, string told)
    {
        var table = new Pop3TestTable(Pop3Steps.Timeout | Pop3Steps.Error | Pop3Steps.Close);
        using var run = new Pop3HandlerRun(table);
        using (SteppedHost host = Connect(run))
        {
            host.Send("");
            host.Send(last);
        }
        Assert.Equal(told.Split(','), table.Asked);
    }

    [Fact]
    public void There_are_no_more_sessions_than_the_server_may_have_and_none_for_who_is_kept_out()
    {
        using var run = new Pop3HandlerRun(["pop3_max=1", "pop_deny=198.51.100.0/24"]);
        var kept = new SteppedOptions { Client = System.Net.IPEndPoint.Parse("198.51.100.7:1") };
        Assert.Equal(Fault.Limit, run.Server.NewSteppedSession(kept, out _));
        SteppedHost first = Connect(run);
        Assert.Equal(Fault.Limit, run.Server.NewSteppedSession(new SteppedOptions(), out _));
        first.Dispose();
        using SteppedHost second = new(run.Server, client: null, tls: "TLSv1.3");
        Assert.StartsWith("+OK ", second.Send(""), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_said_goes_to_the_log_where_the_settings_say_so()
    {
        using var run = new Pop3HandlerRun(["detail=1"]);
        using SteppedHost host = Connect(run);
        host.Send("");
        host.Send(Login);
        Assert.Contains(run.Log, line => line.Contains("192.0.2.1:4321", StringComparison.Ordinal)
            && line.Contains("USER ann", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Log, line => line.Contains("secret", StringComparison.Ordinal));
    }

    private static SteppedHost Connect(Pop3HandlerRun run) => new(run.Server, "192.0.2.1", tls: "TLSv1.3");
}
