using MailModule.Mail;
using MailModule.Smtp.Client;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

/// <summary>The sender's DSN requests on their way to the next server (RFC 3461).</summary>
public class DsnParametersTests
{
    [Theory]
    [InlineData(Notify.Default, null, "")]
    [InlineData(Notify.Never, null, " NOTIFY=NEVER")]
    [InlineData(Notify.Never | Notify.Failure, null, " NOTIFY=NEVER")]
    [InlineData(Notify.Success, null, " NOTIFY=SUCCESS")]
    [InlineData(Notify.Failure | Notify.Delay, null, " NOTIFY=FAILURE,DELAY")]
    [InlineData(Notify.Success | Notify.Failure | Notify.Delay, null, " NOTIFY=SUCCESS,FAILURE,DELAY")]
    [InlineData(Notify.Default, "rfc822;Bob+x=y@b.example", " ORCPT=rfc822;Bob+2Bx+3Dy@b.example")]
    [InlineData(Notify.Delay, "x-fax;+1 555 \u00e9", " NOTIFY=DELAY ORCPT=x-fax;+2B1+20555+20+C3+A9")]
    [InlineData(Notify.Default, "utf-8;j\u00fcrgen@b.example", @" ORCPT=utf-8;j\x{FC}rgen@b.example")]
    [InlineData(Notify.Default, "rfc822;a\r\nDATA", " ORCPT=rfc822;a+0D+0ADATA")]
    [InlineData(Notify.Default, "rfc822\r\nDATA\r\n;a", "")]
    [InlineData(Notify.Default, ";a", "")]
    [InlineData(Notify.Default, "no type", "")]
    public void A_recipients_dsn_requests_go_along_with_rcpt(Notify notify, string? original, string expected)
    {
        var recipient = new Recipient(Address("bob@b.example"), null)
        {
            Notify = notify,
            OriginalRecipient = original,
        };
        var message = new SmtpClientTransaction(Address("ann@a.example"), [recipient], new TextOf("x\n"));
        ClientDialogue server = Begin(message, "250-x\n250 DSN\n", out string mail);
        Assert.Equal("MAIL FROM:<ann@a.example>\n", mail);
        Assert.Equal($"RCPT TO:<bob@b.example>{expected}\n", server.Say("250 ok\n"));
        Assert.True(message.IsDsnOffered);
    }

    [Fact]
    public void An_original_recipient_that_is_longer_than_others_must_take_is_left_out()
    {
        Assert.Equal($" ORCPT=rfc822;{new string('a', 493)}", Orcpt(new string('a', 493)));
        Assert.Equal("", Orcpt(new string('a', 494)));
        Assert.Equal("", Orcpt(new string('=', 200)));
    }

    private static string Orcpt(string address)
    {
        var recipient = new Recipient(Address("bob@b.example"), null) { OriginalRecipient = $"rfc822;{address}" };
        var message = new SmtpClientTransaction(Address("ann@a.example"), [recipient], new TextOf("x\n"));
        ClientDialogue server = Begin(message, "250-x\n250 DSN\n", out _);
        return server.Say("250 ok\n")["RCPT TO:<bob@b.example>".Length..].TrimEnd('\n');
    }

    [Theory]
    [InlineData(ReturnContent.Default, null, "")]
    [InlineData(ReturnContent.Default, "", "")]
    [InlineData(ReturnContent.Full, null, " RET=FULL")]
    [InlineData(ReturnContent.Headers, "QQ314159", " RET=HDRS ENVID=QQ314159")]
    [InlineData(ReturnContent.Default, "a+b=c d\r\n\u00e9~!", " ENVID=a+2Bb+3Dc+20d+0D+0A+C3+A9~!")]
    public void A_messages_dsn_requests_go_along_with_mail(ReturnContent content, string? id, string expected)
    {
        var message = new SmtpClientTransaction(
            Address("ann@a.example"), [new Recipient(Address("bob@b.example"), null)],
            new TextOf("x\n"))
        {
            Return = content,
            EnvelopeId = id,
        };
        Begin(message, "250-x\n250-SIZE\n250 DSN\n", out string mail);
        Assert.Equal($"MAIL FROM:<ann@a.example> SIZE=2{expected}\n", mail);
    }

    [Fact]
    public void A_server_without_the_extension_hears_nothing_of_it_and_the_owner_is_told()
    {
        var recipient = new Recipient(Address("bob@b.example"), null)
        {
            Notify = Notify.Success,
            OriginalRecipient = "rfc822;x@y.example",
        };
        var message = new SmtpClientTransaction(Address("ann@a.example"), [recipient], new TextOf("x\n"))
        {
            Return = ReturnContent.Full,
            EnvelopeId = "x",
        };
        ClientDialogue server = Begin(message, "250 x\n", out string mail);
        Assert.Equal("MAIL FROM:<ann@a.example>\n", mail);
        Assert.Equal("RCPT TO:<bob@b.example>\n", server.Say("250 ok\n"));
        Assert.False(message.IsDsnOffered);
    }

    private static ClientDialogue Begin(SmtpClientTransaction message, string ehlo, out string mail)
    {
        var server = new ClientDialogue(work: message);
        server.Say("220 hi\n");
        mail = server.Say(ehlo);
        return server;
    }
}
