using System.Text;
using MailModule.Pop3;

namespace MailModule.Tests.Pop3;

public class TopLineCounterTests
{
    [Theory]
    [InlineData("A: b\n\n1\n2\n3\n", 0, "A: b\n\n")]
    [InlineData("A: b\n\n1\n2\n3\n", 1, "A: b\n\n1\n")]
    [InlineData("A: b\n\n1\n2\n3\n", 3, "A: b\n\n1\n2\n3\n")]
    [InlineData("A: b\n\n1\n2\n3\n", 9, "A: b\n\n1\n2\n3\n")]
    [InlineData("A: b\r\n\r\n1\r\n2\r\n", 1, "A: b\r\n\r\n1\r\n")]
    [InlineData("\n1\n2\n", 1, "\n1\n")]
    [InlineData("A: b\n\n\n\nx\n", 1, "A: b\n\n\n")]
    [InlineData("A: b\n", 5, "A: b\n")]
    [InlineData("A: b", 0, "A: b")]
    [InlineData("A: b\n\nlast", 1, "A: b\n\nlast")]
    [InlineData("", 3, "")]
    public void Top_is_the_header_the_blank_line_and_the_lines_asked_for(string text, int lines, string expected)
    {
        Assert.Equal(Seen(expected), Seen(Cut(text, lines, text.Length + 1)));
        Assert.Equal(Seen(expected), Seen(Cut(text, lines, 1)));
    }

    // On the way out each CR, LF or CRLF becomes one CRLF; so lines are counted as the client sees them.
    [Fact]
    public void Lines_are_counted_as_the_client_sees_them_however_the_octets_are_cut()
    {
        var random = new Random(99);
        for (int i = 0; i < 5_000; i++)
        {
            string text = new(Enumerable.Range(0, random.Next(20)).Select(_ => "\r\na"[random.Next(3)]).ToArray());
            int lines = random.Next(4);
            Assert.Equal(Model(text, lines), Seen(Cut(text, lines, random.Next(1, 4))));
        }
    }

    private static string Cut(string text, int lines, int piece)
    {
        var cut = new TopLineCounter(lines);
        var taken = new StringBuilder();
        foreach (byte[] part in Encoding.Latin1.GetBytes(text).Chunk(piece))
            taken.Append(Encoding.Latin1.GetString(part, 0, cut.Count(part)));
        return taken.ToString();
    }

    private static string Model(string text, int lines)
    {
        string seen = Seen(text);
        int body = seen.StartsWith('\n')
            ? 1
            : seen.IndexOf("\n\n", StringComparison.Ordinal) is var at && at < 0
            ? -1
            : at + 2;
        if (body < 0)
            return seen;
        int end = body;
        while (lines-- > 0 && end < seen.Length)
            end = seen.IndexOf('\n', end) is var next && next < 0 ? seen.Length : next + 1;
        return seen[..end];
    }

    private static string Seen(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
