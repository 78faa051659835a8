using System.Text;
using MailModule.Mail;
using MailModule.Mime;
using MailModule.Mime.Composing;
using MailModule.Mime.Reading;
using MailModule.Primitives;
using MailModule.Tests.Mime.Reading;
using MimeKit;

namespace MailModule.Tests.Mime.Composing;

public class ComposedMessageTests
{
    [Fact]
    public void Text_alone_is_a_plain_message()
    {
        ComposedMessage message = New();
        message.AddField("Date", "Wed, 14 Jan 2026 08:09:10 +0230");
        message.AddField("Message-ID", "<1@a.example>");
        message.AddField("Subject", "Two words");
        message.SetText("Hello\n.\nFrom me\r\n");
        Assert.Equal(
            "From: Ann Doe <ann@a.example>\r\nDate: Wed, 14 Jan 2026 08:09:10 +0230\r\nMessage-ID: <1@a.example>\r\n"
                + "Subject: Two words\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Transfer-Encoding: 7bit\r\n\r\nHello\r\n.\r\nFrom me\r\n",
            Encoding.UTF8.GetString(Read(message)));
    }

    [Theory]
    [InlineData(true, false, 0, 0, "text/plain")]
    [InlineData(false, false, 0, 0, "text/plain")]
    [InlineData(false, true, 0, 0, "text/html")]
    [InlineData(true, true, 0, 0, "multipart/alternative(text/plain text/html)")]
    [InlineData(false, true, 0, 2, "multipart/related(text/html image/png image/png)")]
    [InlineData(true, true, 0, 1, "multipart/alternative(text/plain multipart/related(text/html image/png))")]
    [InlineData(true, false, 1, 0, "multipart/mixed(text/plain application/octet-stream)")]
    [InlineData(true, false, 0, 1, "multipart/mixed(text/plain image/png)")]
    [InlineData(false, false, 1, 0, "multipart/mixed(application/octet-stream)")]
    [InlineData(true, true, 2, 1, "multipart/mixed(multipart/alternative(text/plain multipart/related(text/html "
        + "image/png)) application/octet-stream application/octet-stream)")]
    public void Its_parts_follow_from_what_is_in_it(bool hasText, bool hasHtml, int attached, int shown, string tree)
    {
        ComposedMessage message = New();
        message.SetText(hasText ? "text" : null);
        message.SetHtml(hasHtml ? "<p>html</p>" : null);
        for (int i = 0; i < attached; i++)
            Assert.Equal(Fault.None, message.Attach(Attachment.FromMemory([1, 2, 3])));
        for (int i = 0; i < shown; i++)
            Assert.Equal(Fault.None, message.Attach(
                Attachment.FromMemory([1, 2, 3]) with { Type = "image/png", ContentId = $"p{i}@a.example" }));
        byte[] octets = Read(message);
        using ParsedMessage parsed = Reader.Open(octets);
        Assert.Equal(tree, Reader.Tree(parsed));
        Assert.Equal(MimeMessage.Load(new MemoryStream(octets)).BodyParts.Count(),
            Reader.PartsOf(parsed).Count(part => (part.Kind & PartKind.Multipart) == 0));
    }

