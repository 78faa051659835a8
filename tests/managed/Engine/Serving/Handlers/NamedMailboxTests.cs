using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Replies in which handlers name mailboxes: to VRFY and EXPN, and that mail should go elsewhere.</summary>
public class NamedMailboxTests
{
    /// <summary>
    /// RFC 5321 §3.5.2: the mailbox with its domain; RFC 6531 §3.7.4.2: in UTF-8 if it was asked for.
    /// </summary>
    [Theory]
    [InlineData("VRFY ann", "250 2.1.5 <ann@mail.example>")]
    [InlineData("VRFY <ann@Mail.example>", "250 2.1.5 <ann@Mail.example>")]
    [InlineData("VRFY Ann Other", "252 2.0.0 Cannot verify the user, but will take mail for it")]
    [InlineData("VRFY j\u00c3\u00bcrgen SMTPUTF8", "250 2.1.5 <j\u00fcrgen@mail.example>")]
    [InlineData("VRFY boss", "252 2.6.8 The mailbox cannot be shown without SMTPUTF8, but mail for it is taken")]
    [InlineData("VRFY boss smtputf8", "250 2.1.5 <j\u00fcrgen@mail.example>")]
    public void A_name_that_is_verified_is_told_with_its_domain_and_in_UTF8_if_the_client_reads_it(
        string command, string reply)
    {
        bool isExpanded = command.Contains("boss", StringComparison.Ordinal);
        HandlerSteps[] steps = isExpanded ? [HandlerSteps.Lookup] : [HandlerSteps.Lookup, HandlerSteps.Verify];
        foreach (HandlerSteps step in steps)
        {
            var table = new TestTable(step)
            {
                Answer = (_, session)
                    => !isExpanded || session.SetExpansion("j\u00fcrgen@mail.example") == Fault.None
                        ? HandlerVerdict.Accept : -1,
            };
            using var run = new HandlerRun(table);
            using SteppedHost host = run.Connect();
            host.Send("");
            Assert.Equal($"{reply}\r\n", host.Send($"{command}\r\n"));
        }
    }

    /// <summary>RFC 5321 §4.1.1.1, §3.5.2; RFC 6531 §3.7.4.2.</summary>
    [Theory]
    [InlineData("EXPN staff",
        "252 2.6.8 The mailbox cannot be shown without SMTPUTF8, but mail for it is taken\r\n")]
    [InlineData(
        "EXPN staff SMTPUTF8", "250-2.0.0 <ann@mail.example>\r\n250 2.0.0 <j\u00fcrgen@mail.example>\r\n")]
    public void Expn_is_offered_where_a_handler_answers_it(string command, string reply)
    {
        var table = new TestTable(HandlerSteps.Expand)
        {
            Answer = (_, session) => session.SetReply(250, null, "<ann@mail.example>") == Fault.None
                && session.AddReplyLine("<j\u00fcrgen@mail.example>") == Fault.None ? HandlerVerdict.Done : -1,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Contains("250-EXPN\r\n250-HELP\r\n", host.Send("EHLO me\r\n"), StringComparison.Ordinal);
        Assert.Equal(reply, host.Send($"{command}\r\n"));
        Assert.Equal(["Expand staff"], table.Asked);
    }

    /// <summary>RFC 6531 §3.7.4.1.</summary>
    [Theory]
    [InlineData("", 251, "250 2.1.5 will go to <j?rgen@other.example>")]
    [InlineData(" SMTPUTF8", 251, "251 2.1.5 will go to <j\u00fcrgen@other.example>")]
    [InlineData("", 551, "550 5.7.1 will go to <j?rgen@other.example>")]
    [InlineData(" SMTPUTF8", 551, "551 5.7.1 will go to <j\u00fcrgen@other.example>")]
    public void Another_address_in_UTF8_is_told_to_who_reads_it(string parameter, int code, string reply)
    {
        var table = new TestTable(HandlerSteps.Rcpt)
        {
            Answer = (_, session)
                => session.SetReply(0, code == 251 ? "2.1.5" : "5.7.1", "will go to <j\u00fcrgen@other.example>")
                    == Fault.None ? code : -1,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send($"{HandlerRun.Hello}MAIL FROM:<a@b.example>{parameter}\r\n");
        Assert.Equal($"{reply}\r\n", host.Send("RCPT TO:<ann@mail.example>\r\n"));
    }
}
