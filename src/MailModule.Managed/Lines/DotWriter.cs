namespace MailModule.Lines;

/// <summary>
/// Writes a message text for the wire, piece by piece: LF, CR and CRLF become CRLF, a leading dot is doubled, the end gets a line end if it
/// has none and the final dot. Independent of how the octets are cut.
/// </summary>
public struct DotWriter
{
    private enum State : byte
    {
        LineStart,
        Text,
        /// <summary>A CR came and CRLF is written; an LF that follows belongs to it.</summary>
        AfterCr,
    }

    /// <summary>What <see cref="Finish"/> writes at most.</summary>
    public const int FinishRoom = 5;

    private State _state;

    /// <summary>Encodes as much of <paramref name="input"/> as fits; each octet needs at most 2 of <paramref name="output"/>, so with room
    /// for 2 something is always consumed.</summary>
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

    /// <summary>Writes what ends the text: CRLF if the last line has none, then "." CRLF (at most <see cref="FinishRoom"/> octets).</summary>
    public int Finish(Span<byte> output)
    {
        ReadOnlySpan<byte> end = _state == State.Text ? "\r\n.\r\n"u8 : ".\r\n"u8;
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
        if (next is (byte)'\r' or (byte)'\n')
            return Replace(ref rest, ref room, "\r\n"u8, next == '\r' ? State.AfterCr : State.LineStart);
        // RFC 5321 §4.5.2: a leading dot is doubled
        if (_state == State.LineStart && next == '.')
            return Replace(ref rest, ref room, ".."u8, State.Text);
        return Copy(ref rest, ref room);
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
        int length = Math.Min(RegularText.Length(rest[..Math.Min(rest.Length, room.Length)]), room.Length);
        if (length == 0)
            return false;
        rest[..length].CopyTo(room);
        _state = rest[length - 1] == '\n' ? State.LineStart : State.Text;
        rest = rest[length..];
        room = room[length..];
        return true;
    }
}
