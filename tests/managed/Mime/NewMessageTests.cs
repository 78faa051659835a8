using System.Text;
using MailModule.Mail;
using MailModule.Mime;
using MailModule.Primitives;
using MimeKit;

namespace MailModule.Tests.Mime;

public class NewMessageTests
{
    private const string Mime = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";

    [Fact]
    public void A_plain_mail_is_plain()
        => Assert.Equal(
            "Date: Wed, 14 Jan 2026 08:09:10 +0230\r\nFrom: Ann Doe <ann@a.example>\r\n"
                + "To: bob@b.example, \"Carl C. Carlson\" <carl@c.example>\r\nCc: dora@d.example\r\n"
                + "Subject: Two words\r\nMessage-ID: <1@a.example>\r\n" + Mime
                + "Content-Transfer-Encoding: 7bit\r\n\r\nHello\n.\nFrom me\n",
            Written(
                "Two words", "Hello\n.\nFrom me\n", "bob@b.example, Carl C. Carlson <carl@c.example>",
                "dora@d.example"));

    [Theory]
    [InlineData("Two  words", "Two  words")]
    [InlineData("", "")]
    [InlineData("Grüße von hier", "=?utf-8?q?Gr=C3=BC=C3=9Fe_von_hier?=")]
    [InlineData("привет мир", "=?utf-8?b?0L/RgNC40LLQtdGCINC80LjRgA==?=")]
    [InlineData("=?utf-8?q?no?=", "=?utf-8?b?PT91dGYtOD9xP25vPz0=?=")]
    [InlineData(" blanks at the ends ", "=?utf-8?q?_blanks_at_the_ends_?=")]
    [InlineData("a\ttab", "=?utf-8?q?a=09tab?=")]
    public void A_subject_says_what_it_said(string subject, string field)
    {
        string message = Written(subject, "x");
        Assert.Contains($"\r\nSubject: {field}\r\n", message);
        Assert.Equal(subject.Trim(), Parsed(message).Subject);
    }

    [Theory]
    [InlineData("Ann Doe", "Ann Doe")]
    [InlineData("Doe, Ann", "\"Doe, Ann\"")]
    [InlineData("A \"B\" \\C", "\"A \\\"B\\\" \\\\C\"")]
    [InlineData("ann@x.example", "\"ann@x.example\"")]
    [InlineData("Jürgen O'Neil", "=?utf-8?q?J=C3=BCrgen_O=27Neil?=")]
    [InlineData("=?x?q?y?=", "=?utf-8?b?PT94P3E/eT89?=")]
    public void A_name_says_what_it_said(string name, string phrase)
    {
        var from = new NamedAddress(name, Address("ann@a.example"));
        string message = Written(new NewMessage { From = from, Date = default, MessageId = "1@a.example" }, "x");
        Assert.Contains($"\r\nFrom: {phrase} <ann@a.example>\r\n", message);
        Assert.Equal(name, Parsed(message).From.Mailboxes.Single().Name);
    }

    [Fact]
    public void Lines_of_the_header_are_short_wherever_there_is_a_place_to_fold()
    {
        string words = string.Join(' ', Enumerable.Repeat("word and another,", 30));
        string signs = string.Concat(Enumerable.Repeat("Straße 例え 😀 ", 30)).Trim();
        string many = string.Join(
            ", ", Enumerable.Range(0, 40).Select(i => $"Ürsula {signs[..(i * 5)].Trim()} <u{i}@b.example>"));
        foreach (string subject in new[] { words, signs, new string('x', 300), new string('é', 300) })
        {
            string message = Written(subject, "x", many);
            Assert.All(HeaderLines(message), line => Assert.True(line.Length <= 76, line));
            Assert.All(HeaderLines(message), line => Assert.False(string.IsNullOrWhiteSpace(line)));
            MimeMessage parsed = Parsed(message);
            Assert.Equal(subject, parsed.Subject);
            Assert.Equal(40, parsed.To.Mailboxes.Count());
            Assert.Equal("u39@b.example", parsed.To.Mailboxes.Last().Address);
            Assert.StartsWith("Ürsula Straße", parsed.To.Mailboxes.Last().Name);
        }
    }

    [Theory]
    [InlineData("plain\r\ntext\r\n", "7bit")]
    [InlineData("", "7bit")]
    [InlineData("The café is open, and has been since noon.\nSo it is.\n", "quoted-printable")]
    [InlineData("привет\rмир\n\nи ещё", "base64")]
    public void Text_comes_back_as_it_was_with_the_line_ends_of_the_wire(string text, string encoding)
        => ComesBack(text, encoding);

