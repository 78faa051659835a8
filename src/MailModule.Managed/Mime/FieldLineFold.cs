using MailModule.Mail;

namespace MailModule.Mime;

/// <summary>A header field's lines as mail may have them.</summary>
internal static class FieldLineFold
{
    /// <summary>
    /// RFC 5322 §2.2.3: a line that is too long is folded where it has a blank. Where it has none, one is put in: no
    /// host takes more than a line may have.
    /// </summary>
    public static byte[] Fold(ReadOnlySpan<byte> field)
    {
        var folded = new List<byte>(field.Length + field.Length / 128 + 2);
        while (!field.IsEmpty)
        {
            int end = field.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? field : field[..end];
            field = field[(end < 0 ? line.Length : end + 1)..];
            FoldLine(line, folded);
            folded.Add((byte)'\n');
        }
        return [.. folded];
    }

    /// <summary>With a question mark for each character that is not ASCII.</summary>
    public static byte[] ToAscii(ReadOnlySpan<byte> field)
    {
        var ascii = new List<byte>(field.Length);
        foreach (byte octet in field)
            if (octet is < 0x80 or >= 0xC0)
                ascii.Add(octet < 0x80 ? octet : (byte)'?');
        return [.. ascii];
    }

    private static void FoldLine(ReadOnlySpan<byte> line, List<byte> folded)
    {
        while (line.Length > ContentScan.LineLimit)
        {
            int blank = line[1..ContentScan.LineLimit].LastIndexOfAny((byte)' ', (byte)'\t') + 1;
            bool isBlankLine = blank > 0 && line[..blank].IndexOfAnyExcept((byte)' ', (byte)'\t') < 0;
            bool mayFold = blank > 0 && !isBlankLine && line[blank..].IndexOfAnyExcept((byte)' ', (byte)'\t') > 0;
            int length = mayFold ? blank : ContentScan.LineLimit - 1;
            folded.AddRange(line[..length]);
            folded.Add((byte)'\n');
            line = line[length..];
            if (!mayFold)
                folded.Add((byte)' ');
        }
        folded.AddRange(line);
    }
}
