using MailModule.Pop3.Server;

namespace MailModule.Tests.Pop3.Server;

/// <summary>What a backend may decide beside logins, messages and QUIT.</summary>
public class Pop3AskedTests
{
    private static readonly Pop3ServerOptions s_plain = new() { HostName = "h", PlainAuthWithoutTls = true };

    [Fact]
    public void A_backend_is_asked_for_nothing_that_it_does_not_name()
    {
        var harness = new Pop3Harness(s_plain, "a\n") { AskedVerdict = Pop3Verdict.Refuse("no") }.LoggedIn();
        harness.Send("CAPA\r\nNOOP\r\nDELE 1\r\nRSET\r\nXYZ\r\n");
        Assert.Equal(["login u"], harness.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_command_is_asked_about_and_goes_on_as_ever(bool pending)
    {
        Pop3Harness harness = Asking((Pop3Asked)63, pending).LoggedIn();
        Assert.Equal("+OK\r\n+OK marked for deletion\r\n+OK\r\n+OK\r\n",
            harness.Send("noop\r\nDELE 2\r\nRSET\r\nXyz 1 2\r\n"));
        Assert.Equal(["connect", "login u", "Noop NOOP", "mark 1", "reset", "Unknown Xyz 1 2"], harness.Calls);
        Assert.Empty(harness.Session.Deleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_refusal_has_its_text_and_no_effect(bool pending)
    {
        Pop3Harness harness = Asking((Pop3Asked)62, pending).LoggedIn();
        harness.Send("DELE 1\r\n");
        harness.AskedVerdict = Pop3Verdict.Refuse("not so");
        Assert.Equal(
            "-ERR not so\r\n-ERR not so\r\n-ERR not so\r\n-ERR not so\r\n-ERR not so\r\n",
            harness.Send("NOOP\r\nDELE 2\r\nRSET\r\nCAPA\r\nXYZ\r\n"));
        Assert.Empty(harness.Session.Deleted); // RSET has no failure
        Assert.False(harness.IsClosed);
    }

    [Fact]
    public void A_refusal_without_a_text_has_an_ordinary_one()
    {
        Pop3Harness harness = Asking((Pop3Asked)62, pending: false).LoggedIn();
        harness.AskedVerdict = Pop3Verdict.Refuse();
        Assert.Equal(
            "-ERR not now\r\n-ERR the message cannot be deleted\r\n"
                + "-ERR no message is marked any more, whatever the refusal\r\n"
                + "-ERR [SYS/TEMP] no capabilities now\r\n-ERR unknown command\r\n",
            harness.Send("NOOP\r\nDELE 2\r\nRSET\r\nCAPA\r\nXYZ\r\n"));
    }

    [Theory]
    [InlineData("NOOP")]
    [InlineData("CAPA")]
    [InlineData("DELE 1")]
    [InlineData("RSET")]
    [InlineData("XYZ")]
    public void A_verdict_may_close(string command)
    {
        Pop3Harness harness = Asking((Pop3Asked)62, pending: true).LoggedIn();
        harness.AskedVerdict = new Pop3Verdict(Pop3VerdictKind.Close, "over");
        Assert.Equal("-ERR over\r\n", harness.Send(command + "\r\nNOOP\r\n"));
        Assert.True(harness.IsClosed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Capabilities_may_be_more_each_time_anew(bool pending)
    {
        Pop3Harness harness = Asking(Pop3Asked.Capabilities, pending);
        for (int i = 0; i < 2; i++)
        {
            string answer = harness.Send("CAPA\r\n");
            Assert.EndsWith("\r\nIMPLEMENTATION MailModule\r\nX-MORE 1\r\n.\r\n", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_may_be_greeted_with_other_words(bool pending)
    {
        Pop3Harness harness = Asking(Pop3Asked.Connect, pending);
        harness.AskedVerdict = new Pop3Verdict(Pop3VerdictKind.Accept, "welcome");
        Assert.Equal("+OK welcome\r\n+OK goodbye\r\n", harness.Send("QUIT\r\n"));
    }

    [Theory]
    [InlineData(Pop3VerdictKind.Refuse, null, "-ERR [SYS/PERM] your connection is not taken here\r\n")]
    [InlineData(Pop3VerdictKind.Refuse, "[SYS/TEMP] later", "-ERR [SYS/TEMP] later\r\n")]
    [InlineData(Pop3VerdictKind.Close, "away", "-ERR away\r\n")]
    internal void A_connection_may_be_refused(Pop3VerdictKind kind, string? text, string answer)
    {
        Pop3Harness harness = Asking(Pop3Asked.Connect, pending: true);
        harness.AskedVerdict = new Pop3Verdict(kind, text);
        Assert.Equal(answer, harness.Send("CAPA\r\n"));
        Assert.True(harness.IsClosed);
    }

    [Fact]
    public void Unknown_commands_count_as_errors_when_they_are_refused_alone()
    {
        Pop3Harness harness = Asking(Pop3Asked.Unknown, pending: false, s_plain with { ErrorLimit = 2 });
        harness.Send("X\r\nY\r\nZ\r\n");
        Assert.False(harness.IsClosed);
        harness.AskedVerdict = Pop3Verdict.Refuse("no");
        Assert.Equal("-ERR no\r\n-ERR too many errors\r\n", harness.Send("X\r\nY\r\nZ\r\n"));
        Assert.True(harness.IsClosed);
    }

    [Fact]
    public void Http_is_no_unknown_command()
    {
        Pop3Harness harness = Asking(Pop3Asked.Unknown, pending: false);
        harness.Send("GET / HTTP/1.1\r\n");
        Assert.Equal(["not pop3", "closed"], harness.Calls);
    }

    [Fact]
    public void The_backend_hears_of_a_reset_and_says_whether_the_wait_ends()
    {
        var harness = new Pop3Harness(s_plain);
        Assert.True(harness.Session.PeerReset());
        Assert.Equal(["peer reset"], harness.Calls);
    }

    [Fact]
    public void A_login_by_another_name_of_the_user_is_known_by_the_user_s_own()
    {
        var harness = new Pop3Harness(s_plain) { LoginVerdict = Pop3Verdict.Accept, OwnName = "own" };
        harness.Send("USER other\r\n");
        Assert.Equal("other", harness.Session.User);
        harness.Send("PASS x\r\n");
        Assert.Equal("own", harness.Session.User);
    }

    private static Pop3Harness Asking(Pop3Asked asked, bool pending, Pop3ServerOptions? options = null)
        => new(options ?? s_plain, "a\n", "b\n") { Asked = asked, AnswersPending = pending };
}
