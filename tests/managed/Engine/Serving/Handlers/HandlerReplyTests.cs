using System.Collections.Concurrent;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>What clients hear is put together by handlers, and cannot be more than one reply.</summary>
public class HandlerReplyTests
{
    [Theory]
    [InlineData(HandlerVerdict.Accept, 250, "2.1.0", "one", "250-2.1.0 one\r\n250 2.1.0 more\r\n")]
    [InlineData(HandlerVerdict.Reject, 0, null, "no", "550-5.7.1 no\r\n550 5.7.1 more\r\n")]
    [InlineData(HandlerVerdict.Reject, 450, null, null, "450-4.2.0 Not now, try again later\r\n450 4.2.0 more\r\n")]
    [InlineData(HandlerVerdict.Reject, 250, null, "yes", "451 4.3.0 Error in processing, try again later\r\n")]
    [InlineData(HandlerVerdict.Accept, 550, null, "no", "451 4.3.0 Error in processing, try again later\r\n")]
    [InlineData(HandlerVerdict.Continue, 550, null, "no", "250 2.0.0 Ok\r\n")]
    [InlineData(552, 450, null, "code wins", "552-5.3.4 code wins\r\n552 5.3.4 more\r\n")]
    [InlineData(HandlerVerdict.Reject, 0, null, "n\u00f6", "550-5.7.1 n?\r\n550 5.7.1 more\r\n")]
    public void A_handler_puts_its_reply_together(int verdict, int code, string? status, string? text, string reply)
    {
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, session) =>
            {
                Assert.Equal(Fault.None, session.SetReply(code, status, text));
                Assert.Equal(Fault.None, session.AddReplyLine("more"));
                return verdict;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(reply, host.Send("NOOP\r\n"));
    }

    [Theory]
    [InlineData(199, null, "x")]
    [InlineData(600, null, "x")]
    [InlineData(-1, null, "x")]
    [InlineData(550, "4.7.1", "x")]
    [InlineData(550, "5.7", "x")]
    [InlineData(550, "5.7.1\r\n250", "x")]
    [InlineData(550, null, "a\rb")]
    [InlineData(550, null, "a\nb")]
    [InlineData(550, null, "a\0b")]
    [InlineData(550, null, "a\tb")]
    public void A_reply_that_is_none_is_refused_and_nothing_of_it_goes_out(int code, string? status, string text)
    {
        var faults = new ConcurrentQueue<Fault>();
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, session) =>
            {
                faults.Enqueue(session.SetReply(code, status, text));
                faults.Enqueue(session.AddReplyLine("x\r\n250 y"));
                faults.Enqueue(session.AddReplyLine(new string('x', 401)));
                return HandlerVerdict.Reject;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal("550 5.7.1 Refused\r\n", host.Send("NOOP\r\n"));
        Assert.Equal([Fault.Argument, Fault.Argument, Fault.Argument], faults);
    }

    [Fact]
    public void Extensions_of_the_host_are_named_by_ehlo()
    {
        var table = new TestTable(HandlerSteps.Ehlo)
        {
            Answer = (_, session)
                => session.AddReplyLine("XFORWARD NAME ADDR") == Fault.None ? HandlerVerdict.Accept : -1,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.StartsWith("250-mail.example\r\n250-XFORWARD NAME ADDR\r\n250-", host.Send("EHLO me\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void While_an_answer_is_owed_the_session_sets_its_reply()
    {
        (IHandlerSession? session, PendingAnswer? owed) = (null, null);
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, one) =>
            {
                session = one;
                Assert.Equal(Fault.None, one.SetReply(0, null, "before"));
                Assert.Equal(Fault.None, one.Defer(TimeSpan.FromHours(1), 0, out owed));
                Assert.Equal(Fault.None, one.SetReply(0, null, "in the handler"));
                return HandlerVerdict.Pending;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Step("NOOP\r\n");
        owed!.Answer(HandlerVerdict.Accept);
        Assert.Equal(Fault.State, session!.SetReply(0, null, "too late"));
        Assert.Equal(Fault.State, session.AddReplyLine("too late"));
        Assert.Equal("250 2.0.0 in the handler\r\n", host.Send(""));
        host.Step("NOOP\r\n");
        Assert.Equal(Fault.None, owed.SetReply(450, null, "by the answer"));
        Assert.Equal(Fault.None, session.SetReply(550, null, "by the session"));
        Assert.Equal(Fault.None, session.AddReplyLine("more"));
        owed.Answer(HandlerVerdict.Reject);
        Assert.Equal("550-5.7.1 by the session\r\n550 5.7.1 more\r\n", host.Send(""));
    }

    [Fact]
    public void A_handler_that_answers_after_all_keeps_its_reply()
    {
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, session) =>
            {
                Assert.Equal(Fault.None, session.Defer(TimeSpan.Zero, 0, out PendingAnswer? owed));
                Assert.NotNull(owed);
                return session.SetReply(0, null, "at once") == Fault.None ? HandlerVerdict.Reject : -1;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal("550 5.7.1 at once\r\n", host.Send("NOOP\r\n"));
    }

    [Theory]
    [InlineData(HandlerSteps.Close, Fault.State, Fault.State)]
    [InlineData(HandlerSteps.Helo, Fault.None, Fault.State)]
    [InlineData(HandlerSteps.Ehlo, Fault.None, Fault.None)]
    public void A_reply_or_line_that_nobody_would_hear_is_an_error(HandlerSteps step, Fault reply, Fault line)
    {
        var faults = new List<Fault>();
        var table = new TestTable(step)
        {
            Answer = (asked, session) =>
            {
                if (asked == step)
                    faults.AddRange([session.SetReply(0, null, "x"), session.AddReplyLine("XTRA")]);
                return HandlerVerdict.Accept;
            },
        };
        using var run = new HandlerRun(table);
        using (SteppedHost host = run.Connect())
        {
            host.Send("");
            host.Send(step == HandlerSteps.Ehlo ? "EHLO me\r\n" : HandlerRun.Hello);
            host.Send("QUIT\r\n");
        }
        Assert.Equal([reply, line], faults);
    }

    [Fact]
    public void Outside_a_transaction_a_look_up_has_no_envelope_to_change()
    {
        var seen = new List<string>();
        var table = new TestTable(HandlerSteps.Lookup)
        {
            Answer = (_, session) =>
            {
                seen.Add($"{session.Sender ?? "none"} {session.SetSender("x@y.example")} "
                    + $"{session.AddRecipient("ann@mail.example")} {session.AddHeader("X-A", "b")} "
                    + $"{session.RecipientCount}");
                return 0;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send("VRFY ann\r\n" + HandlerRun.Begun + "VRFY ann\r\n");
        Assert.Equal(["none State State State 0", "a@b.example None None None 1"], seen);
    }

    [Fact]
    public void A_message_that_the_host_has_taken_gets_no_fields()
    {
        var faults = new List<Fault>();
        var table = new TestTable(HandlerSteps.Data | HandlerSteps.Message)
        {
            Answer = (step, session) =>
            {
                faults.Add(session.AddHeader("X-A", "b"));
                return step == HandlerSteps.Data ? HandlerVerdict.Done : HandlerVerdict.Continue;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send(HandlerRun.Begun + "RCPT TO:<ann@mail.example>\r\nDATA\r\ntext\r\n.\r\n");
        Assert.Equal([Fault.None, Fault.State], faults);
    }
}
