using System.Text;
using MailModule.Mail;

namespace MailModule.Tests.Mail;

public class SaslEncodingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("=", "")]
    [InlineData("YQ==", "a")]
    [InlineData("YWI=", "ab")]
    [InlineData("YWJj", "abc")]
    [InlineData("YQ== ", "a")]
    [InlineData("YWJj \t ", "abc")]
    [InlineData("= ", "")]
    [InlineData("  ", "")]
    public void Base64_is_decoded_with_blanks_behind_it(string text, string octets)
    {
        Assert.True(SaslEncoding.TryDecode(Encoding.ASCII.GetBytes(text), out byte[] decoded));
        Assert.Equal(octets, Encoding.ASCII.GetString(decoded));
    }

    [Theory]
    [InlineData("YQ")]
    [InlineData("YQ=")]
    [InlineData("YR==")]
    [InlineData("YWK=")]
    [InlineData("Y Q=")]
    [InlineData(" YQ==")]
    [InlineData("YQ== YQ==")]
    [InlineData("YQ==\u00a0")]
    [InlineData("YQ==YQ==")]
    [InlineData("Y===")]
    [InlineData("====")]
    [InlineData("YQ==\n")]
    [InlineData("YW-_")]
    public void Base64_that_is_not_strict_is_refused(string text)
        => Assert.False(SaslEncoding.TryDecode(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void What_is_encoded_decodes_the_same()
    {
        var random = new Random(4648);
        for (int length = 0; length < 200; length++)
        {
            byte[] octets = new byte[length];
            random.NextBytes(octets);
            Assert.True(SaslEncoding.TryDecode(
                Encoding.ASCII.GetBytes(Convert.ToBase64String(octets)), out byte[] decoded));
            Assert.Equal(octets, decoded);
        }
    }

    [Theory]
    [InlineData("\0user\0pass word", "", "user", "pass word")]
    [InlineData("User@d\0user\0p", "User@d", "user", "p")]
    [InlineData("\0u\u00e9\0", "", "u\u00e9", "")]
    public void Plain_messages_are_taken_apart(string message, string identity, string user, string password)
    {
        Assert.True(SaslEncoding.TryReadPlain(
            Encoding.UTF8.GetBytes(message), out string actsAs, out string name, out byte[] secret));
        Assert.Equal((identity, user, password), (actsAs, name, Encoding.UTF8.GetString(secret)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("user")]
    [InlineData("\0user")]
    [InlineData("\0\0password")]
    [InlineData("\0user\0pass\0word")]
    [InlineData("\0us\ner\0password")]
    [InlineData("ad\nmin\0user\0password")]
    public void Malformed_plain_messages_are_refused(string message)
        => Assert.False(SaslEncoding.TryReadPlain(Encoding.UTF8.GetBytes(message), out _, out _, out _));
}
