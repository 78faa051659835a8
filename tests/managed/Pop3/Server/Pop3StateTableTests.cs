using System.Text;
using MailModule.Pop3;
using MailModule.Pop3.Server;

namespace MailModule.Tests.Pop3.Server;

public class Pop3StateTableTests
{
    private static readonly Pop3ServerOptions Plain = new() { HostName = "h", PlainAuthWithoutTls = true };

    [Theory]
    [InlineData("USER", "USER")]
    [InlineData("user", "USER")]
    [InlineData("PaSs x", "PASS")]
    [InlineData("QUIT", "QUIT")]
    [InlineData("STAT", "STAT")]
    [InlineData("LIST", "LIST")]
    [InlineData("uidl 1", "UIDL")]
    [InlineData("RETR 1", "RETR")]
    [InlineData("top 1 2", "TOP")]
    [InlineData("DELE 1", "DELE")]
    [InlineData("NOOP", "NOOP")]
    [InlineData("RSET", "RSET")]
    [InlineData("CAPA", "CAPA")]
    [InlineData("STLS", "STLS")]
    [InlineData("", null)]
    [InlineData(" STAT", null)]
    [InlineData("STATS", null)]
    [InlineData("STA", null)]
    [InlineData("TOPS", null)]
    [InlineData("STAT\t", null)]
    [InlineData("\0TOP 1 1", null)]
    public void A_verb_is_known_without_regard_to_case(string line, string? verb)
    {
        Pop3Command command = Pop3Command.Parse(Encoding.Latin1.GetBytes(line));
        Assert.Equal(verb, Pop3StateTable.Standard.Of(command.Verb)?.Verb);
    }

    [Fact]
    public void A_new_verb_is_a_row()
    {
        var last = new Pop3Rule("LAST", Pop3State.Transaction, Pop3ArgumentRule.OptionalNumber,
            static (session, argument, output) =>
            {
                Pop3Replies.Pair(output, session.Messages!.Count, argument.First);
                return Pop3Session.WriteReply(output, Pop3Replies.Ok);
            });
        var harness = new Pop3Harness(Plain with { Verbs = Pop3StateTable.Standard.With(last) }, "a\n", "b\n");
        Assert.EndsWith("-ERR not allowed in this state\r\n", harness.Send("LAST 7\r\n"), StringComparison.Ordinal);
        harness.LoggedIn();
        Assert.Equal("+OK 2 7\r\n+OK\r\n", harness.Send("last 7\r\n"));
        Assert.Equal("-ERR wrong argument\r\n", harness.Send("LAST 7 8\r\n"));
        Assert.Equal("-ERR unknown command\r\n", new Pop3Harness(Plain, "a\n").LoggedIn().Send("LAST 7\r\n"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_new_verb_may_ask_and_its_verdict_may_come_later(bool pending)
    {
        var again = new Pop3Rule("XAGAIN", Pop3State.Transaction, Pop3ArgumentRule.None)
        {
            Question = new Pop3Question(
                static session => session.AskQuit(),
                static (session, verdict, output) => Pop3Session.WriteReply(output,
                    verdict.Kind == Pop3VerdictKind.Accept ? Pop3Replies.Ok : Pop3Replies.NotNow)),
        };
        var harness = new Pop3Harness(Plain with { Verbs = Pop3StateTable.Standard.With(again) }, "a\n")
        {
            AnswersPending = pending,
            QuitVerdict = Pop3Verdict.Refuse(),
        }.LoggedIn();
        Assert.Equal("-ERR not allowed in this state\r\n", harness.Send("XAGAIN\r\n"));
        Assert.False(harness.IsClosed);
    }

    [Fact]
    public void A_new_capability_is_an_entry_in_the_list()
    {
        var user = new Pop3Capability("XUSER")
        {
            Offers = static session => session.User is not null,
            Parameters = static (session, output) => output.Write($" {session.User}"),
        };
        var options = Plain with { Capabilities = [.. Pop3Capability.Standard, user] };
        var harness = new Pop3Harness(options, "a\n");
        Assert.EndsWith("\r\nIMPLEMENTATION MailModule\r\n.\r\n", harness.Send("CAPA\r\n"), StringComparison.Ordinal);
        Assert.EndsWith("\r\nIMPLEMENTATION MailModule\r\nXUSER u\r\n.\r\n", harness.Send("USER u\r\nCAPA\r\n"),
            StringComparison.Ordinal);
    }
}
