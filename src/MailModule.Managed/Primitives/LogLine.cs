using System.Buffers;
using System.Text;

namespace MailModule.Primitives;

/// <summary>
/// The form of a line in a log file: <c>2026-11-21T04:16:00.123Z warning smtp text</c>, UTF-8, ending with LF.
/// </summary>
internal static class LogLine
{
    private const int TextLimit = 4096;
    private const string CutMark = "...";

    /// <summary>
    /// Appends one line. Whatever the text holds, one line comes of it: characters that end lines or steer a terminal
    /// become <c>\xHH</c> or <c>\uHHHH</c>.
    /// </summary>
    public static void Append(IBufferWriter<byte> target, DateTime utc, LogLevel level, string area, string text)
    {
        Span<byte> room = target.GetSpan(32);
        utc.TryFormat(room, out int length, "yyyy-MM-ddTHH:mm:ss.fffZ");
        target.Advance(length);
        target.Write(NameOf(level));
        AppendClean(target, area);
        target.Write(" "u8);
        AppendClean(target, text);
        target.Write("\n"u8);
    }

    /// <summary>A text as long as the settings allow, "..." behind one that is cut.</summary>
    /// <param name="limit">Characters; 0: any number.</param>
    public static string Cut(string text, int limit)
    {
        if (limit <= 0 || text.Length <= limit)
            return text;
        int end = char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit;
        return string.Concat(text.AsSpan(0, end), CutMark);
    }

    /// <summary>The text as it stands in a line, for who writes lines of another form.</summary>
    public static string Clean(string text)
    {
        if (!IsTooLong(text) && !text.Any(IsUnsafe))
            return text;
        var clean = new ArrayBufferWriter<byte>();
        AppendClean(clean, text);
        return Encoding.UTF8.GetString(clean.WrittenSpan);
    }

    private static ReadOnlySpan<byte> NameOf(LogLevel level) => level switch
    {
        LogLevel.Error => " error "u8,
        LogLevel.Warning => " warning "u8,
        LogLevel.Info => " info "u8,
        _ => " debug "u8,
    };

    private static void AppendClean(IBufferWriter<byte> target, string text)
    {
        bool isCut = IsTooLong(text);
        ReadOnlySpan<char> rest = isCut ? text.AsSpan(0, TextLimit) : text;
        while (!rest.IsEmpty)
        {
            int clean = 0;
            while (clean < rest.Length && !IsUnsafe(rest[clean]))
                clean++;
            Encoding.UTF8.GetBytes(rest[..clean], target);
            if (clean < rest.Length)
                Encoding.UTF8.GetBytes(
                    rest[clean] < 256 ? $"\\x{(int)rest[clean]:X2}" : $"\\u{(int)rest[clean]:X4}", target);
            rest = rest[Math.Min(clean + 1, rest.Length)..];
        }
        if (isCut)
            Encoding.UTF8.GetBytes(CutMark, target);
    }

    // One that was cut already is not cut again for the sake of its mark.
    private static bool IsTooLong(string text) => text.Length > TextLimit + CutMark.Length;

    // Controls of both sets, line and paragraph separators, and the marks that turn the direction of writing.
    private static bool IsUnsafe(char c)
        => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u200E' or '\u200F' or '\u061C'
            or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
