using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MailModule.Lines;

/// <summary>
/// Finds how much of a message's content is the same with and without dot-stuffing: CRLF line ends alone, no NUL, and
/// no line that starts with a dot. Nearly all mail is like that, so this looks at many octets at once and costs nothing
/// per line.
/// </summary>
internal static class VerbatimRun
{
    private const byte Nul = 0;
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';
    private const byte Dot = (byte)'.';

    /// <summary>
    /// The length of the run at the front of <paramref name="content"/>, whose first octet is not LF. If it is shorter
    /// than the content, the octet after it is a NUL, a CR (bare, or the last of the content), a bare LF, or a dot
    /// after CRLF.
    /// </summary>
    public static int Length(ReadOnlySpan<byte> content)
    {
        int at = SkipVectors(content);
        for (; at < content.Length - 1; at++)
            if (IsIrregular(content, at))
                return LengthBefore(content, at);
        return content.Length > 0 && content[^1] is Cr or Nul ? content.Length - 1 : content.Length;
    }

    /// <summary>Where the first vector with an event begins, or the tail that no vector covers.</summary>
    private static int SkipVectors(ReadOnlySpan<byte> content)
    {
        ref byte first = ref MemoryMarshal.GetReference(content);
        int at = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (int last = content.Length - Vector256<byte>.Count - 2; at <= last; at += Vector256<byte>.Count)
            {
                Vector256<byte> octets = Vector256.LoadUnsafe(ref first, (nuint)at);
                Vector256<byte> nul = Vector256.Equals(octets, Vector256<byte>.Zero);
                Vector256<byte> cr = Vector256.Equals(octets, Vector256.Create(Cr));
                Vector256<byte> lf =
                    Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at + 1), Vector256.Create(Lf));
                Vector256<byte> dot =
                    Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at + 2), Vector256.Create(Dot));
                uint events = ((cr ^ lf) | (lf & dot) | nul).ExtractMostSignificantBits();
                if (events != 0)
                    return at + BitOperations.TrailingZeroCount(events);
            }
        }
        for (int last = content.Length - Vector128<byte>.Count - 2; at <= last; at += Vector128<byte>.Count)
        {
            Vector128<byte> octets = Vector128.LoadUnsafe(ref first, (nuint)at);
            Vector128<byte> nul = Vector128.Equals(octets, Vector128<byte>.Zero);
            Vector128<byte> cr = Vector128.Equals(octets, Vector128.Create(Cr));
            Vector128<byte> lf = Vector128.Equals(Vector128.LoadUnsafe(ref first, (nuint)at + 1), Vector128.Create(Lf));
            Vector128<byte> dot =
                Vector128.Equals(Vector128.LoadUnsafe(ref first, (nuint)at + 2), Vector128.Create(Dot));
            uint events = ((cr ^ lf) | (lf & dot) | nul).ExtractMostSignificantBits();
            if (events != 0)
                return at + BitOperations.TrailingZeroCount(events);
        }
        return at;
    }

    private static bool IsIrregular(ReadOnlySpan<byte> content, int at)
    {
        bool cr = content[at] == Cr;
        bool lf = content[at + 1] == Lf;
        return cr != lf || content[at] == Nul || (lf && at + 2 < content.Length && content[at + 2] == Dot);
    }

    private static int LengthBefore(ReadOnlySpan<byte> content, int at) => content[at] switch
    {
        Nul => at,
        Cr => content[at + 1] == Lf ? at + 2 : at,
        _ => at + 1,
    };
}
