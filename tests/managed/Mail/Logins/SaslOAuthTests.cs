using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;

namespace MailModule.Tests.Mail.Logins;

public class SaslOAuthTests
{
    private const string Token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
    private const string Error =
        """{"status":"invalid_token","schemes":"bearer mac","scope":"https://mail.google.com/"}""";

    private static readonly SaslServer s_server = new() { Host = "server.example.com", Port = 587 };

    [Fact]
    public void Oauthbearer_is_as_in_its_standard()
    {
        // RFC 7628 §4.3, to an SMTP server
        SaslOAuthBearer bearer = Bearer(User());
        Assert.Equal(
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRj"
                + "Mk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB",
            Convert.ToBase64String(bearer.Begin()!));
        Assert.True(bearer.MayBelieveSuccess);
        Assert.True(bearer.TryAnswer(Encoding.ASCII.GetBytes(Error), out byte[] answer));
        Assert.Equal("AQ==", Convert.ToBase64String(answer));
        Assert.Equal(Error, bearer.Failure);
    }

    [Fact]
    public void Oauthbearer_tells_whom_to_act_as_and_only_what_is_known_of_the_server()
    {
        Assert.Equal("n,a=li=2Cst,\u0001auth=Bearer abc\u0001\u0001",
            Text(new SaslOAuthBearer(User("abc", "li,st"), new SaslServer())));
        Assert.Equal("n,,\u0001auth=Bearer abc\u0001\u0001",
            Text(new SaslOAuthBearer(new Credentials("") { Token = () => "abc" }, new SaslServer())));
    }

    [Fact]
    public void Xoauth2_is_as_its_inventor_describes_it()
    {
        var xoauth2 = new SaslXOAuth2(
            new Credentials("someuser@example.com") { Token = () => "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg" });
        Assert.Equal(
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZ"
                + "Mjl0Q2cBAQ==",
            Convert.ToBase64String(xoauth2.Begin()!));
        Assert.True(xoauth2.MayBelieveSuccess);
        Assert.True(xoauth2.TryAnswer("{\"status\":\"401\"}"u8, out byte[] answer));
        Assert.Empty(answer);
        Assert.Equal("{\"status\":\"401\"}", xoauth2.Failure);
    }

    [Fact]
    public void A_server_that_has_told_an_error_is_not_believed_and_asks_no_second_time()
    {
        foreach (SaslOAuth mechanism in (SaslOAuth[])[Bearer(User()), new SaslXOAuth2(User())])
        {
            mechanism.Begin();
            Assert.True(mechanism.TryAnswer([], out _));
            Assert.False(mechanism.MayBelieveSuccess);
            Assert.False(mechanism.TryAnswer([], out _));
        }
    }

    [Fact]
    public void The_token_is_asked_for_once_for_each_attempt()
    {
        int asked = 0;
        var login = new Credentials("ann") { Token = () => $"token{++asked}" };
        SaslOAuthBearer first = Bearer(login), second = Bearer(login);
        Assert.Equal(0, asked);
        Assert.Contains("token1", Text(first), StringComparison.Ordinal);
        first.TryAnswer([], out _);
        Assert.Contains("token2", Text(second), StringComparison.Ordinal);
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\u0001auth=Bearer b")]
    [InlineData("a\r\nQUIT")]
    [InlineData("\u00fc")]
    public void A_token_that_is_none_begins_nothing(string? token)
    {
        SaslOAuthBearer bearer = Bearer(User(token));
        Assert.Equal(token is null ? Fault.Cancelled : Fault.Argument, bearer.Begin(out byte[]? initial));
        Assert.Null(initial);
        Assert.Contains("token", bearer.Failure, StringComparison.Ordinal);
        Assert.False(bearer.TryAnswer([], out _));
        Assert.False(bearer.MayBelieveSuccess);
    }

    [Fact]
    public void What_a_server_tells_is_one_line_of_bounded_length()
    {
        var xoauth2 = new SaslXOAuth2(User());
        xoauth2.Begin();
        xoauth2.TryAnswer([.. "a\r\n\0b\u2028"u8, 0xff, .. Enumerable.Repeat((byte)'x', 5000)], out _);
        Assert.StartsWith("a   b ", xoauth2.Failure, StringComparison.Ordinal);
        Assert.True(xoauth2.Failure.Length <= 500);
    }

    private static Credentials User(string? token = Token, string identity = "")
        => new("user@example.com") { Token = () => token, AuthorizationId = identity };

    private static SaslOAuthBearer Bearer(Credentials login) => new(login, s_server);

    private static string Text(SaslOAuthBearer mechanism) => Encoding.UTF8.GetString(mechanism.Begin()!);
}