    [Theory]
    [InlineData("Grüße und noch viel mehr\n", "quoted-printable")]
    [InlineData("привет мир привет мир\n", "base64")]
    [InlineData("plain\n", "7bit")]
    [InlineData("--=_ not a boundary\n", "quoted-printable")]
    [InlineData("a nul \0 in the text\n", "quoted-printable")]
    public void A_text_is_what_it_was(string text, string encoding)
    {
        ComposedMessage message = New();
        message.SetText(text);
        byte[] octets = Read(message);
        Assert.Equal(ContentTraits.None, ContentScan.TraitsOf(octets));
        using ParsedMessage parsed = Reader.Open(octets);
        Assert.Equal(encoding, Reader.PartsOf(parsed)[0].Facts.Encoding);
        Assert.Equal(text, Reader.Text(parsed, 0).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Lines_are_short_whatever_the_text()
    {
        ComposedMessage message = New();
        message.SetText(new string('x', 5000));
        message.SetHtml(string.Concat(Enumerable.Repeat("<b>ü</b>", 5000)));
        message.AddField("Subject", new string('s', 5000));
        message.AddField("X-Long", new string('s', 5000));
        message.Attach(Attachment.FromMemory(new byte[10_000]) with { Name = new string('n', 3000) + "ü.bin" });
        byte[] octets = Read(message);
        Assert.Equal(ContentTraits.None, ContentScan.TraitsOf(octets));
        using ParsedMessage parsed = Reader.Open(octets);
        Assert.Equal(new string('n', 3000) + "ü.bin", Reader.PartsOf(parsed)[^1].Facts.FileName);
    }

    [Theory]
    [InlineData("report.pdf")]
    [InlineData("my report (1); final=.pdf")]
    [InlineData("grün \"x\" \\ 日本😀.txt")]
    [InlineData("=?utf-8?q?x?=")]
    [InlineData("a/b/../c")]
    public void A_name_of_an_attachment_is_what_it_was(string name)
    {
        ComposedMessage message = New();
        message.Attach(Attachment.FromMemory([0, 255, 10, 13]) with { Name = name });
        byte[] octets = Read(message);
        using ParsedMessage parsed = Reader.Open(octets);
        Assert.Equal(name, Reader.PartsOf(parsed)[1].Facts.FileName);
        Assert.Equal([0, 255, 10, 13], Reader.Content(parsed, 1));
        var other = (MimePart)MimeMessage.Load(new MemoryStream(octets)).Attachments.Single();
        Assert.Equal(name, other.FileName);
    }

    [Fact]
    public void A_message_that_is_attached_goes_as_it_is()
    {
        ComposedMessage message = New();
        message.SetText("see below");
        byte[] inner = Encoding.UTF8.GetBytes("Subject: grün\nContent-Type: text/plain\n\nüx\n");
        Assert.Equal(Fault.None, message.Attach(Attachment.FromMemory(inner) with { Type = "message/rfc822" }));
        Assert.Equal(Fault.NotSupported, message.Attach(
            Attachment.FromMemory(new byte[999]) with { Type = "message/rfc822" }));
        Assert.Equal(Fault.NotSupported, message.Attach(
            Attachment.FromReader(_ => 0) with { Type = "message/rfc822" }));
        using ParsedMessage parsed = Reader.Open(Read(message));
        Assert.Equal("multipart/mixed(text/plain message/rfc822(text/plain))", Reader.Tree(parsed));
        IReadOnlyList<PartView> parts = Reader.PartsOf(parsed);
        Assert.Equal(("8bit", "8bit"), (parts[0].Facts.Encoding, parts[2].Facts.Encoding));
        Assert.Equal("üx\r\n", Reader.Text(parsed, 3));
    }

    [Theory]
    [InlineData("Subject", "a\r\nBcc: evil@example.org")]
    [InlineData("Subject", "a\nb")]
    [InlineData("Subject", "a\0b")]
    [InlineData("Sub ject", "a")]
    [InlineData("Subject:", "a")]
    [InlineData("", "a")]
    [InlineData("Sübject", "a")]
    [InlineData("Content-Type", "text/html")]
    [InlineData("mime-version", "2.0")]
    [InlineData("To", "")]
    [InlineData("To", "ann@")]
    [InlineData("To", "a@example.org\r\nX: y")]
    [InlineData("Date", "tomorrow")]
    [InlineData("Message-ID", "x@y")]
    [InlineData("Sender", "a@example.org, b@example.org")]
    [InlineData("from", "second@example.org")]
    public void A_field_that_is_none_is_refused(string name, string text)
        => Assert.Equal(Fault.Argument, New().AddField(name, text));

    [Theory]
    [InlineData("text/plain\r\nX: y", null, null)]
    [InlineData("text", null, null)]
    [InlineData("multipart/mixed", null, null)]
    [InlineData("text/plain", "a\nb", null)]
    [InlineData("text/plain", null, "a>b")]
    [InlineData("text/plain", null, "a\r\nb")]
    [InlineData("text/plain", null, "")]
    public void An_attachment_that_is_none_is_refused(string type, string? name, string? contentId)
        => Assert.Equal(Fault.Argument, New().Attach(
            Attachment.FromMemory([]) with { Type = type, Name = name, ContentId = contentId }));

    [Fact]
    public void A_domain_goes_out_as_A_labels_and_a_name_as_encoded_words()
    {
        ComposedMessage message = New();
        message.AddField("To", "Jörg <j@grün.example>");
        message.AddField("List-Unsubscribe", "<https://example.org/" + new string('u', 200) + ">");
        string text = Encoding.ASCII.GetString(Read(message));
        Assert.Contains("To: =?utf-8?b?SsO2cmc=?= <j@xn--grn-ioa.example>", text);
        Assert.Contains(new string('u', 200) + ">\r\n", text);
    }

    [Fact]
    public void What_every_message_has_is_there_and_once_it_is_read_nothing_is_added()
    {
        ComposedMessage message = New();
        string text = Encoding.ASCII.GetString(Read(message));
        Assert.Matches("^Date: .*\r\nMessage-ID: <[0-9a-fA-F]{32}@a\\.example>\r\nFrom: ", text);
        Assert.Equal(Fault.State, message.AddField("Subject", "x"));
        Assert.Equal(Fault.State, message.SetText("x"));
        Assert.Equal(Fault.State, message.Attach(Attachment.FromMemory([])));
    }

    [Fact]
    public void Without_an_author_there_is_no_message()
    {
        var message = new ComposedMessage(TimeProvider.System);
        Assert.Equal(Fault.State, message.Read(new byte[100], out _));
        message.AddField("From", "a@example.org, b@example.org");
        Assert.Equal(Fault.State, message.Read(new byte[100], out _));
        message.AddField("Sender", "a@example.org");
        Assert.Equal(Fault.None, message.Read(new byte[100], out _));
    }

    [Fact]
    public void An_attachment_that_fails_ends_the_message()
    {
        ComposedMessage message = New();
        message.Attach(Attachment.FromReader(_ => -1));
        Fault fault;
        while ((fault = message.Read(new byte[100], out int count)) == Fault.None)
            Assert.NotEqual(0, count);
        Assert.Equal(Fault.Io, fault);
        Assert.Equal(Fault.Io, message.Read(new byte[100], out _));
    }

    [Fact]
    public void A_message_is_the_same_in_any_pieces()
    {
        byte[] attached = new byte[100_000];
        new Random(1).NextBytes(attached);
        foreach (int piece in (ReadOnlySpan<int>)[1, 3, 1000, 1_000_000])
        {
            ComposedMessage message = New();
            message.SetText("ü\r\nx\ry\n");
            message.Attach(Attachment.FromMemory(attached));
            using ParsedMessage parsed = Reader.Open(Read(message, piece));
            Assert.Equal("ü\r\nx\r\ny\r\n", Reader.Text(parsed, 1));
            Assert.Equal(attached, Reader.Content(parsed, 2));
        }
    }

    private static ComposedMessage New()
    {
        var message = new ComposedMessage(TimeProvider.System);
        Assert.Equal(Fault.None, message.AddField("From", "Ann Doe <ann@a.example>"));
        return message;
    }

    private static byte[] Read(ComposedMessage message, int pieceLength = 4096)
    {
        var octets = new MemoryStream();
        byte[] piece = new byte[pieceLength];
        while (true)
        {
            Assert.Equal(Fault.None, message.Read(piece, out int count));
            if (count == 0)
                return octets.ToArray();
            octets.Write(piece, 0, count);
        }
    }
}
