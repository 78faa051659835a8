using System.Text;
using MailModule.Mime.Reading;

namespace MailModule.Tests.Mime.Reading;

public class ContentTests
{
    [Theory]
    [InlineData("base64", "R3LDvMOfZQ==", "Grüße")]
    [InlineData("BASE64", "R3LD\nvMOf\n!ZQ==\n", "Grüße")]
    [InlineData("quoted-printable", "Gr=C3=BC=\n=C3=9Fe", "Grüße")]
    [InlineData("\"quoted-printable\" (x)", "a=3Db", "a=b")]
    [InlineData("x-uuencode", "begin 644 x\n#86)C\n`\nend\n", "abc")]
    [InlineData("7bit", "a=3Db", "a=3Db")]
    [InlineData("8bit", "ü", "ü")]
    [InlineData("x-none", "a=3Db", "a=3Db")]
    public void A_transfer_encoding_is_undone(string encoding, string content, string decoded)
    {
        using ParsedMessage message = Reader.Open($"Content-Transfer-Encoding: {encoding}\n\n{content}");
        Assert.Equal(decoded, Encoding.UTF8.GetString(Reader.Content(message, 0)));
        Assert.Equal(
            content.ReplaceLineEndings("\r\n"), Encoding.UTF8.GetString(Reader.Content(message, 0, ContentForm.Raw)));
        bool isOther = (Reader.PartsOf(message)[0].Kind & PartKind.OtherEncoding) != 0;
        Assert.Equal(encoding == "x-none", isOther);
    }

    [Theory]
    [InlineData("utf-8", "C3BC80", "ü\uFFFD", false)]
    [InlineData("iso-8859-1", "FC", "ü", false)]
    [InlineData("windows-1252", "80FC", "€ü", false)]
    [InlineData("ISO-8859-15", "A4", "€", false)]
    [InlineData("koi8-r", "F0D2C9D7C5D4", "Привет", false)]
    [InlineData("shift_jis", "93FA967B", "日本", false)]
    [InlineData("euc-jp", "C6FCCBDC", "日本", false)]
    [InlineData("gb18030", "C4E3BAC3", "你好", false)]
    [InlineData("big5", "A741A66E", "你好", false)]
    [InlineData("euc-kr", "C7D1B1B9", "한국", false)]
    [InlineData("utf-16be", "00FC20AC", "ü€", false)]
    [InlineData("us-ascii", "C3BCFC", "üü", false)] // UTF-8, and what is not that Latin-1
    [InlineData("", "C3BCFCE282", "üüâ\u0082", false)]
    [InlineData("x-none", "C3BC", "Ã¼", true)]
    public void Text_comes_as_UTF8(string charset, string octets, string text, bool isOther)
    {
        byte[] start = Encoding.ASCII.GetBytes(
            charset.Length == 0 ? "\r\n" : $"Content-Type: text/plain; charset={charset}\r\n\r\n");
        using ParsedMessage message = Reader.Open([.. start, .. Convert.FromHexString(octets)]);
        Assert.Equal(text, Reader.Text(message, 0));
        Assert.Equal(isOther, (Reader.PartsOf(message)[0].Kind & PartKind.OtherCharset) != 0);
    }

    [Fact]
    public void Characters_are_whole_wherever_a_piece_ends()
    {
        string text = string.Concat(Enumerable.Repeat("日本語テキスト€ü😀x", 2000));
        ReadOnlySpan<byte> start = "Content-Type: text/x; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"u8;
        byte[] octets = Encoding.ASCII.GetBytes(
            Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks));
        using ParsedMessage message = Reader.Open([.. start, .. octets]);
        Assert.Equal(text, Reader.Text(message, 0));
    }

    [Theory]
    [InlineData("quoted-printable", "=1B$B=")]
    [InlineData("quoted-printable", "=")]
    [InlineData("quoted-printable", "=3=")]
    [InlineData("base64", "=A")]
    [InlineData("base64", "AAA")]
    [InlineData("x-uuencode", "begin 644 x\nM")]
    public void An_encoding_that_is_broken_everywhere_can_be_read_to_its_end(string encoding, string piece)
    {
        string content = string.Concat(Enumerable.Repeat(piece, 20_000));
        foreach (string charset in (ReadOnlySpan<string>)["utf-8", "iso-2022-jp", "utf-16", "gb18030"])
        {
            using ParsedMessage message = Reader.Open(
                $"Content-Type: text/x; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n{content}");
            Assert.InRange(Reader.Text(message, 0).Length, 0, 4 * content.Length);
        }
    }

    [Fact]
    public void Facts_of_a_part_are_told()
    {
        using ParsedMessage message = Reader.Open("""
            Content-Type: Image/PNG; name="old.png"
            Content-Disposition: INLINE; filename*=utf-8''a%2Fb%2Fgr%C3%BCn.png
            Content-ID: <pic@example.org>
            Content-Description: =?utf-8?q?gr=C3=BCn?=
            Content-Transfer-Encoding: Base64

            AAEC
            """);
        PartView part = Reader.PartsOf(message)[0];
        Assert.Equal(
            ("image/png", "inline", "a/b/grün.png", "grün.png", "pic@example.org", "grün", "base64", ""),
            (part.Facts.Type, part.Facts.Disposition, part.Facts.FileName, part.SafeName, part.Facts.ContentId,
                part.Facts.Description, part.Facts.Encoding, part.Facts.Charset));
        Assert.Equal((PartKind.None, 4L), (part.Kind, part.Length));
    }

    [Theory]
    [InlineData("Content-Disposition: attachment", true)]
    [InlineData("Content-Type: application/pdf; name=x.pdf", true)]
    [InlineData("Content-Type: text/csv; name=x.csv", false)]
    [InlineData("Content-Type: application/pdf", false)]
    [InlineData("Content-Type: image/png; name=x.png\nContent-Disposition: inline", false)]
    public void An_attachment_says_so_or_has_a_name(string fields, bool isOne)
    {
        using ParsedMessage message = Reader.Open(fields + "\n\nx");
        Assert.Equal(isOne, (Reader.PartsOf(message)[0].Kind & PartKind.Attachment) != 0);
    }

    [Fact]
    public void What_comes_piece_by_piece_is_the_same_message_in_memory_and_in_a_file()
    {
        foreach (int length in (ReadOnlySpan<int>)[0, 1, 256 * 1024 - 20, 256 * 1024 + 1, 1_000_000])
        {
            byte[] octets = [.. "Subject: x\r\n\r\n"u8, .. Enumerable.Repeat((byte)'y', length)];
            int given = 0;
            MailModule.Mime.OctetReader reader = buffer =>
            {
                int count = Math.Min(Math.Min(buffer.Length, 7777), octets.Length - given);
                octets.AsSpan(given, count).CopyTo(buffer);
                given += count;
                return count;
            };
            Assert.Equal(MailModule.Primitives.Fault.None, GatheredSource.Gather(reader, out MessageSource? source));
            Assert.Equal(MailModule.Primitives.Fault.None, ParsedMessage.Open(
                source!, MessageLimits.Default, false, out ParsedMessage? message));
            using (message)
                Assert.Equal(octets, Reader.Content(message!, 0, ContentForm.Whole));
        }
    }

    [Fact]
    public void A_reader_that_fails_gives_no_message()
        => Assert.Equal(MailModule.Primitives.Fault.Io, GatheredSource.Gather(_ => -1, out _));
}
