using System.Text;
using MailModule.Mime.Reading;

namespace MailModule.Tests.Mime.Reading;

public class StructureTests
{
    private const string Nested = """
        From: a@example.org
        Content-Type: multipart/mixed; boundary="outer"

        nobody reads this
        --outer
        Content-Type: multipart/alternative; boundary=inner

        --inner

        plain
        --inner
        Content-Type: text/html

        <p>html</p>

        --inner--
        nor this
        --outer
        Content-Type: message/rfc822

        Subject: inside
        Content-Type: multipart/mixed; boundary=third

        --third
        Content-Type: application/octet-stream
        Content-Transfer-Encoding: base64

        AAEC
        --third--
        --outer--
        nor that
        """;

    [Fact]
    public void Parts_lie_in_each_other_as_their_boundaries_say()
    {
        using ParsedMessage message = Reader.Open(Nested);
        Assert.Equal(
            "multipart/mixed(multipart/alternative(text/plain text/html) "
                + "message/rfc822(multipart/mixed(application/octet-stream)))",
            Reader.Tree(message));
        Assert.DoesNotContain(Reader.PartsOf(message), part => (part.Kind & PartKind.NotEnded) != 0);
        Assert.Equal("inside", HeaderOf(message, 5).Value(0));
    }

    [Fact]
    public void The_line_end_before_a_boundary_is_not_the_parts()
    {
        using ParsedMessage message = Reader.Open(Nested);
        Assert.Equal("plain", Encoding.ASCII.GetString(Reader.Content(message, 2)));
        Assert.Equal("<p>html</p>\r\n", Encoding.ASCII.GetString(Reader.Content(message, 3)));
        Assert.Equal([0, 1, 2], Reader.Content(message, 6));
        Assert.EndsWith("--third--", Encoding.ASCII.GetString(Reader.Content(message, 4, ContentForm.Raw)));
        Assert.StartsWith(
            "Content-Type: text/html\r\n\r\n<p>",
            Encoding.ASCII.GetString(Reader.Content(message, 3, ContentForm.Whole)));
    }

    [Fact]
    public void A_line_end_may_be_LF_alone()
    {
        using ParsedMessage message = Reader.Open(Encoding.ASCII.GetBytes(Nested.ReplaceLineEndings("\n")));
        using ParsedMessage other = Reader.Open(Nested);
        Assert.Equal(Reader.Tree(other), Reader.Tree(message));
        Assert.Equal("<p>html</p>\n", Encoding.ASCII.GetString(Reader.Content(message, 3)));
    }

    [Theory]
    [InlineData("--b\n\nx\n--c\n", "text/plain", "x\r\n--c\r\n")] // another's
    [InlineData("--b\n\nx\n--bc\n", "text/plain", "x\r\n--bc\r\n")] // that goes on
    [InlineData("--b\n\nx\n --b\n", "text/plain", "x\r\n --b\r\n")] // not at the beginning
    [InlineData("--b\n\nx\n--b \t\n", "text/plain text/plain", "x")] // RFC 2046 §5.1.1: blanks behind it
    [InlineData("--b\n--b\n", "text/plain text/plain", "")] // no header at all
    [InlineData("--b\nA: b\n--b--\n", "text/plain", "")] // no empty line behind the header
    [InlineData("--b\nno field\n--b--\n", "text/plain", "no field")]
    [InlineData("--b\n\n\n--b--\n", "text/plain", "")]
    [InlineData("--b\n\n--b--", "text/plain", "")]
    public void A_boundary_is_a_line_of_its_own(string content, string parts, string first)
    {
        using ParsedMessage message = Reader.Open("Content-Type: multipart/mixed; boundary=b\n\n" + content);
        Assert.Equal($"multipart/mixed({parts})", Reader.Tree(message));
        Assert.Equal(first, Encoding.ASCII.GetString(Reader.Content(message, 1)));
    }

