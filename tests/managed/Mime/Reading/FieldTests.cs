using System.Globalization;
using System.Text;
using MailModule.Mime;
using MailModule.Mime.Reading;

namespace MailModule.Tests.Mime.Reading;

public class FieldTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=?utf-8?q?Gr=C3=BC=C3=9Fe_von?= hier", "Grüße von hier")]
    [InlineData("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße")]
    [InlineData("=?iso-8859-1*de?Q?gr=FCn?=", "grün")]
    [InlineData("=?utf-8?q?a?= =?utf-8?q?b?=", "ab")] // RFC 2047 §6.2
    [InlineData("=?utf-8?q?a?=\t =?iso-8859-1?q?=FC?= x", "aü x")]
    [InlineData("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c")]
    [InlineData("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü")] // cut inside a character
    [InlineData("=?utf-8?b?w7w?==?utf-8?b?w7w=?=", "üü")]
    [InlineData("=?windows-1251?B?z/Do4uXy?=", "Привет")]
    [InlineData("=?koi8-r?B?8NLJ18XU?=", "Привет")]
    [InlineData("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本")]
    [InlineData("=?gb2312?B?xOO6ww==?=", "你好")]
    [InlineData("=?cp1252?q?=80?=", "€")]
    [InlineData("=?x-none?q?a?=", "=?x-none?q?a?=")]
    [InlineData("=?utf-8?x?a?=", "=?utf-8?x?a?=")]
    [InlineData("=?utf-8?q?a", "=?utf-8?q?a")]
    [InlineData("=?utf-8?q??=", "")]
    [InlineData("=?", "=?")]
    [InlineData("=?utf-8?q?a=0D=0AX:_y=00?=", "a\uFFFD\uFFFDX: y\uFFFD")] // no line of its own
    public void Encoded_words_are_read(string value, string text) => Assert.Equal(text, ParsedMessage.TextOf(value));

    [Fact]
    public void A_value_is_unfolded_and_its_field_stays_as_it_is()
    {
        using ParsedMessage message = Reader.Open("A :  one\n\ttwo  \nB: \nC:x\n\n");
        message.FindHeader(0, out MessageHeader header);
        Assert.Equal(
            [("A", "one\ttwo"), ("B", ""), ("C", "x")],
            Enumerable.Range(0, header.Count).Select(field => (header.Name(field), header.Value(field))));
        Assert.Equal("A :  one\r\n\ttwo  \r\n", Encoding.ASCII.GetString(header.Raw(0)));
        Assert.Equal((2, -1), (header.Find("c"u8), header.Find("c"u8, 3)));
    }

    [Fact]
    public void A_value_is_UTF8_or_else_Latin1()
    {
        using ParsedMessage message = Reader.Open([.. "A: \u00fc\r\nB: "u8, 0xFC, .. "\r\n\r\n"u8]);
        message.FindHeader(0, out MessageHeader header);
        Assert.Equal(("ü", "ü"), (header.Value(0), header.Value(1)));
    }

    [Theory]
    [InlineData("ann@example.org", "ann@example.org||")]
    [InlineData("Ann Doe <ann@example.org>", "ann@example.org|Ann Doe|")]
    [InlineData("\"Doe, \\\"Ann\\\"\" <ann@example.org>, bob@example.net",
        "ann@example.org|Doe, \"Ann\"|;bob@example.net||")]
    [InlineData("=?utf-8?q?J=C3=B6rg?= Doe <j@example.org>", "j@example.org|Jörg Doe|")]
    [InlineData("ann@example.org (Ann (the first) Doe)", "ann@example.org|Ann (the first) Doe|")]
    [InlineData("ann . doe @ example . org", "ann.doe@example.org||")]
    [InlineData("<@a.example,@b.example:ann@example.org>", "ann@example.org||")]
    [InlineData("\"ann doe\"@example.org", "\"ann doe\"@example.org||")]
    [InlineData("Team: ann@example.org, Bob <bob@example.net>; carl@example.com",
        "ann@example.org||Team;bob@example.net|Bob|Team;carl@example.com||")]
    [InlineData("undisclosed-recipients:;", "")]
    [InlineData("root", "root||")]
    [InlineData("Ann Doe", "|Ann Doe|")]
    [InlineData("<>", "||")]
    [InlineData("Ann <ann@example.org", "ann@example.org|Ann|")]
    [InlineData("Ann <ann@example.org, bob@example.net", "ann@example.org|Ann|;bob@example.net||")]
    [InlineData("ann@[192.0.2.1]", "ann@[192.0.2.1]||")]
    [InlineData(" , ,, ", "")]
    [InlineData("jörg@grün.example", "jörg@grün.example||")]
    public void Addresses_are_found(string value, string found)
        => Assert.Equal(
            found, string.Join(';', AddressField.Read(value).Select(one => $"{one.Address}|{one.Name}|{one.Group}")));

    [Theory]
    [InlineData("Sat, 28 Nov 2026 19:00:01 +0130", "2026-11-28T19:00:01.0000000+01:30")]
    [InlineData("28 Nov 2026 19:00 -0000", "2026-11-28T19:00:00.0000000+00:00")]
    [InlineData("Sat, 28 Nov 26 19:00:00 GMT", "2026-11-28T19:00:00.0000000+00:00")]
    [InlineData("Fri, 28 Nov 99 19:00:00 EST", "1999-11-28T19:00:00.0000000-05:00")]
    [InlineData("Sat,28 November 2026 19:00:60 +0000 (UTC)", "2026-11-28T19:00:59.0000000+00:00")]
    [InlineData("from a by b; Sat, 28 Nov 2026 19:00:00 +0000", "2026-11-28T19:00:00.0000000+00:00")]
    [InlineData("Sat, 31 Nov 2026 19:00:00 +0000", null)]
    [InlineData("Sat, 28 Nov 2026 24:00:00 +0000", null)]
    [InlineData("28 Nov 0000 19:00:00 +0000", null)]
    [InlineData("1 Jan 0001 00:00:00 +1300", null)]
    [InlineData("28 Nov 2026 19:00:00 +9999", null)]
    [InlineData("", null)]
    [InlineData("Sat,", null)]
    [InlineData("1", null)]
    public void Times_are_read(string value, string? time)
        => Assert.Equal(time, ParsedMessage.TimeOf(value)?.ToString("O", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("text/plain; charset=utf-8", "charset=utf-8")]
    [InlineData("text/plain; charset=us-ascii (Plain text)", "charset=us-ascii")] // RFC 2045 §5.1
    [InlineData("a/b; NAME=\"a;b\\\"c\"; x = y ;", "name=a;b\"c x=y")]
    [InlineData("a; filename=my report (1).pdf", "filename=my report (1).pdf")]
    [InlineData("a; filename=\"C:\\new\\x.txt\"", "filename=C:\\new\\x.txt")]
    [InlineData("a; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "title=This is ***fun***")] // RFC 2231 §4
    [InlineData("a; u*0=\"ftp://\"; u*1=\"cs.utk.edu\"", "u=ftp://cs.utk.edu")] // RFC 2231 §3
    [InlineData("a; t*1*=%C3%BC; t*0*=utf-8''gr; t*2=n; t*4=x", "t=grün")]
    [InlineData("a; filename=x; filename*=utf-8''%C3%BC", "filename=ü")]
    [InlineData("a; filename==?utf-8?q?=C3=BC?=", "filename=ü")]
    [InlineData("a; filename*=iso-8859-1''%FC%", "filename=ü%")]
    [InlineData("a; filename*=x-none''%FC", "filename=ü")]
    [InlineData("a; x=1; x=2", "x=1")]
    [InlineData("a; =1; *=2; **=3; x", "")]
    [InlineData("a(c;x=1); y=2", "y=2")]
    [InlineData(";;;x=\"", "x=")]
    public void Parameters_are_put_together(string value, string parameters)
        => Assert.Equal(
            parameters,
            string.Join(' ', StructuredField.Read(value, 100).Parameters.Select(one => $"{one.Name}={one.Value}")));

    [Theory]
    [InlineData("text/HTML; x=y", "text/html")]
    [InlineData("text", "text/plain")]
    [InlineData("text/", "text/plain")]
    [InlineData("te xt/plain", "text/plain")]
    [InlineData("application/x-a (b) ; c", "application/x-a")]
    public void A_type_is_one_or_plain_text(string value, string type)
        => Assert.Equal(type, MediaType.Of(StructuredField.Read(value, 100).Value));

    [Theory]
    [InlineData("report.pdf", "report.pdf")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\Users\\x\\virus.exe", "virus.exe")]
    [InlineData("..", "")]
    [InlineData("/", "")]
    [InlineData(".bashrc", "bashrc")]
    [InlineData("a:b|c?.txt", "a_b_c_.txt")]
    [InlineData("x\u202Egpj.exe", "x_gpj.exe")]
    [InlineData("con.txt", "_con.txt")]
    [InlineData("a\0\n\tb", "a___b")]
    [InlineData("name. . ", "name")]
    public void A_safe_name_is_the_last_of_a_path_and_fit_for_every_system(string name, string safe)
        => Assert.Equal(safe, FileNames.MakeSafe(name));

    [Fact]
    public void A_safe_name_is_short_and_keeps_its_extension()
        => Assert.Equal(new string('x', 116) + ".pdf", FileNames.MakeSafe(new string('x', 5000) + ".pdf"));
}
