using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MailModule.Authentication;

/// <summary>
/// Tells whether lines of a body are in canonical form as they are, as those of most mail: it looks at many octets at
/// once, and costs nothing per line. Pure.
/// </summary>
internal static class CanonicalLines
{
    /// <summary>
    /// Each CR stands before an LF and each LF behind a CR; and, relaxed, there is no tab, no blank before another, and
    /// none at the end of a line (RFC 6376 §3.4.3, §3.4.4).
    /// </summary>
    /// <param name="lines">Its first octet is no LF, its last one no CR.</param>
    public static bool Are(ReadOnlySpan<byte> lines, bool isRelaxed)
    {
        if (lines is [.., (byte)' ' or (byte)'\t'] && isRelaxed)
            return false;
        ref byte first = ref MemoryMarshal.GetReference(lines);
        int at = 0;
        Vector128<byte> wrong = Vector128<byte>.Zero;
        for (int last = lines.Length - Vector128<byte>.Count - 1; at <= last; at += Vector128<byte>.Count)
        {
            Vector128<byte> octets = Vector128.LoadUnsafe(ref first, (nuint)at);
            Vector128<byte> next = Vector128.LoadUnsafe(ref first, (nuint)at + 1);
            Vector128<byte> isCr = Vector128.Equals(octets, Vector128.Create((byte)'\r'));
            Vector128<byte> isBeforeLf = Vector128.Equals(next, Vector128.Create((byte)'\n'));
            wrong |= isCr ^ isBeforeLf;
            if (isRelaxed)
                wrong |= Vector128.Equals(octets, Vector128.Create((byte)'\t')) | IsBlankTooMany(octets, next);
        }
        if (wrong != Vector128<byte>.Zero)
            return false;
        for (; at < lines.Length - 1; at++)
            if (IsWrong(lines[at], lines[at + 1], isRelaxed))
                return false;
        return true;
    }

    // A blank before a tab is not looked for: the tab is enough.
    private static Vector128<byte> IsBlankTooMany(Vector128<byte> octets, Vector128<byte> next)
    {
        Vector128<byte> blank = Vector128.Create((byte)' ');
        Vector128<byte> cr = Vector128.Create((byte)'\r');
        Vector128<byte> isBeforeEnd = Vector128.Equals(next, blank) | Vector128.Equals(next, cr);
        return Vector128.Equals(octets, blank) & isBeforeEnd;
    }

    private static bool IsWrong(byte octet, byte next, bool isRelaxed)
        => (octet == '\r') != (next == '\n')
            || isRelaxed && (octet == '\t' || octet == ' ' && next is (byte)' ' or (byte)'\r');
}
