using System.Text;
using MailModule.Mail;
using MailModule.Mime;
using MimeKit;

namespace MailModule.Tests.Mime;

public class ConversionTests
{
    private static readonly SendableForm s_sevenBit = new(TakesEightBit: false, TakesUtf8: false);
    private static readonly SendableForm s_eightBit = new(TakesEightBit: true, TakesUtf8: false);
    private static readonly SendableForm s_utf8 = new(TakesEightBit: true, TakesUtf8: true);

    private const string Typed = "From: a@b.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n";

    [Fact]
    public void Eight_bit_text_becomes_quoted_printable()
        => Assert.Equal(
            Typed + "Content-Transfer-Encoding: quoted-printable\n\nThe caf=C3=A9 is open.\nSo it is.\n",
            Converted(Typed + "Content-Transfer-Encoding: 8bit\n\nThe café is open.\nSo it is.\n", s_sevenBit));

    [Fact]
    public void Text_of_which_most_is_not_ascii_becomes_base64_with_the_line_ends_of_the_wire()
        => Assert.Equal(
            Typed + "Content-Transfer-Encoding: base64\n\n"
                + Convert.ToBase64String(Encoding.UTF8.GetBytes("привет\r\nмир\r\n")) + "\n",
            Converted(Typed + "\nпривет\nмир\n", s_sevenBit));

    [Theory]
    [InlineData("café\n", "utf-8")]
    [InlineData("caf\u00e9\n", "unknown-8bit")]
    public void Text_without_mime_fields_gets_them(string text, string charset)
    {
        byte[] body = charset == "utf-8" ? Encoding.UTF8.GetBytes(text) : Encoding.Latin1.GetBytes(text);
        byte[] message = [.. "Subject: x\n\nsome words to be read before "u8, .. body];
        string converted = Converted(message, s_sevenBit);
        Assert.StartsWith(
            $"Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n"
                + "Content-Transfer-Encoding: quoted-printable\n\nsome words", converted);
    }

    [Fact]
    public void Parts_that_need_nothing_stay_as_they_are_octet_by_octet()
    {
        string Mixed(string encoding, string text) => "Subject:  x\nMIME-Version: 1.0\n"
            + "Content-type:  multipart/mixed;\n  boundary=\"b 1\"\n\npreamble  \n--b 1\n"
            + $"Content-Type: text/plain; charset=utf-8\n{encoding}\n{text}\n--b 1\n"
            + "Content-TYPE: text/html\n\n<p>all  ASCII =20 </p>  \n--b 1\n\nno header at all\n--b 1--\nepilogue\n";
        Assert.Equal(
            Mixed("Content-Transfer-Encoding: quoted-printable\n", "one caf=C3=A9 and many other words=\n"),
            Converted(Mixed("", "one café and many other words"), s_sevenBit));
    }

    [Fact]
    public void A_message_in_a_message_is_converted_inside()
    {
        string Outer(string encoding, string inner) => "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
            + $"--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n{inner}\n--b--\n";
        string converted = Converted(Outer("8bit", "Subject: für\n\nüber this and that and more"), s_sevenBit);
        Assert.Equal(
            Outer("7bit", "Subject: =?utf-8?b?ZsO8cg==?=\nMIME-Version: 1.0\n"
                + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
                + "=C3=BCber this and that and more=\n"),
            converted.Replace("=?utf-8?q?f=C3=BCr?=", "=?utf-8?b?ZsO8cg==?="));
    }

