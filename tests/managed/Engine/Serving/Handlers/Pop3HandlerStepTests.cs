using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Each step of a POP3 session is asked at its place, and each verdict has its meaning there.</summary>
public sealed class Pop3HandlerStepTests
{
    private const string Ready = "+OK mail.example POP3 server ready\r\n";
    private const string Login = Pop3HandlerRun.Login;
    private const string LoggedIn = "+OK send PASS\r\n+OK 0 messages (0 octets)\r\n";

    [Theory]
    [InlineData(Pop3Steps.Connect, HandlerVerdict.Continue, "", Ready)]
    [InlineData(Pop3Steps.Connect, HandlerVerdict.Accept, "", Ready)]
    [InlineData(Pop3Steps.Connect, HandlerVerdict.Reject, "", "-ERR [SYS/PERM] your connection is not taken here\r\n")]
    [InlineData(Pop3Steps.Connect, HandlerVerdict.Close, "", "-ERR [SYS/TEMP] closing connection\r\n")]
    [InlineData(Pop3Steps.Connect, HandlerVerdict.Error, "",
        "-ERR [SYS/TEMP] not possible now, try again later\r\n")]
    [InlineData(Pop3Steps.Connect, 17, "", "-ERR [SYS/TEMP] error in processing, try again later\r\n")]
    [InlineData(Pop3Steps.Noop, HandlerVerdict.Continue, "NOOP\r\n", "+OK\r\n")]
    [InlineData(Pop3Steps.Noop, HandlerVerdict.Done, "NOOP\r\n", "+OK\r\n")]
    [InlineData(Pop3Steps.Noop, 200, "NOOP\r\n", "+OK\r\n")]
    [InlineData(Pop3Steps.Noop, HandlerVerdict.Reject, "NOOP\r\n", "-ERR not now\r\n")]
    [InlineData(Pop3Steps.Noop, 500, "NOOP\r\n", "-ERR not now\r\n")]
    [InlineData(Pop3Steps.Noop, 450, "NOOP\r\n", "-ERR [SYS/TEMP] not possible now, try again later\r\n")]
    [InlineData(Pop3Steps.Noop, HandlerVerdict.Ambiguous, "NOOP\r\n",
        "-ERR [SYS/TEMP] error in processing, try again later\r\n")]
    [InlineData(Pop3Steps.Reset, HandlerVerdict.Continue, "RSET\r\n", "+OK\r\n")]
    [InlineData(Pop3Steps.Unknown, HandlerVerdict.Continue, "XYZ a\r\n", "-ERR unknown command\r\n")]
    [InlineData(Pop3Steps.Unknown, HandlerVerdict.Accept, "XYZ a\r\n", "+OK\r\n")]
    [InlineData(Pop3Steps.Unknown, HandlerVerdict.Reject, "XYZ a\r\n", "-ERR unknown command\r\n")]
    [InlineData(Pop3Steps.Capabilities, HandlerVerdict.Reject, "CAPA\r\n", "-ERR [SYS/TEMP] no capabilities now\r\n")]
    [InlineData(Pop3Steps.Update, HandlerVerdict.Reject, "QUIT\r\n",
        "-ERR [SYS/TEMP] some messages could not be deleted\r\n")]
    public void A_verdict_has_its_meaning_whether_or_not_it_is_owed(
        Pop3Steps step, int verdict, string said, string reply)
    {
        foreach (string isInline in (string[])["0", "1"])
            foreach (bool owed in (bool[])[false, true])
            {
                using var run = new Pop3HandlerRun(
                    [$"callback_inline={isInline}"],
                    new Pop3TestTable(step) { Answer = (_, session) => Say(session, verdict, owed) });
                string expected = step == Pop3Steps.Connect ? reply : Ready + LoggedIn + reply;
                Assert.StartsWith(expected, run.Talk((step == Pop3Steps.Connect ? "" : Login) + said));
            }
    }

