using System.Text;
using MailModule.Lines;

namespace MailModule.Tests.Lines;

public class DotWriterTests
{
    [Theory]
    [InlineData("", ".\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData("a\r\n", "a\r\n.\r\n")]
    [InlineData("a\nb\rc\r\n", "a\r\nb\r\nc\r\n.\r\n")]
    [InlineData(".\n..\n", "..\r\n...\r\n.\r\n")]
    [InlineData("a\r", "a\r\n.\r\n")]
    [InlineData("\r\r\n\n", "\r\n\r\n\r\n.\r\n")]
    [InlineData("a\0b\n\0.\n\0\0", "ab\r\n..\r\n.\r\n")]
    [InlineData("\0.\r\0\n", "..\r\n\r\n.\r\n")]
    public void Text_is_spelled_for_the_wire(string text, string wire)
        => Assert.Equal(wire, Encode(Encoding.ASCII.GetBytes(text), 64));

    [Fact]
    public void A_nul_is_written_as_the_octet_that_is_asked_for()
    {
        byte[] text = Encoding.ASCII.GetBytes("a\0b\r\0\n\0.\n.\0\0" + new string('\0', 40));
        string wire = "a?b\r\n?\r\n?.\r\n..??" + new string('?', 40) + "\r\n.\r\n";
        for (int room = 2; room < 80; room++)
            Assert.Equal(wire, Encode(new DotWriter { NulAs = (byte)'?' }, text, room));
    }

    [Theory]
    [InlineData("\r\n.a")]
    [InlineData("\r\n.\0")]
    public void Every_short_text_is_spelled_as_the_model_says_wherever_it_is_cut(string alphabet)
    {
        foreach (byte[] text in Texts.AllUpTo(7, alphabet))
        {
            string expected = Model(text);
            for (int cut = 0; cut <= text.Length; cut++)
                for (int room = 2; room < 5; room++)
                    Assert.Equal(expected, Encode(text, room, [0..cut, cut..text.Length]));
        }
    }

    [Fact]
    public void What_is_written_without_doubled_dots_and_the_final_one_is_the_length_on_the_wire()
    {
        foreach (byte[] text in Texts.AllUpTo(7))
        {
            var writer = new DotWriter();
            byte[] wire = new byte[2 * text.Length + DotWriter.FinishRoom];
            writer.Write(text, wire, out _, out int written);
            written += writer.Finish(wire.AsSpan(written)) - DotWriter.FinalDotLength;
            var length = new WireLength();
            length.Add(text);
            Assert.Equal(length.Total, written - writer.DoubledDots);
        }
    }

    [Fact]
    public void A_chunk_has_the_length_on_the_wire_its_dots_and_no_other()
    {
        foreach (byte[] text in Texts.AllUpTo(7))
        {
            var length = new WireLength();
            length.Add(text);
            for (int room = 2; room < 5; room++)
            {
                string chunk = Encode(new DotWriter { IsChunk = true }, text, room);
                Assert.Equal(length.Total, chunk.Length);
                Assert.Equal(text.Count(octet => octet == '.'), chunk.Count(octet => octet == '.'));
            }
        }
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var random = new Random(1939);
        for (int i = 0; i < 5000; i++)
        {
            byte[] text = Texts.Random(random, random.Next(60));
            string wire = Encode(text, random.Next(2, 300), [.. Texts.Cuts(random, text.Length)]);
            Assert.Equal(Model(text), wire);
            DotReaderTests.Decoded decoded = DotReaderTests.Decode(Encoding.ASCII.GetBytes(wire), normalize: false);
            Assert.True(decoded is { AtEnd: true, SawBare: false, SawNul: false, Rest: 0 });
            Assert.Equal(Canonical(text), decoded.Text);
        }
    }

    [Fact]
    public void Long_texts_of_all_line_ends_are_spelled_as_the_model_says()
    {
        var random = new Random(5321);
        string[] ends = ["\n", "\n", "\n", "\r\n", "\r", "\n.", "\n\n", "\n\r\n.", "\0", "\n\0."];
        for (int i = 0; i < 2000; i++)
        {
            byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, random.Next(12))
                .Select(_ => new string('x', random.Next(100)) + ends[random.Next(i % 3 == 0 ? 3 : ends.Length)])));
            Assert.Equal(Model(text), Encode(text, random.Next(2, 1500), [.. Texts.Cuts(random, text.Length)]));
            Assert.Equal(Model(text), Encode(text, random.Next(2, 1500)));
        }
    }

    private static string Encode(byte[] text, int room, params Range[] cuts) => Encode(default, text, room, cuts);

    private static string Encode(DotWriter writer, byte[] text, int room, params Range[] cuts)
    {
        var wire = new StringBuilder();
        byte[] output = new byte[room];
        foreach (Range cut in cuts.Length == 0 ? [Range.All] : cuts)
        {
            ReadOnlySpan<byte> input = text.AsSpan()[cut];
            while (!input.IsEmpty)
            {
                writer.Write(input, output, out int consumed, out int written);
                Assert.True(consumed > 0 && written <= 2 * consumed);
                wire.Append(Encoding.ASCII.GetString(output, 0, written));
                input = input[consumed..];
            }
        }
        byte[] end = new byte[5];
        return wire.Append(Encoding.ASCII.GetString(end, 0, writer.Finish(end))).ToString();
    }

    private static string Canonical(byte[] text)
    {
        string lines = Encoding.ASCII.GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace('\r', '\n').Replace("\0", "", StringComparison.Ordinal);
        return (lines.Length == 0 || lines.EndsWith('\n') ? lines : lines + "\n")
            .Replace("\n", "\r\n", StringComparison.Ordinal);
    }

    private static string Model(byte[] text)
        => string.Join("\r\n", Canonical(text).Split("\r\n").Select(line => line.StartsWith('.') ? "." + line : line))
            + ".\r\n";
}
