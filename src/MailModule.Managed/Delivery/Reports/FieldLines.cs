using System.Globalization;
using System.Text;

namespace MailModule.Delivery.Reports;

/// <summary>
/// Cleans and folds text that other hosts chose: no control characters, no line that is too long.
/// </summary>
internal static class FieldLines
{
    /// <summary>Characters of a line, where there is a blank to break it at.</summary>
    private const int Width = 78;

    /// <summary>
    /// Characters of a line without a blank: with three octets each it keeps the 998 of RFC 5322 §2.1.1.
    /// </summary>
    private const int LongestWord = 320;

    /// <summary>
    /// The lines of a text (LF between), cleaned and broken; empty ones are left out. A line that goes on an earlier
    /// one begins with the blank it was broken at.
    /// </summary>
    /// <param name="room">Characters that stand before the first line already.</param>
    public static IEnumerable<string> Wrap(string text, int room)
    {
        foreach (string line in text.Split('\n'))
        {
            string rest = Clean(line).TrimEnd();
            while (rest.AsSpan().TrimStart().Length > 0)
            {
                int end = BreakOf(rest, Width - room);
                yield return rest[..end];
                rest = rest[end..];
                room = 0;
            }
        }
    }

    /// <summary>A field, folded (RFC 5322 §2.2.3): every line after the first begins with a blank.</summary>
    public static void WriteField(DsnOutput output, string name, string value)
    {
        output.Write(name);
        output.Write(": "u8);
        bool isFirst = true;
        foreach (string line in Wrap(value, name.Length + 2))
        {
            if (!isFirst)
                output.Write(line[0] == ' ' ? "\n"u8 : "\n "u8);
            output.Write(line);
            isFirst = false;
        }
        output.Write("\n"u8);
    }

    /// <summary>Characters outside ASCII as <c>\x{code point}</c>, as addresses have them (RFC 6533 §3).</summary>
    public static string InAscii(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var ascii = new StringBuilder(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
            if (rune.IsAscii)
                ascii.Append((char)rune.Value);
            else
                ascii.Append(CultureInfo.InvariantCulture, $"\\x{{{rune.Value:X}}}");
        return ascii.ToString();
    }

    private static string Clean(string line)
    {
        if (!line.AsSpan().ContainsAnyInRange('\0', '\x1f') && !line.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
            && !line.AsSpan().ContainsAny('\u2028', '\u2029'))
            return line;
        return string.Concat(line.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));
    }

    // Before the last blank that fits; else before the first that comes; a word that is too long is cut.
    private static int BreakOf(string text, int width)
    {
        if (text.Length <= width)
            return text.Length;
        int words = text.Length - text.AsSpan().TrimStart(' ').Length;
        int end = text.LastIndexOf(' ', Math.Max(width, words));
        if (end <= words)
            end = text.IndexOf(' ', words + 1);
        if (end > words && end <= LongestWord)
            return end;
        end = Math.Min(text.Length, LongestWord);
        return end < text.Length && char.IsLowSurrogate(text[end]) ? end - 1 : end;
    }
}