    [Theory]
    [InlineData(HandlerVerdict.Reject, "-ERR [AUTH] authentication failed\r\n", true)]
    [InlineData(535, "-ERR [AUTH] authentication failed\r\n", true)]
    [InlineData(HandlerVerdict.Error, "-ERR [SYS/TEMP] not possible now, try again later\r\n", false)]
    [InlineData(454, "-ERR [SYS/TEMP] not possible now, try again later\r\n", false)]
    [InlineData(HandlerVerdict.Close, "-ERR [SYS/TEMP] closing connection\r\n", false)]
    [InlineData(HandlerVerdict.Done, "-ERR [SYS/TEMP] error in processing, try again later\r\n", false)]
    public void A_login_is_refused_and_counted_as_what_it_is(int verdict, string reply, bool isCounted)
    {
        var table = new Pop3TestTable(Pop3Steps.Auth) { Answer = (_, _) => verdict };
        using var run = new Pop3HandlerRun(table);
        Assert.Equal(Ready + "+OK send PASS\r\n" + reply, run.Talk(Login));
        Assert.Equal("Auth USER ann secret", table.Asked[0]);
        Assert.Equal(isCounted, run.Log.Any(line => line.Contains("login of ann failed", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_login_that_the_host_leaves_is_the_librarys()
    {
        using var run = new Pop3HandlerRun(new Pop3TestTable(Pop3Steps.Auth));
        Assert.Equal(
            Ready + LoggedIn + "+OK goodbye\r\n", run.Talk(Login + "QUIT\r\n"));
        Assert.Equal(
            Ready + "+OK send PASS\r\n-ERR [AUTH] authentication failed\r\n",
            run.Talk("USER ann\r\nPASS wrong\r\n"));
    }

    [Fact]
    public void Auth_alone_lets_the_hosts_users_in_to_the_librarys_mailboxes()
    {
        var table = new Pop3TestTable(Pop3Steps.Auth)
        {
            Answer = static (_, session) =>
            {
                Assert.Equal(Fault.None, session.SetLogin("ann"));
                return HandlerVerdict.Accept;
            },
        };
        using var run = new Pop3HandlerRun(table);
        run.Deliver("1.a.b", "A: b\n\nhi\n");
        Assert.Equal(
            Ready + "+OK send PASS\r\n+OK 1 messages (12 octets)\r\n+OK 12 octets\r\nA: b\r\n\r\nhi\r\n.\r\n"
                + "+OK marked for deletion\r\n+OK goodbye\r\n",
            run.Talk("USER other\r\nPASS any\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n"));
        Assert.Empty(run.Mailbox);
    }

    [Theory]
    [InlineData("ann", null, "Open ann|")]
    [InlineData("bob/work", null, "Open bob|work")]
    [InlineData("bob/work", "robert", "Open robert|work")]
    [InlineData("bob/work", "bob/work", "Open bob/work|")]
    [InlineData("/x", null, "Open /x|")]
    public void Open_is_told_whose_mailbox_and_which_folder(string told, string? given, string asked)
    {
        var table = new Pop3TestTable(Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve)
        {
            Answer = (step, session) =>
            {
                if (step == Pop3Steps.Auth && given is not null)
                    session.SetLogin(given);
                return HandlerVerdict.Accept;
            },
        };
        using var run = new Pop3HandlerRun(table);
        Assert.EndsWith("+OK 0 messages (0 octets)\r\n", run.Talk($"USER {told}\r\nPASS x\r\n"));
        Assert.Equal(asked, table.Asked[1]);
    }

    [Theory]
    [InlineData(HandlerVerdict.Reject, "-ERR [IN-USE] the mailbox is in use by another session\r\n")]
    [InlineData(HandlerVerdict.Error, "-ERR [SYS/TEMP] not possible now, try again later\r\n")]
    [InlineData(HandlerVerdict.Done, "-ERR [SYS/TEMP] error in processing, try again later\r\n")]
    [InlineData(HandlerVerdict.Close, "-ERR [SYS/TEMP] closing connection\r\n")]
    public void A_mailbox_that_is_not_opened_is_no_failed_login(int verdict, string reply)
    {
        var table = new Pop3TestTable(Pop3Steps.Open | Pop3Steps.Retrieve) { Answer = (_, _) => verdict };
        using var run = new Pop3HandlerRun(table);
        Assert.Equal(Ready + "+OK send PASS\r\n" + reply, run.Talk(Login));
        Assert.DoesNotContain(run.Log, line => line.Contains("failed", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_may_leave_the_mailbox_to_the_library_which_asks_about_each_message_then()
    {
        var table = new Pop3TestTable(
            Pop3Steps.Open | Pop3Steps.Retrieve | Pop3Steps.Delete | Pop3Steps.Reset | Pop3Steps.Remove
                | Pop3Steps.Update);
        using var run = new Pop3HandlerRun(table);
        run.Deliver("1.a.b", "A: b\n\nhi\n");
        run.Deliver("2.a.b", "A: b\n\nho\n");
        string said = run.Talk(Login + "RETR 1\r\nRETR 2\r\nTOP 2 0\r\nDELE 2\r\nRSET\r\nDELE 1\r\nQUIT\r\n");
        Assert.EndsWith(
            "+OK 12 octets\r\nA: b\r\n\r\nhi\r\n.\r\n+OK 12 octets\r\nA: b\r\n\r\nho\r\n.\r\n"
                + "+OK top follows\r\nA: b\r\n\r\n.\r\n+OK marked for deletion\r\n+OK\r\n+OK marked for deletion\r\n"
                + "+OK goodbye\r\n",
            said);
        Assert.Equal(["2.a.b"], run.Mailbox);
        string[] steps = [.. table.Asked.Select(step => step.Split(' ')[0])];
        Assert.Equal(
            [
                "Open", "Retrieve", "Retrieve", "Retrieve", "Delete", "Reset", "Delete", "Remove", "Update",
            ],
            steps[..9]);
        Assert.EndsWith(" 12 0 0", table.Asked[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HandlerVerdict.Done, "+OK goodbye\r\n", 1)] // the host says that it is gone; it is the host's to say
    [InlineData(HandlerVerdict.Accept, "+OK goodbye\r\n", 0)]
    [InlineData(HandlerVerdict.Reject, "-ERR [SYS/TEMP] some messages could not be deleted\r\n", 1)]
    public void A_message_of_the_librarys_goes_or_stays_as_the_host_says(int verdict, string reply, int left)
    {
        using var run = new Pop3HandlerRun(new Pop3TestTable(Pop3Steps.Remove) { Answer = (_, _) => verdict });
        run.Deliver("1.a.b", "A: b\n\nhi\n");
        Assert.EndsWith(reply, run.Talk(Login + "DELE 1\r\nQUIT\r\n"));
        Assert.Equal(left, run.Mailbox.Length);
    }

    [Fact]
    public void Of_a_message_of_the_librarys_the_host_may_give_another_text()
    {
        var table = new Pop3TestTable(Pop3Steps.Retrieve)
        {
            Answer = static (_, session) =>
            {
                session.Write("A: c\n\nother"u8);
                return HandlerVerdict.Done;
            },
        };
        using var run = new Pop3HandlerRun(table);
        run.Deliver("1.a.b", "A: b\n\nhi\n");
        Assert.EndsWith(
            "+OK 15 octets\r\nA: c\r\n\r\nother\r\n.\r\n+OK 1 12\r\n+OK goodbye\r\n",
            run.Talk(Login + "RETR 1\r\nSTAT\r\nQUIT\r\n"));
    }

    [Fact]
    public void The_table_whose_open_accepts_has_the_mailbox()
    {
        var first = new Pop3TestTable(
            Pop3Steps.Open | Pop3Steps.Retrieve | Pop3Steps.Read | Pop3Steps.Delete | Pop3Steps.Remove
                | Pop3Steps.Update | Pop3Steps.Noop);
        TestStore second = TestStore.Of(10, "A: b\n\nhi\n");
        using var run = new Pop3HandlerRun(first, second);
        Assert.EndsWith(
            "hi\r\n.\r\n+OK marked for deletion\r\n+OK\r\n+OK goodbye\r\n",
            run.Talk(Login + "RETR 1\r\nDELE 1\r\nNOOP\r\nQUIT\r\n"));
        Assert.Equal(["Open ann|", "Noop"], first.Asked[..2]);
        Assert.Equal([1], second.Removed);
    }

    [Fact]
    public void A_table_that_opens_has_to_retrieve()
    {
        using var run = new Pop3HandlerRun(new Pop3TestTable(Pop3Steps.Noop));
        Assert.Equal(Fault.Argument, run.Server.AddHandlers(new Pop3TestTable(Pop3Steps.Open)));
        for (int i = 1; i < 8; i++)
            Assert.Equal(Fault.None, run.Server.AddHandlers(new Pop3TestTable(Pop3Steps.Noop)));
        Assert.Equal(Fault.Limit, run.Server.AddHandlers(new Pop3TestTable(Pop3Steps.Noop)));
    }

    [Fact]
    public void Replies_are_the_hosts_own()
    {
        var table = new Pop3TestTable(
            Pop3Steps.Connect | Pop3Steps.Capabilities | Pop3Steps.Noop | Pop3Steps.Unknown | Pop3Steps.Update)
        {
            Answer = static (step, session) =>
            {
                Assert.Equal(
                    step == Pop3Steps.Capabilities ? Fault.None : Fault.State, session.AddReplyLine("X-MORE a b"));
                Assert.Equal(Fault.Argument, session.SetReply(199, null, null));
                Assert.Equal(Fault.Argument, session.SetReply(0, "A//B", null));
                Assert.Equal(Fault.Argument, session.SetReply(0, "[X]", null));
                Assert.Equal(Fault.Argument, session.SetReply(0, null, "a\r\nb"));
                bool refuses = step == Pop3Steps.Unknown;
                Assert.Equal(Fault.None, session.SetReply(0, refuses ? "SYS/PERM" : null, $"mine at {step}"));
                return refuses ? HandlerVerdict.Reject : HandlerVerdict.Accept;
            },
        };
        using var run = new Pop3HandlerRun(table);
        string said = run.Talk(Login + "NOOP\r\nXYZ\r\nCAPA\r\nQUIT\r\n");
        Assert.StartsWith("+OK mine at Connect\r\n+OK send PASS\r\n+OK 0 messages (0 octets)\r\n+OK mine at Noop\r\n"
            + "-ERR [SYS/PERM] mine at Unknown\r\n+OK capabilities follow\r\n", said);
        Assert.EndsWith("\r\nX-MORE a b\r\n.\r\n+OK mine at Update\r\n", said);
    }

    [Fact]
    public void Every_message_that_is_sent_counts_however_it_was_read_and_none_that_is_not()
    {
        const int Messages = 200;
        List<int> counts = [];
        var table = new Pop3TestTable(Pop3Steps.Noop)
        {
            Answer = (step, session) =>
            {
                if (step == Pop3Steps.Noop)
                    counts.Add(session.Info!.Messages);
                return HandlerVerdict.Continue;
            },
        };
        using var run = new Pop3HandlerRun(table);
        for (int i = 1; i <= Messages; i++)
            run.Deliver($"{i:0000}.a.b", $"A: b\n\n{i}\n");
        // One after the other, most of them are answered out of what was read ahead.
        string all = string.Concat(Enumerable.Range(1, Messages).Select(i => $"RETR {i}\r\n"));
        string said = run.Talk($"{Login}{all}NOOP\r\nTOP 1 0\r\nRETR 999\r\nNOOP\r\nQUIT\r\n");
        Assert.Equal(Messages, said.Split("\r\nA: b\r\n\r\n").Length - 2);
        Assert.Equal([Messages, Messages + 1], counts);
    }

    [Fact]
    public void A_session_tells_who_it_is_with_and_keeps_what_is_the_hosts()
    {
        List<SessionInfo?> infos = [];
        IPop3HandlerSession? kept = null;
        var table = new Pop3TestTable(Pop3Steps.Connect | Pop3Steps.Noop)
        {
            Answer = (_, session) =>
            {
                session.User ??= this;
                infos.Add(session.Info);
                kept = session;
                return HandlerVerdict.Continue;
            },
        };
        using var run = new Pop3HandlerRun(table);
        run.Deliver("1.a.b", "A: b\n\nhi\n");
        run.Talk(Login + "RETR 1\r\nNOOP\r\nQUIT\r\n");
        Assert.Equal(("POP3", "", ""), (infos[0]!.Protocol, infos[0]!.User, infos[0]!.Mechanism));
        Assert.Equal((0, 1), (infos[0]!.Messages, infos[1]!.Messages));
        Assert.Equal(("ann", "USER"), (infos[1]!.User, infos[1]!.Mechanism));
        Assert.Same(this, kept!.User);
        Assert.Null(kept.Info);
        Assert.Equal(Fault.State, kept.SetReply(0, null, "x"));
        Assert.Equal(Fault.State, kept.Write("x"u8));
        Assert.Equal(Fault.State, kept.AddMessage(1, "x", 0));
        Assert.Equal(Fault.State, kept.Defer(TimeSpan.Zero, 0, out _));
    }

    [Fact]
    public void What_a_handler_throws_costs_one_refusal()
    {
        using var run = new Pop3HandlerRun(
            new Pop3TestTable(Pop3Steps.Noop) { Answer = static (_, _) => throw new InvalidOperationException("oh") });
        Assert.EndsWith(
            "-ERR [SYS/TEMP] not possible now, try again later\r\n+OK goodbye\r\n",
            run.Talk(Login + "NOOP\r\nQUIT\r\n"));
        Assert.Contains(run.Log, line => line.Contains("a handler failed at Noop", StringComparison.Ordinal));
    }

    private static int Say(IPop3HandlerSession session, int verdict, bool owed)
    {
        if (!owed || !(verdict is >= 0 and <= 9 or >= 200 and <= 599))
            return verdict;
        Assert.Equal(Fault.None, session.Defer(Loop.Long, HandlerVerdict.Error, out PendingAnswer? pending));
        ThreadPool.QueueUserWorkItem(_ => pending!.Answer(verdict));
        return HandlerVerdict.Pending;
    }
}