    [Fact]
    public void An_outer_boundary_ends_what_is_open_inside()
    {
        using ParsedMessage message = Reader.Open("""
            Content-Type: multipart/mixed; boundary=out

            --out
            Content-Type: multipart/mixed; boundary=in

            --in

            x
            --out
            Content-Type: text/html

            y
            --out--
            """);
        Assert.Equal("multipart/mixed(multipart/mixed(text/plain) text/html)", Reader.Tree(message));
        Assert.Equal(PartKind.Multipart | PartKind.NotEnded, Reader.PartsOf(message)[1].Kind);
        Assert.Equal(PartKind.Multipart, Reader.PartsOf(message)[0].Kind);
    }

    [Fact]
    public void Of_one_boundary_twice_the_inner_part_has_it()
    {
        using ParsedMessage message = Reader.Open("""
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: multipart/mixed; boundary=b

            --b

            x
            --b--

            --b
            Content-Type: text/html

            y
            --b--
            """);
        Assert.Equal("multipart/mixed(multipart/mixed(text/plain) text/html)", Reader.Tree(message));
    }

    [Theory]
    [InlineData("Content-Type: multipart/mixed\n\n--b\n\nx\n--b--\n")] // no boundary
    [InlineData("Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\n\nno part\n")]
    public void A_multipart_may_have_no_part(string text)
    {
        using ParsedMessage message = Reader.Open(text);
        Assert.Equal("multipart/mixed", Reader.Tree(message));
    }

    // RFC 2046 §5.1.5
    [Fact]
    public void In_a_digest_a_part_is_a_message()
    {
        using ParsedMessage message = Reader.Open("""
            Content-Type: multipart/digest; boundary=b

            --b

            Subject: one

            1
            --b
            Content-Type: text/plain

            2
            --b--
            """);
        Assert.Equal("multipart/digest(message/rfc822(text/plain) text/plain)", Reader.Tree(message));
        Assert.Equal("1", Encoding.ASCII.GetString(Reader.Content(message, 2)));
    }

    // RFC 2046 §5.2.1 forbids it.
    [Fact]
    public void A_message_that_is_encoded_is_a_part_without_others()
    {
        using ParsedMessage message = Reader.Open("""
            Content-Type: message/rfc822
            Content-Transfer-Encoding: base64

            U3ViamVjdDogeA==
            """);
        Assert.Equal("message/rfc822", Reader.Tree(message));
        Assert.Equal("Subject: x", Encoding.ASCII.GetString(Reader.Content(message, 0)));
    }

    [Fact]
    public void What_is_no_header_is_content()
    {
        using ParsedMessage message = Reader.Open("Hello,\nhow are you?\n");
        Assert.Equal(0, HeaderOf(message, 0).Count);
        Assert.Equal("Hello,\r\nhow are you?\r\n", Reader.Text(message, 0));
    }

    [Fact]
    public void The_line_that_begins_a_message_of_an_mbox_file_is_no_field()
    {
        using ParsedMessage message = Reader.Open("From ann@example.org Sat Nov 28 19:00:00 2026\nSubject: x\n\ny");
        Assert.Equal("Subject", HeaderOf(message, 0).Name(0));
        Assert.Equal("y", Reader.Text(message, 0));
    }

    [Fact]
    public void A_message_is_read_once_to_find_its_parts()
    {
        byte[] octets = Encoding.ASCII.GetBytes(
            Nested.Replace("plain", new string('\n', 200_000) + "--outer-\n") + "\n");
        using ParsedMessage message = Reader.Open(octets);
        message.CountParts(out _);
        Assert.InRange(message.OctetsRead, 200_000, octets.Length);
    }

    private static MessageHeader HeaderOf(ParsedMessage message, int part)
    {
        Assert.Equal(MailModule.Primitives.Fault.None, message.FindHeader(part, out MessageHeader header));
        return header;
    }
}
