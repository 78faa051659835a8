using System.Collections.Concurrent;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>LOGIN-DELAY (RFC 2449 §6.5) where a host judges logins, opens mailboxes, or does so later.</summary>
public sealed class HandledLoginDelayTests
{
    private const string TooEarly = "-ERR [LOGIN-DELAY] ";
    private const Pop3Steps Store = Pop3Steps.Open | Pop3Steps.Retrieve;

    [Theory]
    [InlineData(Store, HandlerVerdict.Accept, false)]
    [InlineData(Store, HandlerVerdict.Accept, true)]
    [InlineData(Store, HandlerVerdict.Continue, false)]
    [InlineData(Store, HandlerVerdict.Continue, true)]
    [InlineData(Store | Pop3Steps.Auth, HandlerVerdict.Accept, false)]
    [InlineData(Store | Pop3Steps.Auth, HandlerVerdict.Accept, true)]
    [InlineData(Store | Pop3Steps.Auth, HandlerVerdict.Continue, false)]
    [InlineData(Pop3Steps.Auth, HandlerVerdict.Continue, false)]
    public void The_next_login_of_a_user_waits_whoever_has_opened_the_mailbox(Pop3Steps steps, int open, bool owes)
    {
        var owed = new BlockingCollection<PendingAnswer>();
        var table = new Pop3TestTable(steps)
        {
            Answer = (step, session) =>
            {
                if (step != Pop3Steps.Open)
                    return HandlerVerdict.Accept;
                if (!owes)
                    return open;
                Assert.Equal(Fault.None, session.Defer(Loop.Long, HandlerVerdict.Error, out PendingAnswer? pending));
                owed.Add(pending!);
                return HandlerVerdict.Pending;
            },
        };
        using var run = new Pop3HandlerRun(["pop_login_delay=600"], table);
        using Pop3Wire first = run.Connect();
        first.Send(Pop3HandlerRun.Login);
        if (owes)
            Assert.Equal(Fault.None, owed.Take().Answer(open));
        first.ReadTo("+OK 0 messages (0 octets)\r\n");
        int asked = table.Asked.Length;
        Assert.Contains(TooEarly, run.Talk("USER ANN\r\nPASS secret\r\n"), StringComparison.Ordinal);
        Assert.DoesNotContain(
            table.Asked[asked..], step => step.StartsWith("Open", StringComparison.Ordinal)); // nobody was asked
    }

    [Fact]
    public void A_mailbox_that_was_not_opened_delays_nobody()
    {
        int verdict = HandlerVerdict.Reject;
        var table = new Pop3TestTable(Store | Pop3Steps.Auth)
        {
            Answer = (step, _) => step == Pop3Steps.Open ? verdict : HandlerVerdict.Accept,
        };
        using var run = new Pop3HandlerRun(["pop_login_delay=600"], table);
        Assert.Contains("-ERR [IN-USE]", run.Talk("USER bob\r\nPASS x\r\n"), StringComparison.Ordinal);
        verdict = HandlerVerdict.Accept;
        Assert.Contains("+OK 0 messages", run.Talk("USER bob\r\nPASS x\r\n"), StringComparison.Ordinal);
        Assert.Contains(TooEarly, run.Talk("USER bob\r\nPASS x\r\n"), StringComparison.Ordinal);
        Assert.Contains("+OK 0 messages", run.Talk("USER carl\r\nPASS x\r\n"), StringComparison.Ordinal);
    }
}
