using System.Text;
using MailModule.Lines;

namespace MailModule.Tests.Lines;

public class OtherProtocolTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("GET /")]
    [InlineData("post /x HTTP/1.0")]
    [InlineData("CONNECT mail.example:25 HTTP/1.1")]
    [InlineData("OPTIONS * HTTP/1.1")]
    [InlineData("PRI * HTTP/2.0")]
    [InlineData("REPORT /dav HTTP/1.1")]
    [InlineData("INVITE sip:a@b SIP/2.0")]
    [InlineData("Host: mail.example:25")]
    [InlineData("Content-Type: multipart/form-data; boundary=x")]
    [InlineData("X :")]
    [InlineData("\u0016\u0003\u0001")]
    [InlineData("\u0080\u002e\u0001\u0003\u0001")]
    [InlineData("\u0005\u0001\0")]
    [InlineData("\0")]
    [InlineData("\u00ff\u00fb\u0018")]
    public void What_no_mail_client_says_is_told(string line)
        => Assert.True(OtherProtocol.IsSpokenIn(Encoding.Latin1.GetBytes(line)));

    [Theory]
    [InlineData("")]
    [InlineData("\r")]
    [InlineData("FOO")]
    [InlineData("GETX /")]
    [InlineData("EHLO mail.example")]
    [InlineData("MAIL FROM:<a@b> SIZE=1")]
    [InlineData("rcpt to:<http://x/1.1@b>")]
    [InlineData("XCLIENT NAME=a ADDR=IPV6:::1")]
    [InlineData("AUTH PLAIN AAAA/0==")]
    [InlineData("MAILFROM:<a@b>")]
    [InlineData(": x")]
    [InlineData(" x")]
    public void What_a_mail_client_may_say_is_no_other_protocol(string line)
        => Assert.False(OtherProtocol.IsSpokenIn(Encoding.Latin1.GetBytes(line)));

    [Theory]
    [InlineData("\u0016", true)]
    [InlineData("G", false)]
    [InlineData("\t", false)]
    [InlineData("\n", false)]
    [InlineData("", false)]
    public void Binary_shows_in_the_first_octet(string begin, bool isBinary)
        => Assert.Equal(isBinary, OtherProtocol.IsBinary(Encoding.Latin1.GetBytes(begin)));
}
