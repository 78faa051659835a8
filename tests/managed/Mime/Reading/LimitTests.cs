using System.Text;
using MailModule.Mime.Reading;
using MailModule.Primitives;

namespace MailModule.Tests.Mime.Reading;

public class LimitTests
{
    private static readonly MessageLimits s_small = new(Header: 100, Parts: 5, Depth: 3, Parameters: 4);

    [Fact]
    public void A_header_that_is_too_long_is_refused_or_cut_before_the_field_that_is_too_much()
    {
        byte[] octets = Encoding.ASCII.GetBytes($"A: b\nC: {new string('x', 100)}\nD: e\n\ntext");
        Assert.Equal(Fault.Limit, Reader.TryOpen(octets, s_small, isCut: false, out _));
        using ParsedMessage message = Reader.Open(octets, s_small, isCut: true);
        message.FindHeader(0, out MessageHeader header);
        Assert.Equal((1, PassedLimits.Header), (header.Count, message.Passed));
        Assert.Equal("text", Encoding.ASCII.GetString(Reader.Content(message, 0)));
    }

    [Fact]
    public void A_header_of_just_that_length_is_whole()
    {
        byte[] octets = Encoding.ASCII.GetBytes($"A: {new string('x', 96)}\n\ntext");
        using ParsedMessage message = Reader.Open(octets, s_small);
        message.FindHeader(0, out MessageHeader header);
        Assert.Equal(1, header.Count);
    }

    [Fact]
    public void A_header_of_a_part_that_is_too_long_is_cut()
    {
        byte[] octets = Encoding.ASCII.GetBytes(
            $"Content-Type: multipart/mixed; boundary=b\n\n--b\nA: b\nC: {new string('x', 100)}\n\ntext\n--b--\n");
        using ParsedMessage refused = Reader.Open(octets, s_small);
        Assert.Equal(Fault.Limit, refused.CountParts(out int count));
        Assert.Equal(0, count);
        using ParsedMessage message = Reader.Open(octets, s_small, isCut: true);
        message.FindHeader(1, out MessageHeader header);
        Assert.Equal((1, PassedLimits.Header), (header.Count, message.Passed));
        Assert.Equal("text", Encoding.ASCII.GetString(Reader.Content(message, 1)));
    }

    [Fact]
    public void Parts_beyond_the_limit_are_left_out_and_their_parent_is_marked()
    {
        byte[] octets = Encoding.ASCII.GetBytes(
            "Content-Type: multipart/mixed; boundary=b\n\n" + string.Concat(Enumerable.Repeat("--b\n\nx\n", 9)));
        using ParsedMessage refused = Reader.Open(octets, s_small);
        Assert.Equal(Fault.Limit, refused.CountParts(out _));
        using ParsedMessage message = Reader.Open(octets, s_small, isCut: true);
        IReadOnlyList<PartView> parts = Reader.PartsOf(message);
        Assert.Equal((5, PassedLimits.Parts), (parts.Count, message.Passed));
        Assert.Equal(PartKind.Multipart | PartKind.Cut, parts[0].Kind);
        Assert.Equal("x", Encoding.ASCII.GetString(Reader.Content(message, 4)));
    }

    [Fact]
    public void Parts_that_are_too_deep_are_one_part_and_what_follows_is_read_all_the_same()
    {
        string inner = "x";
        for (int level = 9; level > 0; level--)
            inner = $"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n{inner}\n--b{level}--\n";
        byte[] octets = Encoding.ASCII.GetBytes(inner.Replace("\n--b1--", "\n--b1\n\nlast\n--b1--"));
        using ParsedMessage refused = Reader.Open(octets, s_small);
        Assert.Equal(Fault.Limit, refused.CountParts(out _));
        using ParsedMessage message = Reader.Open(octets, s_small, isCut: true);
        IReadOnlyList<PartView> parts = Reader.PartsOf(message);
        Assert.Equal((5, PassedLimits.Depth), (parts.Count, message.Passed));
        Assert.Equal(PartKind.Multipart | PartKind.Cut, parts[3].Kind);
        Assert.Equal("last", Encoding.ASCII.GetString(Reader.Content(message, 4)));
    }

    [Fact]
    public void Parameters_beyond_the_limit_are_left_out()
    {
        byte[] octets = Encoding.ASCII.GetBytes("X: y; a=1; b=2; c=3; d=4; e=5\n\n");
        using ParsedMessage message = Reader.Open(octets, s_small, isCut: true);
        message.FindHeader(0, out MessageHeader header);
        Assert.Equal(Fault.None, message.FindParameters(header, 0, out IReadOnlyList<FieldParameter> found));
        Assert.Equal((4, PassedLimits.Parameters), (found.Count, message.Passed));
    }

    [Fact]
    public void A_thousand_levels_are_found_in_one_reading()
    {
        string open = string.Concat(Enumerable.Range(0, 1000)
            .Select(level => $"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
        byte[] octets = Encoding.ASCII.GetBytes(open + string.Concat(Enumerable.Repeat("--b\n--b0x\n", 100_000)));
        using ParsedMessage message = Reader.Open(octets, MessageLimits.Default with { Depth = 2000 });
        message.CountParts(out int count);
        Assert.Equal(1001, count);
        Assert.Equal(octets.Length, message.OctetsRead);
    }

    [Fact]
    public void A_field_with_many_pieces_costs_what_it_has_of_them()
    {
        string words = string.Concat(Enumerable.Repeat("=?x-unknown?q?a?= =?", 50_000));
        string addresses = string.Concat(Enumerable.Repeat("a@b,(((\"<", 50_000));
        string parameters = "x" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $";a*{i}*=%41"));
        byte[] octets = Encoding.ASCII.GetBytes($"A: {words}\nB: {addresses}\nC: {parameters}\n\n");
        using ParsedMessage message = Reader.Open(
            octets, MessageLimits.Default with { Header = 8 << 20, Parameters = 100_000 });
        message.FindHeader(0, out MessageHeader header);
        Assert.Equal(words.Trim(), ParsedMessage.TextOf(header.Value(0)));
        Assert.NotEmpty(message.Addresses(header, 1));
        Assert.Equal(Fault.None, message.FindParameters(header, 2, out IReadOnlyList<FieldParameter> found));
        Assert.Equal(new string('A', 50_000), found.Single().Value);
    }
}
