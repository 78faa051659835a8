using System.Text;
using MailModule.Authentication.Results;

namespace MailModule.Tests.Authentication.Results;

/// <summary>What others' Authentication-Results fields say (RFC 8601 §2.2, appendix B).</summary>
public class ReportedResultsTests
{
    [Theory]
    [InlineData("example.org 1; none", "example.org 1:")]
    [InlineData("example.org; none", "example.org 1:")]
    [InlineData(" example.org ; (c) none (d) ", "example.org 1:")]
    [InlineData("example.com; spf=pass smtp.mailfrom=example.net",
        "example.com 1: spf=pass{smtp.mailfrom=example.net}")]
    [InlineData("example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net",
        "example.com 1: auth=pass{smtp.auth=sender@example.net} spf=pass{smtp.mailfrom=example.net}")]
    [InlineData("example.com;\r\n dkim=pass reason=\"good signature\"\r\n header.i=@mail-router.example.net;\r\n"
        + " dkim=fail reason=\"bad signature\" header.i=@newyork.example.com",
        "example.com 1: dkim=pass[good signature]{header.i=@mail-router.example.net} "
        + "dkim=fail[bad signature]{header.i=@newyork.example.com}")]
    [InlineData("foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
        + " policy (A dot can go here) . (like that) expired\r\n"
        + " (this surprised me) = (as I wasn't expecting it) 1362471462",
        "foo.example.net 1: dkim=fail{policy.expired=1362471462}")]
    [InlineData("\"mail \\\"x\\\" example\" 2; SPF/3=PASS SMTP.MailFrom=\"a \\\" b\"",
        "mail \"x\" example 2: spf=pass{smtp.mailfrom=a \" b}")]
    [InlineData("a; dkim=pass header.i=\"a b\"@c.example header.b=\"x/y\"; dmarc=none",
        "a 1: dkim=pass{header.i=\"a b\"@c.example,header.b=x/y} dmarc=none")]
    [InlineData("a; dkim=pass header.b=x/y+z==; ", "a 1: dkim=pass{header.b=x/y+z==}")]
    [InlineData("a; none=pass", "a 1: none=pass")]
    [InlineData("a; spf=pass smtp.mailfrom=", "a 1: spf=pass{smtp.mailfrom=}")]
    [InlineData("a; spf=pass (a (b) \\) c) smtp.mailfrom=b", "a 1: spf=pass{smtp.mailfrom=b}")]
    [InlineData("b\u00fccher.example; spf=pass smtp.mailfrom=\u00fc@b\u00fccher.example",
        "b\u00fccher.example 1: spf=pass{smtp.mailfrom=\u00fc@b\u00fccher.example}")]
    public void A_field_is_read(string value, string expected)
    {
        Assert.True(ReportedResults.TryParse(Encoding.UTF8.GetBytes(value), out ReportedResults results));
        Assert.Equal(expected, $"{results.AuthServId} {results.Version}:{string.Concat(results.Results.Select(Text))}");
    }

    [Theory]
    [InlineData("")]
    [InlineData(";")]
    [InlineData("; none")]
    [InlineData("example.org")]
    [InlineData("example.org;")]
    [InlineData("example.org; ;")]
    [InlineData("example.org 1 2; none")]
    [InlineData("example.org x; none")]
    [InlineData("example.org 99999999999; none")]
    [InlineData("a; none none")]
    [InlineData("a; none; spf=pass")]
    [InlineData("a; spf")]
    [InlineData("a; spf=")]
    [InlineData("a; =pass")]
    [InlineData("a; spf=pass smtp")]
    [InlineData("a; spf=pass smtp.")]
    [InlineData("a; spf=pass smtp.mailfrom")]
    [InlineData("a; spf=pass reason=x reason=y")]
    [InlineData("a; spf/x=pass")]
    [InlineData("a; spf=pass (unclosed")]
    [InlineData("a; spf=pass )")]
    [InlineData("a; spf=pass smtp.mailfrom=\"unclosed")]
    [InlineData("a; spf=pass smtp.mailfrom=\"a\0b\"")]
    [InlineData("a; spf=pass smtp.mailfrom=a\u0001b")]
    [InlineData("\"unclosed; spf=pass")]
    [InlineData("a b; spf=pass")]
    public void What_is_not_as_the_grammar_has_it_is_not_read(string value)
        => Assert.False(ReportedResults.TryParse(Encoding.UTF8.GetBytes(value), out _));

    [Fact]
    public void Limits_hold()
    {
        string Many(int count) => "a" + string.Concat(Enumerable.Repeat("; spf=pass", count));
        Assert.True(ReportedResults.TryParse(Encoding.ASCII.GetBytes(Many(ReportedResults.ResultLimit)), out _));
        Assert.False(ReportedResults.TryParse(Encoding.ASCII.GetBytes(Many(ReportedResults.ResultLimit + 1)), out _));
        string wide = "a; spf=pass" + string.Concat(Enumerable.Repeat(" x.y=z", ReportedResults.ResultLimit + 1));
        Assert.False(ReportedResults.TryParse(Encoding.ASCII.GetBytes(wide), out _));
        Assert.False(ReportedResults.TryParse(new byte[ReportedResults.FieldLimit + 1], out _));
        byte[] deep = new byte[ReportedResults.FieldLimit];
        Array.Fill(deep, (byte)'(');
        Assert.False(ReportedResults.TryParse(deep, out _));
    }

    [Fact]
    public void Prefixes_and_garbage_come_to_an_end()
    {
        const string whole
            = "\"a\\\" b\" 1 (c (d\\)) ); dkim/1=pass reason=\"e\" header.i=\"f g\"@h (i) x.y=z;spf=none";
        for (int i = 0; i <= whole.Length; i++)
            ReportedResults.TryParse(Encoding.ASCII.GetBytes(whole[..i]), out _);
        const string letters = "ab.1=;/\"\\() \r\n\t\0@";
        var random = new Random(2);
        for (int i = 0; i < 20_000; i++)
            ReportedResults.TryParse(
                Encoding.ASCII.GetBytes("a;b=c " + random.GetString(letters, random.Next(30))), out _);
    }

    private static string Text(ReportedResult one)
    {
        string reason = one.Reason.Length > 0 ? $"[{one.Reason}]" : "";
        string properties = string.Join(',', one.Properties.Select(property => $"{property.Name}={property.Value}"));
        return $" {one.Method}={one.Result}{reason}" + (properties.Length > 0 ? $"{{{properties}}}" : "");
    }
}