    [Theory]
    [InlineData("Subject: grün\n")]
    [InlineData("From: Jörg <j@b.example>\n")]
    [InlineData("To: \"Müller, Jörg\" <j@b.example>, b@b.example (Jörg)\n")]
    [InlineData("To: Dr. Jörg Müller <j@b.example>, =?utf-8?q?f=C3=BCr?= <k@b.example>\n")]
    [InlineData("Content-Disposition: attachment; filename=\"grün.txt\"\n")]
    [InlineData("Received: from grün.example by b.example; Sat, 28 Nov 2026 19:00:00 +0000\n")]
    [InlineData("X-Own: grün und blau und noch viel mehr Wörter, die eine Zeile füllen, bis sie zu lang ist\n")]
    [InlineData("Grün: x\n")]
    [InlineData("Content-Type: text/plain; name=grün\n")]
    [InlineData("Content-Type: grün\n")]
    public void Header_fields_become_ascii_and_say_the_same(string field)
    {
        string message = "X-First: x\n" + field + "X-Last: y\n\nbody\n";
        string converted = Converted(message, s_eightBit);
        Assert.True(Ascii.IsValid(converted));
        Assert.EndsWith("X-Last: y\n\nbody\n", converted);
        MimeMessage before = Parse(message), after = Parse(converted);
        if (!field.StartsWith("Received") && !field.StartsWith("Grün") && !field.EndsWith("grün\n"))
            Assert.Equal(WordsOf(before.Headers[1].Value), WordsOf(after.Headers[1].Value));
        Assert.Equal(before.From.Mailboxes, after.From.Mailboxes);
        Assert.Equal(before.To.Mailboxes.Select(to => to.Address), after.To.Mailboxes.Select(to => to.Address));
    }

    [Fact]
    public void A_domain_in_the_header_becomes_an_a_label()
        => Assert.Equal(
            "From: a@xn--grn-ioa.example\n\nbody\n", Converted("From: a@grün.example\n\nbody\n", s_eightBit));

    [Theory]
    [InlineData("From: jörg@b.example\n\nbody\n")]
    [InlineData("To: ok@b.example, Jörg <jörg@b.example>\n\nbody\n")]
    [InlineData("Cc: friends: a@b.example, jörg@b.example;\n\nbody\n")]
    public void An_address_that_is_not_ascii_has_no_other_form(string message)
        => Assert.Equal(ConversionFault.Utf8Address, Plan(Encoding.UTF8.GetBytes(message), s_sevenBit).Fault);

    [Fact]
    public void Header_fields_in_utf8_stay_where_they_are_taken_and_need_smtputf8()
    {
        Conversion plan = Plan("Subject: grün\n\nbody\n"u8.ToArray(), s_utf8);
        Assert.True(plan is { IsUnchanged: true, NeedsUtf8: true, Fault: ConversionFault.None });
    }

    [Fact]
    public void What_is_signed_is_not_changed()
    {
        string Signed(string text, string after) => "Subject: x\nContent-Type: multipart/mixed; boundary=o\n\n--o\n"
            + "Content-Type: multipart/signed; boundary=b; protocol=p; micalg=m\n\n"
            + $"--b\n\n{text}\n--b\nContent-Type: application/pgp-signature\n\nsignature\n--b--\n--o\n{after}\n--o--\n";
        Assert.Equal(
            ConversionFault.Signed, Plan(Encoding.UTF8.GetBytes(Signed("grün", "\nx")), s_sevenBit).Fault);
        string converted = Converted(Signed("ascii  \n=20", "\ngrün, and some more words"), s_sevenBit);
        Assert.Contains(Signed("ascii  \n=20", "").Split("--o\n")[1], converted);
    }

