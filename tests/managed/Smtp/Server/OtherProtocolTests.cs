using MailModule.Smtp.Server;

namespace MailModule.Tests.Smtp.Server;

/// <summary>Who speaks HTTP, TLS or the like to the SMTP port is closed at once, whatever comes behind it.</summary>
public class OtherProtocolTests
{
    private const string Closing = "421 4.7.0 This is not SMTP, closing connection\r\n";
    private const string Mail = "EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nhello\r\n.\r\n";

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: mail.example:25\r\nContent-Type: text/plain\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\n\n")]
    [InlineData("GET\nx\r\n")]
    [InlineData("CONNECT other.example:25 HTTP/1.1\r\n\r\n")]
    [InlineData("Content-Type: text/plain\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0")]
    [InlineData("\u0080\u002e\u0001\u0003\u0001\r\n")]
    [InlineData("\u0004\u0001\0\u0019\u007f\0\0\u0001\0")]
    public void A_client_of_another_protocol_is_closed_with_one_reply_and_its_mail_unread(string words)
    {
        var harness = new SmtpHarness();
        harness.Send("");
        Assert.Equal(Closing, harness.Send(words + Mail));
        Assert.True(harness.IsClosed);
        Assert.Equal(["not smtp"], harness.Backend.Calls);
    }

    [Theory]
    [InlineData("EHLO x\r\n")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@b.example>\r\n")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n")]
    [InlineData("EHLO x\r\nFOO\r\n")]
    [InlineData("EHLO / HTTP/1.1\r\n")]
    [InlineData("HELP / HTTP/1.1\r\n")]
    public void It_is_closed_in_any_state_between_commands(string before)
    {
        var harness = new SmtpHarness();
        harness.Send(before);
        Assert.Equal(Closing, harness.Send("Host: mail.example\r\n" + Mail));
        Assert.True(harness.IsClosed);
        Assert.Contains("not smtp", harness.Backend.Calls);
    }

    [Fact]
    public void It_is_closed_under_tls_too()
    {
        var harness = new SmtpHarness(new SmtpServerOptions { HostName = "mail.example", OfferStartTls = true });
        harness.Send("EHLO x\r\n");
        harness.Send("STARTTLS\r\n");
        Assert.Equal(Closing, harness.Send("GET / HTTP/1.1\r\n" + Mail));
        Assert.True(harness.IsClosed);
    }

    [Fact]
    public void The_first_octet_of_a_tls_hello_is_enough()
    {
        var harness = new SmtpHarness();
        harness.Send("");
        Assert.Equal(Closing, harness.Send("\u0016"));
        Assert.True(harness.IsClosed);
    }

    [Fact]
    public void What_looks_like_it_inside_a_line_that_is_too_long_is_skipped()
    {
        var harness = new SmtpHarness();
        harness.Send(new string('x', StateTable.AuthLineLimit + 1));
        Assert.Equal("", harness.Send("\u0016\u0003 GET / HTTP/1.1\n"));
        Assert.Equal("250 2.0.0 Ok\r\n", harness.Send("\r\nNOOP\r\n"));
    }

    [Theory]
    [InlineData("NOOP a\0b\r\n")]
    [InlineData("VRFY a\0b\r\n")]
    [InlineData("HELP \0\r\n")]
    [InlineData("NO\0OP\r\n")]
    public void A_nul_in_a_command_is_an_error(string command)
    {
        var harness = new SmtpHarness();
        harness.Send("EHLO x\r\n");
        Assert.StartsWith("500 5.5.", harness.Send(command), StringComparison.Ordinal);
    }
}
