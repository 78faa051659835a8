using System.Text;
using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Tests.Smtp.Server;

public class StateTableTests
{
    private const string Pong = "250 2.0.0 pong\r\n";

    /// <summary>A verb that no RFC knows: it asks the backend, and may begin a transaction.</summary>
    private static VerbRule Ping(Func<SmtpSession, Verdict> ask) => new("XPING", SmtpState.Ready, ArgumentRule.Required)
    {
        LineLimit = 20,
        Read = static (_, argument) => argument.SequenceEqual("bad"u8) ? Replies.BadParameter501 : null,
        Question = new Question(ask)
        {
            StateIfAccepted = SmtpState.Mail,
            Accepted = new Reply(250, "2.0.0", "pong"),
            Refused = new Reply(450, "4.0.0", "no pong"),
        },
    };

    [Theory]
    [InlineData("EHLO", "EHLO")]
    [InlineData("helo", "HELO")]
    [InlineData("mAiL", "MAIL")]
    [InlineData("RCPT", "RCPT")]
    [InlineData("DATA", "DATA")]
    [InlineData("RSET", "RSET")]
    [InlineData("NOOP", "NOOP")]
    [InlineData("VRFY", "VRFY")]
    [InlineData("EXPN", "EXPN")]
    [InlineData("HELP", "HELP")]
    [InlineData("QUIT", "QUIT")]
    [InlineData("AUTH", "AUTH")]
    [InlineData("StartTls", "STARTTLS")]
    [InlineData("", "")]
    [InlineData("DATAX", "")]
    [InlineData("bDAT", "BDAT")]
    [InlineData("BDATX", "")]
    [InlineData("DAT", "")]
    [InlineData("\u0005\u0008LO", "")]
    public void A_word_is_the_verb_of_a_row_or_none(string word, string verb)
        => Assert.Equal(verb, StateTable.Standard.Of(Encoding.Latin1.GetBytes(word)).Verb);

    [Fact]
    public void A_new_verb_is_a_row()
    {
        SmtpHarness harness = With(Ping(_ => Verdict.Accept));
        Assert.Equal("503 5.5.1 Send EHLO or HELO first\r\n", Ask(harness, "XPING x"));
        harness.Send("EHLO c\r\n");
        Assert.Equal("501 5.5.4 Argument missing\r\n", Ask(harness, "XPING"));
        Assert.Equal("501 5.5.4 Malformed or repeated parameter\r\n", Ask(harness, "xping bad"));
        Assert.Equal("500 5.5.2 Line too long\r\n", Ask(harness, "XPING " + new string('x', 20)));
        Assert.Equal(Pong, Ask(harness, "xPing x"));
        Assert.Equal("503 5.5.1 Bad sequence of commands\r\n", Ask(harness, "XPING x"));
        Assert.Equal("503 5.5.1 Sender already given\r\n", Ask(harness, "MAIL FROM:<a@b>"));
        Assert.Contains(" STARTTLS XPING, as in", Ask(harness, "HELP"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdict_on_a_new_verb_may_come_later()
    {
        var waiting = new Queue<SmtpSession>();
        SmtpHarness harness = With(Ping(session =>
        {
            waiting.Enqueue(session);
            return Verdict.Pending;
        }));
        harness.Backend.Later(() => waiting.Dequeue().Answer(new Verdict(VerdictKind.Refuse)));
        Assert.EndsWith("450 4.0.0 no pong\r\n", harness.Send("HELO c\r\nXPING x\r\n"), StringComparison.Ordinal);
        harness.Backend.Later(() => waiting.Dequeue().Answer(Verdict.Accept));
        Assert.Equal(Pong, harness.Send("XPING x\r\n"));
    }

    [Fact]
    public void A_verb_that_acts_by_itself_has_a_handler()
    {
        SmtpHarness harness = With(new VerbRule("XECHO", SmtpState.Any, ArgumentRule.Optional)
        {
            Handle = static (session, argument, output)
                => session.WriteReply(new Reply(250, "2.0.0", Encoding.ASCII.GetString(argument)), output),
        });
        Assert.EndsWith("250 2.0.0 hello there\r\n", harness.Send("XECHO  hello there \r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("XAUTH PLAIN AGEAYg==\r\n", "235 2.7.0 taken\r\n")]
    [InlineData("XAUTH LOGIN\r\nYQ==\r\nYg==\r\n", "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 2.7.0 taken\r\n")]
    public void A_handler_asks_the_question_of_its_row_when_its_time_has_come(string commands, string replies)
    {
        SmtpHarness harness = With(new VerbRule("XAUTH", SmtpState.Fresh, ArgumentRule.Required)
        {
            Handle = AuthCommand.Begin,
            Question = new Question(static _ => Verdict.Accept) { Accepted = new Reply(235, "2.7.0", "taken") },
        });
        harness.Send("");
        Assert.Equal(replies, harness.Send(commands));
    }

    [Fact]
    public void A_verb_of_one_table_is_unknown_in_another()
    {
        With(Ping(_ => Verdict.Accept));
        Assert.EndsWith("500 5.5.1 Command not recognized\r\n", new SmtpHarness().Send("XPING x\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_extension_is_an_entry_in_the_list()
    {
        var odd = new EhloExtension("XODD")
        {
            Offers = static session => session.Helo.Length % 2 == 1,
            Parameters = static (session, output) => output.Write($" {session.Helo}"),
        };
        var options = new SmtpServerOptions { HostName = "h", Extensions = [new EhloExtension("XONE"), odd] };
        var harness = new SmtpHarness(options);
        Assert.EndsWith("250-h\r\n250-XONE\r\n250 XODD abc\r\n", harness.Send("EHLO abc\r\n"),
            StringComparison.Ordinal);
        Assert.Equal("250-h\r\n250 XONE\r\n", harness.Send("EHLO ab\r\n"));
    }

    [Fact]
    public void A_server_without_extensions_answers_ehlo_in_one_line()
        => Assert.EndsWith("\r\n250 h\r\n",
            new SmtpHarness(new SmtpServerOptions { HostName = "h", Extensions = [] }).Send("EHLO c\r\n"),
            StringComparison.Ordinal);

    private static SmtpHarness With(VerbRule rule)
        => new(new SmtpServerOptions
        {
            Verbs = StateTable.Standard.With(rule),
            Limits = new SmtpServerLimits { Errors = 100 },
        });

    private static string Ask(SmtpHarness harness, string line)
    {
        harness.Send(""); // the greeting
        return harness.Send(line + "\r\n");
    }
}
