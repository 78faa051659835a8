using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Room in a message for header fields that are known only when all of its text is there. While the message is in its
/// buffer, what is not used of the room is left out. In a body's file, whose text stands where it was written, all of
/// the room is part of the message: what is left of it is a comment at the end of the last field, folded.
/// </summary>
/// <param name="at">Where it begins, in octets of the message at rest.</param>
internal sealed class ReservedHeader(int at, int size)
{
    public const int Least = 64;
    public const int Most = 32 * 1024;

    // RFC 5322 §2.1.1: lines should not be longer than 78 characters.
    private const int LineLength = 76;

    private byte[] _fields = [];
    private bool _isInFile;

    public int At => at;
    public int Size => size;

    /// <summary>The fields at rest; empty if there are none.</summary>
    public ReadOnlySpan<byte> Fields => _fields;

    /// <summary>Octets of it that are no part of the message.</summary>
    public int Unused => _isInFile ? 0 : size - _fields.Length;

    /// <summary>Lines of what stands in it, each of which is an octet longer on the wire.</summary>
    public int Lines { get; private set; }

    /// <summary>Its place in the body's file holds something else than it should.</summary>
    public bool IsStale { get; private set; }

    /// <inheritdoc cref="ISpoolWriter.PutInFront"/>
    public Fault Put(ReadOnlySpan<byte> fields)
    {
        byte[] atRest = new byte[fields.Length];
        var lineEnds = default(LineEnds);
        int length = fields.IsEmpty ? 0 : lineEnds.Convert(fields, atRest).Written;
        if (!AreFields(atRest.AsSpan(0, length)))
            return Fault.Argument;
        if (length > size)
            return Fault.Limit;
        _fields = atRest[..length];
        Lines = (int)lineEnds.Lines;
        IsStale = _isInFile;
        return Fault.None;
    }

    /// <summary>Fills the room, which from now on is in the body's file.</summary>
    public void FillForFile(Span<byte> room)
    {
        _isInFile = true;
        IsStale = false;
        ReadOnlySpan<byte> text = _fields.Length > 0 ? _fields.AsSpan()[..^1] : "X-Reserved: unused"u8;
        text.CopyTo(room);
        FillWithComment(room[text.Length..^1]);
        room[^1] = (byte)'\n';
        Lines = room.Count((byte)'\n');
    }

    // Whole fields, one after the other, and nothing that ends the header.
    private static bool AreFields(ReadOnlySpan<byte> atRest)
        => atRest.IsEmpty || (atRest[^1] == '\n' && atRest[0] is not ((byte)' ' or (byte)'\t' or (byte)'\n')
            && atRest.IndexOf("\n\n"u8) < 0);

    // RFC 5322 §3.2.2: a comment may be folded, but no line of a field is white space alone.
    private static void FillWithComment(Span<byte> gap)
    {
        if (gap.Length < 4)
        {
            gap.Fill((byte)' ');
            return;
        }
        gap.Fill((byte)'.');
        for (int line = 0; line + 2 < gap.Length; line += LineLength)
            (gap[line], gap[line + 1]) = ((byte)'\n', (byte)' ');
        (gap[2], gap[^1]) = ((byte)'(', (byte)')');
    }
}
