using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Commands whose answer a host's handlers may not choose freely: RSET, QUIT, VRFY and EXPN.</summary>
public class HandledCommandTests
{
    // RFC 5321 §4.1.1.5: the transaction is over; 250, unless the host wants something else
    [Theory]
    [InlineData(HandlerVerdict.Continue, 0, "250 2.0.0 Ok\r\n")]
    [InlineData(HandlerVerdict.Accept, 0, "250 2.0.0 begun anew\r\n")]
    [InlineData(HandlerVerdict.Accept, 252, "250 2.0.0 begun anew\r\n")]
    [InlineData(HandlerVerdict.Done, 0, "250 2.0.0 begun anew\r\n")]
    [InlineData(HandlerVerdict.Reject, 0, "550 5.7.1 begun anew\r\n")]
    [InlineData(HandlerVerdict.Error, 0, "451 4.3.0 begun anew\r\n")]
    [InlineData(HandlerVerdict.Local, 0, "250 2.0.0 Ok\r\n")]
    [InlineData(571, 0, "571 5.7.1 begun anew\r\n")]
    [InlineData(-1, 0, "250 2.0.0 Ok\r\n")]
    public void Whatever_is_answered_to_rset_it_ends_the_transaction(int verdict, int code, string reply)
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
        bool isFit = verdict is not HandlerVerdict.Local and not -1;
        Assert.Equal(!isFit, run.Log.Any(line => line.Contains("does not fit Reset", StringComparison.Ordinal)));
        bool isAnswered = isFit && verdict != HandlerVerdict.Continue;
        Assert.Equal(isAnswered ? [] : ["Reset"], second.Asked);
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

    [Theory]
    [InlineData("ann@mail.example", "ann@mail.example", "ann@mail.example", "250 2.1.5 <ann@mail.example>\r\n")]
    [InlineData("<a@mail.example>", "<a@mail.example>", "a@mail.example", "250 2.1.5 <a@mail.example>\r\n")]
    [InlineData("Ann <a@mail.example>", "Ann <a@mail.example>", "a@mail.example", "250 2.1.5 <a@mail.example>\r\n")]
    [InlineData("a@mail.example (Ann)", "a@mail.example (Ann)", "a@mail.example", "250 2.1.5 <a@mail.example>\r\n")]
    [InlineData("a@mail.example SMTPUTF8", "a@mail.example", "a@mail.example", "250 2.1.5 <a@mail.example>\r\n")]
    [InlineData("jürg@mail.example smtputf8", "jürg@mail.example", "jürg@mail.example",
        "250 2.1.5 <jürg@mail.example>\r\n")]
    [InlineData("ann", "ann", "ann", "250 2.1.5 <ann@mail.example>\r\n")]
    [InlineData("<ann>", "<ann>", "ann", "250 2.1.5 <ann@mail.example>\r\n")]
    [InlineData("Ann Smith", "Ann Smith", "Ann Smith",
        "252 2.0.0 Cannot verify the user, but will take mail for it\r\n")]
    public void A_name_is_looked_up_as_its_address_and_only_an_address_is_told(
        string argument, string name, string lookup, string reply)
    {
        var table = new TestTable(HandlerSteps.Verify | HandlerSteps.Lookup)
        {
            Answer = (step, _) => step == HandlerSteps.Lookup ? HandlerVerdict.Accept : HandlerVerdict.Continue,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(reply, host.Send(Octets($"VRFY {argument}\r\n")));
        Assert.Equal([$"Verify {name}", $"Lookup {lookup}"], table.Asked);
    }

    [Theory]
    [InlineData("VRFY boss",
        "252 2.6.8 The mailbox cannot be shown without SMTPUTF8, but mail for it is taken\r\n")]
    [InlineData("VRFY boss SMTPUTF8", "250 2.1.5 <jürg@mail.example>\r\n")]
    public void An_address_beyond_ascii_is_told_to_who_reads_it(string command, string reply)
    {
        var table = new TestTable(HandlerSteps.Lookup)
        {
            Answer = (_, session)
                => session.SetExpansion("jürg@mail.example") == Fault.None ? HandlerVerdict.Accept : -1,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(reply, host.Send($"{command}\r\n"));
    }

    [Theory]
    [InlineData("EXPN all",
        "252 2.6.8 The mailbox cannot be shown without SMTPUTF8, but mail for it is taken\r\n")]
    [InlineData("EXPN all SMTPUTF8", "250-2.0.0 jürg\r\n250 2.0.0 björn\r\n")]
    public void A_list_is_expanded_in_the_characters_that_the_client_reads(string command, string reply)
    {
        var table = new TestTable(HandlerSteps.Expand)
        {
            Answer = (_, session) => session.SetReply(0, null, "jürg") == Fault.None
                && session.AddReplyLine("björn") == Fault.None ? HandlerVerdict.Done : -1,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(reply, host.Send($"{command}\r\n"));
        Assert.Equal(["Expand all"], table.Asked);
    }

    // A stepped host sends characters as octets.
    private static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
