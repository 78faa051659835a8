using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Tests.Support;
using MailModule.Transport;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Loopback;

/// <summary>A host's thread that speaks SMTP verb by verb over real sockets.</summary>
public class VerbByVerbTests
{
    [Fact]
    public void A_host_says_one_command_after_another_and_waits_for_each()
    {
        using var server = new ScriptedSmtpServer(null, ["220-hello\r\n220 there", Line, "250-mx\r\n250 XFOO", Line,
            "250 ok", Line, "550-5.1.1 no\r\n550 5.1.1 such user", Line, "250 ok", Line, "354 go", Text, "250 taken",
            Line, "299 bar", Line, "221 bye"]);
        using var host = new HostCaller(server.Port);
        SmtpDialogue smtp = host.Dialogue;
        Assert.Equal(2, host.Greeting.Lines.Count);
        Ask(host, 250, output => smtp.Ehlo("host.example", output));
        Assert.True(smtp.Extensions.Has("XFOO"));
        Ask(host, 250, output => smtp.Mail("ann@a.example", default, output));
        Assert.Equal(2, Ask(host, 550, output => smtp.Rcpt("bob@b.example", default, output)).Lines.Count);
        Ask(host, 250, output => smtp.Rcpt("eve@b.example", default, output));
        Ask(host, 354, smtp.Data);
        Assert.Empty(host.Ask(output => smtp.Content("one\n."u8, output)));
        Assert.Empty(host.Ask(output => smtp.Content("two"u8, output)));
        Ask(host, 250, output => smtp.EndContent(output));
        Ask(host, 299, output => smtp.Command("XFOO bar", output));
        Ask(host, 221, smtp.Quit);
        host.WaitForClose();
        Assert.Equal(Fault.None, smtp.End!.Fault);
        Assert.Equal(["one\r\n..two\r\n.\r\n"], server.Texts);
        Assert.Equal(["XFOO bar", "QUIT"], server.Lines[^2..]);
    }

    [Fact]
    public void Commands_in_one_call_leave_together_and_all_are_answered()
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, Line, Line, "250 mail\r\n550 rcpt\r\n503 data", Hang]);
        using var host = new HostCaller(server.Port);
        Reply[] replies = host.Ask(output =>
        {
            host.Dialogue.Mail("", default, output);
            host.Dialogue.Rcpt("a@b.example", default, output);
            host.Dialogue.Data(output);
        });
        Assert.Equal([250, 550, 503], replies.Select(reply => reply.Code));
    }

    [Fact]
    public void Tls_is_begun_by_a_command()
    {
        using var server = new ScriptedSmtpServer(TestAuthority.Trusted.Issue("mx.example"),
            ["220 hello", Line, "250-mx\r\n250 STARTTLS", Line, "220 go", StartTls, Line, "250 mx", Hang]);
        using var host = new HostCaller(
            server.Port, tls: new TlsClientSettings("mx.example", true, TestAuthority.Trusted.Roots));
        SmtpDialogue smtp = host.Dialogue;
        Ask(host, 250, output => smtp.Ehlo("host.example", output));
        Ask(host, 220, smtp.StartTls);
        Assert.Equal((true, false), (smtp.IsTls, smtp.Extensions.StartTls));
        Ask(host, 250, output => smtp.Ehlo("host.example", output));
    }

    [Fact]
    public void What_the_server_said_between_two_calls_is_heard_at_the_next()
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, "250 mx\r\n421-idle\r\n421 too long", Hang]);
        using var host = new HostCaller(server.Port);
        Reply[] replies = host.Ask(output => host.Dialogue.Ehlo("host.example", output));
        if (host.Dialogue.End is null)
            replies = [.. replies, .. host.Ask(host.Dialogue.Noop)];
        Assert.Equal([250], replies.Select(reply => reply.Code));
        Assert.Equal((Fault.RefusedTemporary, 2),
            (host.Dialogue.End!.Fault, host.Dialogue.End.Reply!.Lines.Count));
    }

    [Fact]
    public void A_silent_server_is_waited_for_no_longer_than_the_host_says()
    {
        using var server = new ScriptedSmtpServer(null, ["220 hello", Line, Hang]);
        using var host = new HostCaller(server.Port, new SmtpTimeouts { Hello = TimeSpan.FromMilliseconds(100) });
        Assert.Empty(host.Ask(host.Dialogue.Noop));
        Assert.Equal(Fault.Timeout, host.Dialogue.End!.Fault);
    }

    private static Reply Ask(HostCaller host, int code, Action<Output> command)
    {
        Reply reply = Assert.Single(host.Ask(command));
        Assert.Equal(code, reply.Code);
        return reply;
    }
}
