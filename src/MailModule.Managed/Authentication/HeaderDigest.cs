using System.Buffers;
using MailModule.Primitives.Os;

namespace MailModule.Authentication;

/// <summary>
/// SHA-256 over header fields in canonical form, as signatures of DKIM (RFC 6376 §3.7) and ARC (RFC 8617 §5.1.1) are
/// made of. Needs OpenSSL on the system.
/// </summary>
internal sealed class HeaderDigest(Canonicalization form)
{
    /// <summary>Octets of a digest.</summary>
    public const int Size = Sha256Digest.Size;

    private const int FirstBuffer = 2048;
    private const int KeptBuffer = 64 * 1024;
    private const int NotUsed = -2;

    /// <summary>A buffer that nobody uses now, for the next one.</summary>
    private static ArrayBufferWriter<byte>? s_idle;

    private ArrayBufferWriter<byte>? _octets;

    /// <summary>The next field, with the CRLF behind it.</summary>
    public void Add(ReadOnlySpan<byte> field)
    {
        CanonicalField.Write(field, form, Octets);
        Octets.Write("\r\n"u8);
    }

    /// <summary>
    /// Fields by their names (h=). A name that stands more than once is the next of that name from the bottom up;
    /// where there is none any more, it is nothing (RFC 6376 §5.4.2).
    /// </summary>
    /// <param name="leftOut">A field that is not there for this; -1: none is.</param>
    public void AddNamed(HeaderSection header, IReadOnlyList<string> names, int leftOut = -1)
    {
        // For each name, at the place of its last field: the field that comes next; -1: none is left.
        int[] marks = ArrayPool<int>.Shared.Rent(header.Count);
        Span<int> next = marks.AsSpan(0, header.Count);
        next.Fill(NotUsed);
        foreach (string name in names)
            if (header.Last(name) is >= 0 and var last)
                next[last] = AddNext(header, next[last] == NotUsed ? last : next[last], leftOut);
        ArrayPool<int>.Shared.Return(marks);
    }

    /// <summary>Returns the one to add after it.</summary>
    private int AddNext(HeaderSection header, int index, int leftOut)
    {
        if (index >= 0 && index == leftOut)
            index = header.Before(index);
        if (index < 0)
            return index;
        Add(header.Field(index));
        return header.Before(index);
    }

    /// <summary>The field of the signature itself, which comes last and has no CRLF: the value of b= is left out, with
    /// all white space around it (RFC 6376 §3.7).</summary>
    /// <param name="signature">b= of the tags in the field's value.</param>
    public void AddUnsigned(HeaderSection header, int index, Tag signature)
    {
        ReadOnlySpan<byte> field = header.Field(index);
        int start = header.ValueStart(index), length = header.Value(index).Length;
        byte[] unsigned = ArrayPool<byte>.Shared.Rent(field.Length);
        int begin = start + signature.Start;
        // White space behind the last tag is that of b=, or simple's (§3.4.1: as it is).
        ReadOnlySpan<byte> rest = signature.End < length ? field[(start + signature.End)..] : default;
        field[..begin].CopyTo(unsigned);
        rest.CopyTo(unsigned.AsSpan(begin));
        AddLast(unsigned.AsSpan(0, begin + rest.Length));
        ArrayPool<byte>.Shared.Return(unsigned);
    }

    /// <summary>The field of the signature itself as it will be but for the value of b=, which is empty.</summary>
    public void AddLast(ReadOnlySpan<byte> field) => CanonicalField.Write(field, form, Octets);

    /// <summary>The digest of what was added; what is added next is of another one.</summary>
    public void Finish(Span<byte> digest)
    {
        var hash = Sha256Digest.Take();
        hash.Append(Octets.WrittenSpan);
        hash.Finish(digest);
        hash.GiveBack();
        Octets.ResetWrittenCount();
        if (Octets.Capacity <= KeptBuffer)
            s_idle = Octets;
        _octets = null;
    }

    private ArrayBufferWriter<byte> Octets
        => _octets ??= Interlocked.Exchange(ref s_idle, null) ?? new ArrayBufferWriter<byte>(FirstBuffer);
}
