using System.Text;
using MailModule.Spool;

namespace MailModule.Tests.Spool;

public class LineEndsTests
{
    public static TheoryData<string, string, int> Texts => new()
    {
        { "", "", 0 },
        { "a\r\nb\r\n", "a\nb\n", 2 },
        { "\r\n\r\n", "\n\n", 2 },
        { "a\rb\r\n", "a\rb\n", 1 },
        { "a\r\r\nb", "a\r\nb", 1 },
        { "a\nb\r\n", "a\nb\n", 2 },
        { "end\r", "end\r", 0 },
        { "\r\r", "\r\r", 0 },
        { "\n\r\n\r", "\n\n\r", 2 },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Crlf_becomes_lf_wherever_the_text_is_cut(string wire, string atRest, int lines)
    {
        byte[] octets = Encoding.ASCII.GetBytes(wire);
        for (int cut = 0; cut <= octets.Length; cut++)
            for (int room = 1; room <= 4; room++)
                Assert.Equal((atRest, lines), Convert(room, octets[..cut], octets[cut..]));
        Assert.Equal((atRest, lines), Convert(1, [.. octets.Select(octet => new[] { octet })]));
        Assert.Equal((atRest, lines), Convert(1000, octets));
    }

    [Fact]
    public void Random_text_in_random_pieces_is_what_a_plain_replacement_gives()
    {
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            byte[] text = [.. Enumerable.Range(0, random.Next(200)).Select(_ => "ab\r\n\r\n"u8[random.Next(6)])];
            var pieces = new List<byte[]>();
            for (int at = 0, length; at < text.Length; at += length)
                pieces.Add(text[at..(at + (length = Math.Min(random.Next(1, 20), text.Length - at)))]);
            string expected = Encoding.ASCII.GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal);
            Assert.Equal((expected, expected.Count(c => c == '\n')), Convert(random.Next(1, 30), [.. pieces]));
        }
    }

    private static (string Text, int Lines) Convert(int room, params byte[][] pieces)
    {
        var ends = new LineEnds();
        var result = new StringBuilder();
        byte[] target = new byte[room];
        foreach (byte[] piece in pieces)
            for (int at = 0; at < piece.Length;)
            {
                (int taken, int written) = ends.Convert(piece.AsSpan(at), target);
                Assert.True(taken + written > 0);
                at += taken;
                result.Append(Encoding.ASCII.GetString(target, 0, written));
            }
        if (ends.FlushHeldCr())
            result.Append('\r');
        return (result.ToString(), (int)ends.Lines);
    }
}
