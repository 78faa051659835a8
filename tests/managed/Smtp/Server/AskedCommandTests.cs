using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Tests.Smtp.Server;

/// <summary>Commands that a backend wants to be asked about before the session answers them by itself.</summary>
public class AskedCommandTests
{
    private const string Own = "250 2.0.0 Ok\r\n";

    [Theory]
    [InlineData("HELO me", "Helo me", "250 mail.example\r\n")]
    [InlineData("NOOP a b", "Noop a b", Own)]
    [InlineData("RSET", "Reset ", Own)]
    [InlineData("VRFY ann", "Verify ann", "252 2.0.0 Cannot verify the user, but will take mail for it\r\n")]
    [InlineData("EXPN all", "Expand all", "502 5.5.1 EXPN is not offered\r\n")]
    [InlineData("TURN", "Turn ", "502 5.5.1 TURN is not offered\r\n")]
    [InlineData("XFOO a  b", "Unknown XFOO a  b", "500 5.5.1 Command not recognized\r\n")]
    public void Each_is_asked_about_and_an_acceptance_is_the_ordinary_answer(string line, string call, string answer)
    {
        foreach (Answers answers in Enum.GetValues<Answers>())
        {
            var backend = new FakeBackend { CommandVerdict = static _ => Verdict.Accept, Answers = answers };
            var harness = new SmtpHarness(backend: backend);
            harness.Send("");
            Assert.Equal(answer, harness.Send(line + "\r\n"));
            Assert.Equal([call], backend.Calls);
        }
    }

    [Theory]
    [InlineData("HELO me", "250 as\r\n")]
    [InlineData("EHLO me", "250-as\r\n250-you\r\n250-like\r\n250-PIPELINING\r\n")]
    [InlineData("NOOP", "250-2.0.0 as\r\n250-2.0.0 you\r\n250 2.0.0 like\r\n")]
    [InlineData("RSET", "250-2.0.0 as\r\n250-2.0.0 you\r\n250 2.0.0 like\r\n")]
    [InlineData("TURN", "250-2.0.0 as\r\n250-2.0.0 you\r\n250 2.0.0 like\r\n")]
    public void A_reply_of_the_backend_stands_in_place_of_the_own(string line, string answer)
    {
        var reply = new Reply(250, "2.0.0", "as", "you", "like");
        var harness = With(_ => new Verdict(VerdictKind.Accept, reply));
        Assert.StartsWith(answer, harness.Send(line + "\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_verb_does_is_done_with_a_reply_of_the_backend_too()
    {
        var harness = With(_ => new Verdict(VerdictKind.Accept, new Reply(250, "", "hi")));
        harness.Send("HELO me\r\nMAIL FROM:<a@b>\r\n");
        Assert.Equal("250 hi\r\n", harness.Send("RSET\r\n"));
        Assert.Equal("me", harness.Session.Helo);
        Assert.Equal(1, harness.Backend.Discarded);
        Assert.Equal("250 2.1.0 Sender ok\r\n", harness.Send("MAIL FROM:<a@b>\r\n"));
    }

    [Fact]
    public void A_refused_hello_is_none()
    {
        var harness = With(_ => new Verdict(VerdictKind.Refuse));
        Assert.Equal("550 5.7.1 Refused\r\n", harness.Send("EHLO me\r\n"));
        Assert.Equal("503 5.5.1 Send EHLO or HELO first\r\n", harness.Send("MAIL FROM:<a@b>\r\n"));
    }

    [Fact]
    public void Refusals_count_as_errors_of_the_client()
    {
        var harness = With(_ => new Verdict(VerdictKind.Refuse));
        string replies = "";
        for (int i = 0; i < 30 && !harness.IsClosed; i++)
            replies = harness.Send("XFOO\r\n");
        Assert.Equal("421 4.7.0 Too many errors, closing connection\r\n", replies);
        Assert.True(harness.Session.IsCutOff);
    }

    [Theory]
    [InlineData("SEND")]
    [InlineData("SOML")]
    [InlineData("saml")]
    public void Send_begins_a_transaction_where_the_backend_takes_it(string verb)
    {
        var harness = With(_ => Verdict.Accept);
        harness.Send("HELO me\r\n");
        Assert.Equal("250 2.1.0 Sender ok\r\n", harness.Send(verb + " FROM:<a@b> SIZE=5\r\n"));
        Assert.Equal(verb.ToUpperInvariant(), harness.Session.Verb);
        Assert.Equal("FROM:<a@b> SIZE=5"u8, harness.Session.CommandArgument);
        Assert.Equal("503 5.5.1 Sender already given\r\n", harness.Send("MAIL FROM:<a@b>\r\n"));
    }

    [Theory]
    [InlineData("SEND FROM:<a@b>", "502 5.5.1 SEND, SOML and SAML are not offered\r\n")]
    [InlineData("SOML FROM:<a@b>", "502 5.5.1 SEND, SOML and SAML are not offered\r\n")]
    [InlineData("TURN", "502 5.5.1 TURN is not offered\r\n")]
    public void Without_a_backend_that_takes_them_old_verbs_are_not_offered(string line, string answer)
    {
        var harness = new SmtpHarness();
        harness.Send("HELO me\r\n");
        Assert.Equal(answer, harness.Send(line + "\r\n"));
        Assert.Empty(harness.Backend.Calls);
    }

    private static SmtpHarness With(Func<string, Verdict> verdict)
    {
        var harness = new SmtpHarness(backend: new FakeBackend { CommandVerdict = verdict });
        harness.Send("");
        return harness;
    }
}
