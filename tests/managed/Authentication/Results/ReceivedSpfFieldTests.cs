using System.Buffers;
using System.Net;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Results;

namespace MailModule.Tests.Authentication.Results;

/// <summary>Received-SPF (RFC 7208 §9.1).</summary>
public class ReceivedSpfFieldTests
{
    [Fact]
    public void The_reverse_path_is_told()
        => Assert.Equal(
            """
            Received-SPF: pass (mail.example.net: example.org lets this client send)
             client-ip=192.0.2.1; envelope-from="a@example.org"; helo=mx.example.org;
             mechanism=ip4; receiver=mail.example.net; identity=mailfrom

            """.ReplaceLineEndings("\r\n"),
            Written(new SpfResult(AuthResult.Pass, SpfIdentity.MailFrom, "a@example.org", "example.org")
            {
                Mechanism = "ip4",
            }, "192.0.2.1", "mx.example.org"));

    [Fact]
    public void The_helo_is_told_and_IPv6_quoted()
        => Assert.Equal(
            """
            Received-SPF: permerror (mail.example.net: too many look-ups)
             client-ip="2001:db8::1"; helo=mx.example.org; receiver=mail.example.net;
             identity=helo

            """.ReplaceLineEndings("\r\n"),
            Written(new SpfResult(AuthResult.PermError, SpfIdentity.Helo, "postmaster@mx.example.org",
                "mx.example.org", "too many look-ups"), "2001:db8::1", "mx.example.org"));

    [Fact]
    public void An_IPv4_address_in_an_IPv6_one_is_the_IPv4_one()
        => Assert.Contains("client-ip=192.0.2.1;",
            Written(new SpfResult(AuthResult.None, SpfIdentity.Helo, "", "x"), "::ffff:192.0.2.1", ""),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(AuthResult.None)]
    [InlineData(AuthResult.Fail)]
    [InlineData(AuthResult.SoftFail)]
    [InlineData(AuthResult.Neutral)]
    [InlineData(AuthResult.TempError)]
    internal void What_strangers_say_does_not_end_the_field(AuthResult result)
    {
        const string evil = "a(\"\\\r\nX: y;)\0\u00fc ";
        var spf = new SpfResult(result, SpfIdentity.MailFrom, evil, evil) { Mechanism = evil };
        string text = Written(spf, "::1", evil);
        Assert.All(text.Split("\r\n")[1..^1], line => Assert.StartsWith(" ", line, StringComparison.Ordinal));
        Assert.DoesNotContain(text.Replace("\r\n", "", StringComparison.Ordinal), c => c is < ' ' or > '~');
        Assert.StartsWith($"Received-SPF: {result.ToString().ToLowerInvariant()} (",
            text.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        // That of the comment, and those in quotes
        Assert.Equal(4, text.Count(c => c == ')'));
    }

    private static string Written(SpfResult spf, string client, string helo)
    {
        var output = new ArrayBufferWriter<byte>();
        ReceivedSpfField.Write(output, spf, IPAddress.Parse(client), helo, "mail.example.net");
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
