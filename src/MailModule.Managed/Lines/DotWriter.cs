using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MailModule.Lines;

/// <summary>
/// Writes the content of a message for the wire, piece by piece: LF, CR and CRLF become CRLF, a leading dot is doubled,
/// a NUL is left out or written as another octet, the end gets a line end if it has none and the final dot; for a chunk
/// the dots stay, and none is added. Independent of how the octets are cut.
/// </summary>
/// <remarks>
/// Some programs drop a NUL before they look for the final dot (RFC 5322 §4 has it in old messages only): CRLF NUL "."
/// CRLF would end the message there. So none is written, and a dot behind one that was left out is doubled.
/// </remarks>
internal struct DotWriter
{
    private enum State : byte
    {
        LineStart,
        InLine,
        /// <summary>A CR came and CRLF is written; an LF that follows belongs to it.</summary>
        AfterCr,
    }

    /// <summary>What <see cref="Finish"/> writes at most.</summary>
    public const int FinishRoom = 5;

    /// <summary>Of that, the final dot and its line end.</summary>
    public const int FinalDotLength = 3;

    private State _state;

    /// <summary>Leading dots that were doubled: octets beside the content's.</summary>
    public long DoubledDots { get; private set; }

    /// <summary>What is written for a NUL; 0: nothing.</summary>
    public byte NulAs { get; init; }

    /// <summary>RFC 3030 §2: in a chunk, whose length is told, a dot is an octet like any other.</summary>
    public bool IsChunk { get; init; }

    /// <summary>Encodes as much of <paramref name="input"/> as fits; each octet needs at most 2 of
    /// <paramref name="output"/>, so with room for 2 something is always consumed.</summary>
    public void Write(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        ReadOnlySpan<byte> rest = input;
        Span<byte> room = output;
        while (!rest.IsEmpty && Step(ref rest, ref room))
        {
        }
        consumed = input.Length - rest.Length;
        written = output.Length - room.Length;
    }

    /// <summary>
    /// Writes what ends the content: CRLF if the last line has none, then "." CRLF save in a chunk (at most
    /// <see cref="FinishRoom"/> octets).
    /// </summary>
    public int Finish(Span<byte> output)
    {
        ReadOnlySpan<byte> end = _state == State.InLine ? "\r\n.\r\n"u8 : ".\r\n"u8;
        if (IsChunk)
            end = end[..^FinalDotLength];
        end.CopyTo(output);
        _state = State.LineStart;
        return end.Length;
    }

    /// <summary>False when the output is full.</summary>
    private bool Step(ref ReadOnlySpan<byte> rest, ref Span<byte> room)
    {
        byte next = rest[0];
        if (_state == State.AfterCr)
        {
            _state = State.LineStart;
            if (next == '\n')
                rest = rest[1..];
            return true;
        }
        if (next == 0)
            return PassNuls(ref rest, ref room);
        if (next is (byte)'\r' or (byte)'\n')
            return Replace(ref rest, ref room, "\r\n"u8, next == '\r' ? State.AfterCr : State.LineStart);
        // RFC 5321 §4.5.2: a leading dot is doubled
        if (_state == State.LineStart && next == '.' && !IsChunk)
            return DoubleDot(ref rest, ref room);
        return CopyLines(ref rest, ref room) || Copy(ref rest, ref room);
    }

    private bool PassNuls(ref ReadOnlySpan<byte> rest, ref Span<byte> room)
    {
        int count = rest.Length - rest.TrimStart((byte)0).Length;
        if (NulAs != 0)
        {
            count = Math.Min(count, room.Length);
            room[..count].Fill(NulAs);
            room = room[count..];
            _state = count > 0 ? State.InLine : _state;
        }
        rest = rest[count..];
        return count > 0;
    }

    /// <summary>Content at rest has LF line ends, so this copies and scans in one pass; it leaves a CR, a NUL, a
    /// dot that begins a line, and the tail that no vector covers. False if nothing was done.</summary>
    private bool CopyLines(ref ReadOnlySpan<byte> rest, ref Span<byte> room)
    {
        int end = rest[..Math.Min(rest.Length, room.Length)].IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0 || rest[end] != '\n')
            return false;
        int width = Vector256<byte>.Count;
        ref byte from = ref MemoryMarshal.GetReference(rest), to = ref MemoryMarshal.GetReference(room);
        int read = 0, written = 0;
        bool atLineStart = false;
        while (read <= rest.Length - width && written <= room.Length - width - 2)
        {
            Vector256<byte> octets = Vector256.LoadUnsafe(ref from, (nuint)read);
            octets.StoreUnsafe(ref to, (nuint)written);
            Vector256<byte> ends = Vector256.Equals(octets, Vector256.Create((byte)'\n'))
                | Vector256.Equals(octets, Vector256.Create((byte)'\r'))
                | Vector256.Equals(octets, Vector256<byte>.Zero);
            int before = ends == Vector256<byte>.Zero
                ? width
                : BitOperations.TrailingZeroCount(ends.ExtractMostSignificantBits());
            read += before;
            written += before;
            atLineStart &= before == 0;
            if (before == width)
                continue;
            if (rest[read] != '\n')
                break;
            room[written] = (byte)'\r';
            room[written + 1] = (byte)'\n';
            read++;
            written += 2;
            atLineStart = true;
            if (read < rest.Length && rest[read] == '.')
                break;
        }
        if (read == 0)
            return false;
        _state = atLineStart ? State.LineStart : State.InLine;
        rest = rest[read..];
        room = room[written..];
        return true;
    }

    private bool DoubleDot(ref ReadOnlySpan<byte> rest, ref Span<byte> room)
    {
        bool hasRoom = Replace(ref rest, ref room, ".."u8, State.InLine);
        DoubledDots += hasRoom ? 1 : 0;
        return hasRoom;
    }

    private bool Replace(ref ReadOnlySpan<byte> rest, ref Span<byte> room, ReadOnlySpan<byte> two, State then)
    {
        if (room.Length < 2)
            return false;
        two.CopyTo(room);
        room = room[2..];
        rest = rest[1..];
        _state = then;
        return true;
    }

    private bool Copy(ref ReadOnlySpan<byte> rest, ref Span<byte> room)
    {
        int length = Math.Min(VerbatimRun.Length(rest[..Math.Min(rest.Length, room.Length)]), room.Length);
        if (length == 0)
            return false;
        rest[..length].CopyTo(room);
        _state = rest[length - 1] == '\n' ? State.LineStart : State.InLine;
        rest = rest[length..];
        room = room[length..];
        return true;
    }
}
