using System.Text;
using MailModule.Lines;

namespace MailModule.Tests.Lines;

public class LineReaderTests
{
    [Fact]
    public void Every_short_text_reads_as_the_model_says_wherever_it_is_cut()
    {
        foreach (byte[] text in Texts.AllUpTo(7))
            for (int limit = 3; limit <= 9; limit += 3)
            {
                List<string> expected = Model(text, limit);
                for (int cut = 0; cut <= text.Length; cut++)
                    Assert.Equal(expected, Read(text, limit, [0..cut, cut..text.Length]));
            }
    }

    [Fact]
    public void Long_texts_read_as_the_model_says_however_they_are_cut()
    {
        var random = new Random(512);
        for (int i = 0; i < 2000; i++)
        {
            byte[] text = Texts.Random(random, random.Next(40));
            Assert.Equal(Model(text, 60), Read(text, 60, [.. Texts.Cuts(random, text.Length)]));
        }
    }

    [Fact]
    public void A_line_that_is_not_whole_stays_in_the_input()
    {
        var reader = new LineReader(512);
        ReadOnlySpan<byte> input = "NOOP\r"u8;
        Assert.Equal(LineResult.Incomplete, reader.Read(ref input, out _));
        Assert.Equal(5, input.Length);
    }

    [Fact]
    public void A_line_at_the_limit_passes_and_one_octet_more_does_not()
    {
        Assert.Equal(["12345678"], Read("12345678\r\n"u8.ToArray(), 10));
        Assert.Equal([TooLong, "x"], Read("123456789\r\nx\r\n"u8.ToArray(), 10));
    }

    [Fact]
    public void A_line_without_end_is_told_once_and_nothing_of_it_is_kept()
    {
        var reader = new LineReader(512);
        byte[] octets = new byte[600];
        ReadOnlySpan<byte> input = octets;
        Assert.Equal(LineResult.TooLong, reader.Read(ref input, out _));
        Assert.True(input.IsEmpty);
        input = octets;
        Assert.Equal(LineResult.Incomplete, reader.Read(ref input, out _));
        Assert.True(input.IsEmpty);
    }

    private const string TooLong = "(too long)";

    private static List<string> Read(byte[] text, int limit, params Range[] cuts)
    {
        var reader = new LineReader(limit);
        var lines = new List<string>();
        byte[] kept = [];
        foreach (Range cut in cuts.Length == 0 ? [Range.All] : cuts)
        {
            ReadOnlySpan<byte> input = (byte[])[.. kept, .. text.AsSpan()[cut]];
            LineResult result;
            while ((result = reader.Read(ref input, out ReadOnlySpan<byte> line)) != LineResult.Incomplete)
                lines.Add(result == LineResult.TooLong ? TooLong : Encoding.ASCII.GetString(line));
            Assert.True(input.Length <= limit);
            kept = input.ToArray();
        }
        return lines;
    }

    private static List<string> Model(byte[] text, int limit)
    {
        string[] lines = Encoding.ASCII.GetString(text).Split("\r\n");
        var expected = lines.SkipLast(1).Select(line => line.Length + 2 > limit ? TooLong : line).ToList();
        // a last line without its end is too long as soon as it could not fit any more
        if (lines[^1].Length > limit)
            expected.Add(TooLong);
        return expected;
    }
}
