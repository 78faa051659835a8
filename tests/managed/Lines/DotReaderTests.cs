using System.Text;
using MailModule.Lines;

namespace MailModule.Tests.Lines;

public class DotReaderTests
{
    [Theory]
    [InlineData("\n.\n")]
    [InlineData("\n.\r\n")]
    [InlineData("\n.\r")]
    [InlineData("\r.\r")]
    [InlineData("\r.\r\n")]
    [InlineData("\r.\n")]
    [InlineData("\r\n.\n")]
    [InlineData("\r\n.\r")]
    [InlineData("\r\n.\r\r\n")]
    [InlineData("\r\n\0.\r\n")]
    [InlineData("\r\n.\0\r\n")]
    [InlineData("\r\0\n.\r\n")]
    [InlineData("\r\n\0\0.\r\n")]
    [InlineData("\r\n.\r\0\n")]
    [InlineData("\n\n.\r\n")]
    [InlineData("\r\r.\r\r")]
    [InlineData("\r\r\n.\r\r\n")]
    [InlineData("\r\n. \r\n")]
    [InlineData("\r\n..\r\n")]
    public void No_sequence_but_crlf_dot_crlf_ends_the_text(string sequence)
    {
        foreach (bool normalize in new[] { false, true })
            Assert.False(Decode(Bytes("text" + sequence + "MAIL FROM:<a@b>\r\n"), normalize).AtEnd);
    }

    [Fact]
    public void A_bare_lf_is_seen_and_passed_on_as_it_is()
    {
        Decoded decoded = Decode("a\nb\r\n.\r\n"u8.ToArray(), normalize: false);
        Assert.True(decoded is { AtEnd: true, SawBare: true });
        Assert.Equal("a\nb\r\n", decoded.Text);
    }

    [Fact]
    public void Bare_newlines_become_crlf_when_asked_for()
        => Assert.Equal("a\r\nb\r\nc\r\n\r\n", Decode("a\nb\rc\r\r\n.\r\n"u8.ToArray(), normalize: true).Text);

    [Fact]
    public void The_data_commands_own_crlf_counts()
    {
        Decoded decoded = Decode(".\r\n"u8.ToArray(), normalize: false);
        Assert.True(decoded.AtEnd);
        Assert.Equal("", decoded.Text);
    }

    [Fact]
    public void What_follows_the_final_dot_stays_in_the_input()
    {
        var reader = new DotReader(false);
        ReadOnlySpan<byte> input = "a\r\n.\r\nQUIT\r\n"u8;
        while (reader.TryRead(ref input, out _))
        {
        }
        Assert.True(reader.AtEnd);
        Assert.Equal("QUIT\r\n", Encoding.ASCII.GetString(input));
    }

    [Fact]
    public void A_nul_is_seen_and_passed_on_as_it_is()
    {
        Decoded decoded = Decode("a\0\0b\r\n.\r\n"u8.ToArray(), normalize: false);
        Assert.True(decoded is { AtEnd: true, SawBare: false, SawNul: true });
        Assert.Equal("a\0\0b\r\n", decoded.Text);
    }

    [Fact]
    public void A_nul_is_taken_out_when_asked_for_and_a_dot_behind_it_is_text()
        => Assert.Equal("ab\r\n.\r\nc\r\n",
            Decode("a\0b\r\n\0.\r\n\0c\r\n.\r\n"u8.ToArray(), normalize: true).Text);

    [Theory]
    [InlineData("\r\n.a")]
    [InlineData("\r\n.\0")]
    public void Every_short_text_reads_as_the_model_says_wherever_it_is_cut(string alphabet)
    {
        foreach (byte[] text in Texts.AllUpTo(7, alphabet))
            foreach (bool normalize in new[] { false, true })
            {
                Decoded expected = Model(text, normalize);
                for (int cut = 0; cut <= text.Length; cut++)
                    Assert.Equal(expected, Decode(text, normalize, [0..cut, cut..text.Length]));
            }
    }

    [Fact]
    public void Long_texts_read_as_the_model_says_however_they_are_cut()
    {
        var random = new Random(5321);
        for (int i = 0; i < 3000; i++)
        {
            byte[] text = Texts.Random(random, random.Next(60));
            bool normalize = random.Next(2) == 0;
            Assert.Equal(Model(text, normalize), Decode(text, normalize));
            Assert.Equal(Model(text, normalize), Decode(text, normalize, [.. Texts.Cuts(random, text.Length)]));
        }
    }

    internal readonly record struct Decoded(string Text, bool AtEnd, bool SawBare, bool SawNul, int Rest);

    internal static Decoded Decode(byte[] wire, bool normalize, params Range[] cuts)
    {
        var reader = new DotReader(normalize);
        var text = new StringBuilder();
        int rest = 0;
        foreach (Range cut in cuts.Length == 0 ? [Range.All] : cuts)
        {
            ReadOnlySpan<byte> input = wire.AsSpan()[cut];
            while (reader.TryRead(ref input, out ReadOnlySpan<byte> stretch))
            {
                Assert.False(stretch.IsEmpty);
                text.Append(Encoding.Latin1.GetString(stretch));
            }
            Assert.True(input.IsEmpty || reader.AtEnd);
            rest += input.Length;
        }
        return new Decoded(text.ToString(), reader.AtEnd, reader.SawBareNewline, reader.SawNul, rest);
    }

    /// <summary>The rules said with whole lines: the text is cut at true CRLF only.</summary>
    private static Decoded Model(byte[] wire, bool normalize)
    {
        string[] lines = Encoding.Latin1.GetString(wire).Split("\r\n");
        int end = Array.IndexOf(lines, ".", 0, lines.Length - 1);
        var kept = lines.Take(end < 0 ? lines.Length : end).Select(line => line.StartsWith('.') ? line[1..] : line)
            .ToList();
        int rest = end < 0 ? 0 : string.Join("\r\n", lines.Skip(end + 1)).Length;
        // a CR that is the last octet so far may yet become CRLF: it is held back
        if (end < 0 && kept[^1].EndsWith('\r'))
            kept[^1] = kept[^1][..^1];
        bool bare = kept.Any(line => line.AsSpan().IndexOfAny('\r', '\n') >= 0);
        bool nul = kept.Any(line => line.Contains('\0'));
        var spelled = kept.Select(
            line => normalize ? line.Replace("\r", "\n", StringComparison.Ordinal)
            .Replace("\n", "\r\n", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal) : line);
        return new Decoded(string.Join("\r\n", spelled) + (end > 0 ? "\r\n" : ""), end >= 0, bare, nul, rest);
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