    [Fact]
    public void Long_lines_are_converted_everywhere()
    {
        string word = new('x', 2000);
        string blanks = string.Join(' ', Enumerable.Repeat("word", 500));
        foreach (string message in (string[])[
            $"Subject: x\n\n{word}\n", $"Subject: {blanks}\n\nx\n", $"Subject: {word}\n\nx\n", $"To: {word}\n\nx\n",
            $"Content-Type: multipart/mixed; boundary=b\n\n{word}\n--b\n\n{word}\n--b--\n{word}\n",
            $"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n{word}\n",
            $"Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n{word}=3D\n"])
        {
            string converted = Converted(message, s_utf8);
            Assert.All(converted.Split('\n'), line => Assert.InRange(line.Length, 0, 998));
            Assert.Equal(BodyOf(Parse(message)), BodyOf(Parse(converted)));
            Assert.Equal(Parse(message).Subject?.Replace(" ", ""), Parse(converted).Subject?.Replace(" ", ""));
        }
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Any_line_end_is_one(string end)
        => Assert.Equal(
            Converted("Subject: grün\n\nüber this and that\n", s_sevenBit),
            Converted("Subject: grün\n\nüber this and that\n".Replace("\n", end), s_sevenBit));

    [Theory]
    [InlineData("Content-Type: message/global\nContent-Transfer-Encoding: 8bit\n\nFrom: ü@b.example\n\nü")]
    [InlineData("Content-Type: message/global-headers\n\nFrom: ü@b.example\n")]
    [InlineData("Content-Type: text/rfc822-headers\n\nFrom: ü@b.example\n")]
    public void A_message_with_utf8_in_a_report_is_encoded_whole(string part)
    {
        string report = $"Subject: x\nContent-Type: multipart/report; boundary=b\n\n--b\n{part}\n--b--\n";
        string converted = Converted(report, s_eightBit);
        Assert.True(Ascii.IsValid(converted));
        var entity = (Multipart)Parse(converted).Body!;
        Assert.Contains("ü@b.example", Decoded(entity[0]));
    }

    [Theory]
    [InlineData("From: ü@b.example\n\nx")]
    [InlineData("Content-Type: multipart/signed; boundary=s\n\n--s\n\nü\n--s\n\ns\n--s--")]
    [InlineData("Content-Transfer-Encoding: x-own\n\nü")]
    public void A_message_that_cannot_be_changed_travels_whole_in_another(string inner)
    {
        foreach (string type in (string[])["Content-Type: message/rfc822; name=\"ü\"\n", ""])
        {
            string kind = type.Length > 0 ? "report" : "digest";
            string message = $"Subject: x\nContent-Type: multipart/{kind}; boundary=b\n\n--b\n{type}\n{inner}\n--b--\n";
            string converted = Converted(message, s_sevenBit);
            Assert.True(Ascii.IsValid(converted));
            Assert.Contains("--b\nContent-Type: message/global\nContent-Transfer-Encoding: base64\n\n", converted);
            Assert.Equal(inner.Replace("\n", "\r\n"), Decoded(((Multipart)Parse(converted).Body!)[0]));
        }
    }

    [Fact]
    public void Text_without_a_header_gets_the_fields_that_it_needs()
        => Assert.Equal(
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                + "Content-Transfer-Encoding: quoted-printable\n\nNo header at all, but gr=C3=BCn.\n",
            Converted("No header at all, but grün.\n", s_sevenBit));

    [Theory]
    [InlineData("8bit (as it is)")]
    [InlineData("(a (b) c) 8BIT")]
    [InlineData("8bit; charset=utf-8")]
    [InlineData("\"8bit\"")]
    [InlineData("8-bit")]
    [InlineData("7-Bit")]
    public void An_encoding_is_known_by_its_word_alone(string value)
        => Assert.Equal(
            Typed + "Content-Transfer-Encoding: quoted-printable\n\nThe caf=C3=A9 is open.\n",
            Converted(Typed + $"Content-Transfer-Encoding: {value}\n\nThe café is open.\n", s_sevenBit));

    [Fact]
    public void An_encoding_that_is_said_twice_is_said_once_where_it_changes()
        => Assert.Equal(
            Typed + "Content-Transfer-Encoding: quoted-printable\nX-Last: y\n\nThe caf=C3=A9 is open.\n",
            Converted(
                Typed + "Content-Transfer-Encoding: 8bit\nX-Last: y\ncontent-transfer-encoding: 8bit\n\n"
                    + "The café is open.\n",
                s_sevenBit));

    [Fact]
    public void The_fields_of_a_delivery_report_stay_readable()
        => Assert.Contains(
            "Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n"
                + "Reporting-MTA: dns; b.example\n\nDiagnostic-Code: smtp; 550 gel=C3=B6scht",
            Converted(
                "Subject: x\nContent-Type: multipart/report; boundary=b\n\n--b\n"
                    + "Content-Type: message/delivery-status\n\nReporting-MTA: dns; b.example\n\n"
                    + "Diagnostic-Code: smtp; 550 gelöscht\n--b--\n",
                s_sevenBit));

    [Theory]
    [InlineData("Subject: ", "ö")]
    [InlineData("Subject: and ", "Wörter ")]
    [InlineData("X-Own: ", "mostly ASCII and one ü ")]
    [InlineData("Subject: ", "漢字")]
    [InlineData("Subject: ", "\ud83d\ude00")]
    [InlineData("From: ", "Jürgen ")]
    [InlineData("From: ", "ü")]
    public void No_encoded_word_is_longer_than_75_octets(string start, string word)
    {
        for (int count = 1; count < 200; count += 7)
        {
            string text = start + string.Concat(Enumerable.Repeat(word, count)).Trim();
            string field = start == "From: " ? text + " <j@b.example>" : text;
            string converted = Converted(field + "\n\nbody\n", s_sevenBit);
            string[] words = [.. converted.Split([' ', '\n']).Where(one => one.StartsWith("=?"))];
            Assert.NotEmpty(words);
            Assert.All(words, one => Assert.InRange(one.Length, 0, 75));
            Header before = Parse(field + "\n\nbody\n").Headers[0], after = Parse(converted).Headers[0];
            Assert.Equal(before.Value.Replace("\"", ""), after.Value.Replace("\"", "").Replace('\t', ' '));
        }
    }

    [Fact]
    public void An_unknown_encoding_cannot_be_put_into_another()
        => Assert.Equal(
            ConversionFault.NotEncodable,
            Plan("Subject: x\nContent-Transfer-Encoding: x-own\n\nü\n"u8.ToArray(), s_sevenBit).Fault);

    [Theory]
    [InlineData("Content-Type: multipart/mixed\n\nü\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\n\nü, and b never comes\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=\"ü\"\n\n--ü\n\nx\n--ü--\n")]
    public void What_only_looks_like_mime_is_not_sent_in_part(string message)
    {
        Conversion plan = Plan(Encoding.UTF8.GetBytes(message), s_sevenBit);
        Assert.NotEqual(ConversionFault.None, plan.Fault);
    }

    // A phrase may be quoted in another way, and a comment be in front of the address.
    private static IEnumerable<string> WordsOf(string value)
        => value.Split([' ', '\t', '"', '(', ')', ',', '<', '>'], StringSplitOptions.RemoveEmptyEntries).Order();

    private static string BodyOf(MimeMessage message) => message.Body switch
    {
        MimePart part => Decoded(part).ReplaceLineEndings("\n").TrimEnd('\n'),
        Multipart parts => string.Join('|', parts.Select(Decoded)),
        _ => "",
    };

    private static string Decoded(MimeEntity entity)
    {
        using var octets = new MemoryStream();
        switch (entity)
        {
            case MimePart part:
                part.Content!.DecodeTo(octets);
                break;
            case MessagePart:
                entity.WriteTo(octets, contentOnly: true);
                break;
        }
        return Encoding.UTF8.GetString(octets.ToArray());
    }

    private static MimeMessage Parse(string message)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(message));
        return MimeMessage.Load(stream);
    }

    private static Conversion Plan(byte[] message, SendableForm form)
        => Conversion.Plan(() => new MemoryStream(message), form);

    private static string Converted(string message, SendableForm form)
        => Converted(Encoding.UTF8.GetBytes(message), form);

    private static string Converted(byte[] message, SendableForm form)
    {
        Conversion plan = Plan(message, form);
        Assert.Equal(ConversionFault.None, plan.Fault);
        using Stream stream = plan.Open(new MemoryStream(message));
        using var all = new MemoryStream();
        stream.CopyTo(all, 7);
        byte[] octets = all.ToArray();
        int lastEnd = octets[^1] == '\n' ? 0 : 2;
        Assert.Equal(octets.Length + octets.Count(octet => octet == '\n') + lastEnd, plan.WireLength);
        Assert.False((ContentScan.TraitsOf(octets) & ContentTraits.LongLines) != 0);
        return Encoding.UTF8.GetString(octets);
    }
}
