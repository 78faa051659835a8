using System.Text;
using MailModule.Lines;

namespace MailModule.Tests.Lines;

public class WireLengthTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("\n", 2)]
    [InlineData("a\n", 3)]
    [InlineData("a", 3)]
    [InlineData("a\r\n", 3)]
    [InlineData("a\rb\n", 6)]
    [InlineData("\r\r\n\n", 6)]
    [InlineData(".\n..\n", 7)]
    [InlineData("a\0\r\0\n\0", 10)]
    public void Each_line_end_counts_two(string text, long expected)
    {
        Assert.Equal(expected, Count(text, text.Length + 1));
        Assert.Equal(expected, Count(text, 1));
    }

    [Fact]
    public void The_count_is_what_is_sent_without_stuffing_and_final_dot()
    {
        var random = new Random(4711);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] text = new byte[random.Next(40)];
            for (int k = 0; k < text.Length; k++)
                text[k] = (byte)"\r\n.a\0"[random.Next(5)];
            Assert.Equal(Sent(text), Count(Encoding.Latin1.GetString(text), random.Next(1, 5)));
        }
    }

    private static long Count(string text, int piece)
    {
        var length = new WireLength();
        foreach (byte[] part in Encoding.Latin1.GetBytes(text).Chunk(piece))
            length.Add(part);
        return length.Total;
    }

    private static long Sent(byte[] text)
    {
        byte[] wire = new byte[text.Length * 2 + 8];
        var writer = new DotWriter { NulAs = 0x80 };
        writer.Write(text, wire, out int consumed, out int written);
        Assert.Equal(text.Length, consumed);
        string all = Encoding.Latin1.GetString(wire, 0, written + writer.Finish(wire.AsSpan(written)));
        string[] lines = all[..^3].Split("\r\n");
        return lines.Sum(line => line.StartsWith('.') ? line.Length - 1 : line.Length) + 2 * (lines.Length - 1);
    }
}
