using System.Text;
using MailModule.Lines;
using MailModule.Pop3;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>Lines of commands with their limit, and content on its way out: any cut gives the same.</summary>
internal static class LinesTarget
{
    private const byte NulToReader = 0x80;
    private const int Limit = 24;

    public static void Check(byte[] input)
    {
        List<string> whole = ReadLines(input, Pieces.Whole);
        string wire = Write(input, Pieces.Whole);
        string toReader = Write(input, Pieces.Whole, NulToReader);
        int top = Top(input, Pieces.Whole);
        foreach (Pieces cut in PiecesExtensions.Cut)
        {
            Assert.Equal(whole, ReadLines(input, cut));
            Assert.Equal(wire, Write(input, cut));
            Assert.Equal(toReader, Write(input, cut, NulToReader));
            Assert.Equal(top, Top(input, cut));
            Assert.Equal(LengthOnWire(input, Pieces.Whole), LengthOnWire(input, cut));
        }
        CheckWire(wire);
        CheckWire(toReader);
        Assert.Equal(LengthOnWire(input, Pieces.Whole), Unstuffed(toReader));
    }

    private static List<string> ReadLines(byte[] input, Pieces pieces)
    {
        var reader = new LineReader(Limit);
        var lines = new List<string>();
        byte[] kept = [];
        for (int at = 0, end; at < input.Length; at = end)
        {
            end = pieces.EndOf(input, at);
            ReadOnlySpan<byte> rest = (byte[])[.. kept, .. input.AsSpan(at, end - at)];
            LineResult result;
            while ((result = reader.Read(ref rest, out ReadOnlySpan<byte> line)) != LineResult.Incomplete)
            {
                Assert.True(line.Length <= Limit - 2 && line.IndexOf("\r\n"u8) < 0, "more than a line");
                lines.Add(result == LineResult.TooLong ? "too long" : "line " + Encoding.Latin1.GetString(line));
            }
            Assert.True(rest.Length <= Limit, "more is kept than a line may have");
            kept = rest.ToArray();
        }
        return lines;
    }

    private static string Write(byte[] input, Pieces pieces, byte nulAs = 0)
    {
        var writer = new DotWriter { NulAs = nulAs };
        byte[] wire = new byte[input.Length * 2 + DotWriter.FinishRoom];
        int length = 0;
        for (int at = 0, end; at < input.Length; at = end)
        {
            end = pieces.EndOf(input, at);
            writer.Write(input.AsSpan(at, end - at), wire.AsSpan(length), out int consumed, out int written);
            Assert.Equal(end - at, consumed);
            length += written;
        }
        length += writer.Finish(wire.AsSpan(length));
        return Encoding.Latin1.GetString(wire, 0, length);
    }

    private static int Top(byte[] input, Pieces pieces)
    {
        var counter = new TopLineCounter(2);
        int count = 0;
        for (int at = 0, end; at < input.Length && !counter.IsDone; at = end)
        {
            end = pieces.EndOf(input, at);
            count += counter.Count(input.AsSpan(at, end - at));
        }
        return count;
    }

    private static long LengthOnWire(byte[] input, Pieces pieces)
    {
        var length = new WireLength();
        for (int at = 0, end; at < input.Length; at = end)
        {
            end = pieces.EndOf(input, at);
            length.Add(input.AsSpan(at, end - at));
        }
        return length.Total;
    }

    // RFC 5321 §4.5.2: the one line that is a dot alone is the last
    private static void CheckWire(string wire)
    {
        string[] lines = wire.Split("\r\n");
        Assert.Equal([".", ""], lines[^2..]);
        Assert.DoesNotContain(".", lines[..^2]);
        Assert.True(lines.All(line => !line.AsSpan().ContainsAny('\r', '\n')), "a bare CR or LF goes out");
        Assert.DoesNotContain('\0', wire);
    }

    private static long Unstuffed(string wire)
        => wire.Split("\r\n")[..^2].Sum(line => line.Length + 2L - (line.StartsWith('.') ? 1 : 0));
}