    [Fact]
    public void Lines_that_no_host_takes_are_encoded()
    {
        ComesBack(new string('x', 999) + "\nshort\n", "quoted-printable");
        ComesBack(new string('x', 998) + "\nshort\n", "7bit");
        ComesBack(string.Concat(Enumerable.Repeat("Die Straße ist hier, ", 40_000)), "quoted-printable");
        ComesBack(string.Concat(Enumerable.Repeat("例え\r\n", 40_000)), "base64");
        ComesBack(new string('=', 2000), "base64");
        ComesBack("\0" + new string('x', 20), "quoted-printable");
    }

    [Fact]
    public void Every_prefix_of_a_text_comes_back()
    {
        const string text = "Über=\r\n \t\rwhat is\n\n.\nFrom here 😀 \r\r\nend =20 \t";
        for (int length = 0; length <= text.Length; length++)
            if (length == 0 || !char.IsHighSurrogate(text[length - 1]))
                ComesBack(text[..length], null);
    }

    [Fact]
    public void Garbage_for_a_name_and_a_subject_adds_no_field_and_comes_back()
    {
        var random = new Random(11);
        string alphabet = "aZ09 .,:;<>()[]@\"\\=?_!#üß例\u0301\u2028é";
        for (int i = 0; i < 2_000; i++)
        {
            string text = new string(random.GetItems<char>(alphabet, random.Next(1, 200))).Trim();
            if (text.Length == 0)
                continue;
            string name = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            var mail = new NewMessage
            {
                From = new NamedAddress(name, Address("ann@a.example")),
                Subject = text,
                Date = default,
                MessageId = "1@a.example",
            };
            string message = Written(mail, "x");
            MimeMessage parsed = Parsed(message);
            Assert.Equal(text, parsed.Subject);
            MailboxAddress from = parsed.From.Mailboxes.Single();
            Assert.Equal((name, "ann@a.example"), (from.Name, from.Address));
            Assert.Equal(5, parsed.Headers.Count);
            Assert.All(HeaderLines(message), line => Assert.True(line.Length <= 76, line));
        }
    }

    [Fact]
    public void An_address_beyond_ascii_stands_as_it_is_and_nothing_else_does()
    {
        string message = Written("Grüße", "Grüße und andere Worte", "Jürgen <jürgen@b.example>");
        Assert.Contains("To: =?utf-8?q?J=C3=BCrgen?= <jürgen@b.example>\r\n", message);
        Assert.Equal(1, message.Count(c => c == 'ü'));
    }

    [Fact]
    public void What_the_sink_cannot_take_ends_the_writing()
    {
        int calls = 0;
        var message = new NewMessage
        {
            From = new NamedAddress("", Address("ann@a.example")),
            Date = default,
            MessageId = "1@a.example",
        };
        byte[] text = Encoding.UTF8.GetBytes(new string('ü', 100_000));
        Assert.Equal(Fault.Full, message.Write(text, _ => ++calls == 3 ? Fault.Full : Fault.None));
        Assert.Equal(3, calls);
    }

    private static void ComesBack(string text, string? encoding)
    {
        string message = Written("x", text);
        if (encoding is not null)
            Assert.Contains($"\r\nContent-Transfer-Encoding: {encoding}\r\n", message);
        Assert.All(
            message.ReplaceLineEndings("\n").Split('\n'), line => Assert.True(Encoding.UTF8.GetByteCount(line) <= 998));
        string expected = text.Replace("\r\n", "\n").Replace('\r', '\n');
        // Where the encoding leaves the last line open, the wire ends it.
        string found = Parsed(message).TextBody!.ReplaceLineEndings("\n");
        Assert.Equal(expected.TrimEnd('\n'), found.TrimEnd('\n'));
        Assert.Equal(expected.EndsWith('\n'), found.EndsWith('\n') && expected.EndsWith('\n'));
    }

    private static string Written(string subject, string text, string to = "bob@b.example", string cc = "")
    {
        var message = new NewMessage
        {
            From = new NamedAddress("Ann Doe", Address("ann@a.example")),
            To = List(to),
            Cc = List(cc),
            Subject = subject,
            Date = new DateTimeOffset(2026, 1, 14, 8, 9, 10, TimeSpan.FromMinutes(150)),
            MessageId = "1@a.example",
        };
        return Written(message, text);
    }

    private static string Written(NewMessage message, string text)
    {
        var octets = new MemoryStream();
        Assert.Equal(Fault.None, message.Write(Encoding.UTF8.GetBytes(text), piece =>
        {
            octets.Write(piece);
            return Fault.None;
        }));
        return Encoding.UTF8.GetString(octets.ToArray());
    }

    private static string[] HeaderLines(string message)
        => message[..message.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n");

    private static MimeMessage Parsed(string message)
        => MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(message)));

    private static IReadOnlyList<NamedAddress> List(string text)
    {
        bool isRead = AddressListParser.TryParse(text, out IReadOnlyList<NamedAddress> list, out string problem);
        Assert.True(isRead, problem);
        return list;
    }

    private static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        return address;
    }
}
