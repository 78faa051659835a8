using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Commands whose answer a host's handlers may not choose freely: RSET, QUIT.</summary>
public class HandledCommandTests
{
    // RFC 5321 §4.1.1.5: nothing but 250, no close, and the transaction is over
    [Theory]
    [InlineData(HandlerVerdict.Continue, 0, "250 2.0.0 Ok\r\n")]
    [InlineData(HandlerVerdict.Accept, 0, "250 2.0.0 begun anew\r\n")]
    [InlineData(HandlerVerdict.Accept, 252, "250 2.0.0 begun anew\r\n")]
    [InlineData(HandlerVerdict.Done, 0, "250 2.0.0 begun anew\r\n")]
    [InlineData(HandlerVerdict.Reject, 0, "250 2.0.0 Ok\r\n")]
    [InlineData(HandlerVerdict.Close, 0, "250 2.0.0 Ok\r\n")]
    [InlineData(HandlerVerdict.Error, 0, "250 2.0.0 Ok\r\n")]
    [InlineData(HandlerVerdict.Local, 0, "250 2.0.0 Ok\r\n")]
    [InlineData(421, 0, "250 2.0.0 Ok\r\n")]
    [InlineData(550, 0, "250 2.0.0 Ok\r\n")]
    [InlineData(-1, 0, "250 2.0.0 Ok\r\n")]
    public void Whatever_is_answered_to_rset_it_ends_the_transaction_and_has_250(int verdict, int code, string reply)
    {
        var second = new TestTable(HandlerSteps.Reset);
        var table = new TestTable(HandlerSteps.Reset)
        {
            Answer = (_, session) => session.SetReply(code, null, "begun anew") == Fault.None ? verdict : -2,
        };
        using var run = new HandlerRun(table, second);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send(HandlerRun.Begun);
        Assert.Equal((reply, SteppedWant.Read), (host.Send("RSET\r\n"), host.Wants));
        Assert.Equal("503 5.5.1 Send MAIL first\r\n", host.Send("RCPT TO:<ann@mail.example>\r\n"));
        bool isFit = verdict is HandlerVerdict.Continue or HandlerVerdict.Accept or HandlerVerdict.Done;
        Assert.Equal(!isFit, run.Log.Any(line => line.Contains("does not fit Reset", StringComparison.Ordinal)));
        Assert.Equal(verdict is HandlerVerdict.Accept or HandlerVerdict.Done ? [] : ["Reset"], second.Asked);
    }

    [Fact]
    public void No_handler_is_asked_about_quit()
    {
        var table = new TestTable(HandlerSteps.All)
        {
            Answer = (step, _) => step == HandlerSteps.Connect ? 0 : HandlerVerdict.Reject,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(("221 2.0.0 Bye\r\n", SteppedWant.Close), (host.Send("QUIT\r\n"), host.Wants));
        Assert.Equal(["Connect", "Close"], table.Asked);
    }
}
