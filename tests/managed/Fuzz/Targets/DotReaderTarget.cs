using System.Text;
using MailModule.Lines;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// The dot reader: any cut gives the same; only CRLF "." CRLF ends a message, as a search for these octets says; and
/// what was read can be written and read again.
/// </summary>
internal static class DotReaderTarget
{
    private const string LineEnd = "\r\n";
    private const string End = "\r\n.\r\n";

    public static void Check(byte[] input)
    {
        foreach (bool normalize in (bool[])[false, true])
        {
            Content whole = Read(input, normalize, Pieces.Whole);
            foreach (Pieces cut in PiecesExtensions.Cut)
                Assert.Equal(whole, Read(input, normalize, cut));
            CompareWithSearch(Encoding.Latin1.GetString(input), normalize, whole);
            if (whole.IsAtEnd && (normalize || !whole.SawBareNewline) && !whole.Text.Contains('\0'))
                WriteAndReadAgain(whole.Text);
        }
    }

    private sealed record Content(string Text, bool IsAtEnd, bool SawBareNewline, int Taken);

    private static Content Read(byte[] input, bool normalize, Pieces pieces)
    {
        var reader = new DotReader(normalize);
        var text = new StringBuilder();
        int taken = 0;
        for (int at = 0, end; at < input.Length && !reader.AtEnd; at = end)
        {
            end = pieces.EndOf(input, at);
            ReadOnlySpan<byte> rest = input.AsSpan(at, end - at);
            while (reader.TryRead(ref rest, out ReadOnlySpan<byte> content))
                text.Append(Encoding.Latin1.GetString(content));
            Assert.True(rest.IsEmpty || reader.AtEnd, "octets were left before the end");
            taken = end - rest.Length;
        }
        return new Content(text.ToString(), reader.AtEnd, reader.SawBareNewline, taken);
    }

    // NUL is left out of what is compared: it may be taken out of a text, and counts as a fault like a bare line end.
    private static void CompareWithSearch(string input, bool normalize, Content found)
    {
        int end = (LineEnd + input).IndexOf(End, StringComparison.Ordinal);
        Assert.Equal(end >= 0, found.IsAtEnd);
        Assert.Equal(end < 0 ? input.Length : end + End.Length - LineEnd.Length, found.Taken);
        if (end < 0)
            return;
        string stuffed = (LineEnd + input)[..(end + LineEnd.Length)];
        string plain = stuffed.Replace("\r\n.", LineEnd, StringComparison.Ordinal)[LineEnd.Length..];
        string expected = normalize ? Normalized(plain) : plain;
        Assert.Equal(WithoutNul(expected), WithoutNul(found.Text));
        if (!input.Contains('\0'))
            Assert.Equal(plain.Replace(LineEnd, "", StringComparison.Ordinal).AsSpan().ContainsAny("\r\n"),
                found.SawBareNewline);
    }

    private static string Normalized(string text)
        => text.Replace(LineEnd, "\n", StringComparison.Ordinal).Replace('\r', '\n')
            .Replace("\n", LineEnd, StringComparison.Ordinal);

    private static string WithoutNul(string text) => text.Replace("\0", "", StringComparison.Ordinal);

    private static void WriteAndReadAgain(string text)
    {
        var writer = new DotWriter();
        byte[] wire = new byte[text.Length * 2 + DotWriter.FinishRoom];
        writer.Write(Encoding.Latin1.GetBytes(text), wire, out int consumed, out int written);
        Assert.Equal(text.Length, consumed);
        written += writer.Finish(wire.AsSpan(written));
        Content again = Read(wire[..written], normalize: false, Pieces.Whole);
        Assert.Equal(new Content(text, IsAtEnd: true, SawBareNewline: false, written), again);
    }
}
