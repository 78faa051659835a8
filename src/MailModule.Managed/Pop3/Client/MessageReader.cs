using System.Runtime.CompilerServices;
using MailModule.Lines;

namespace MailModule.Pop3.Client;

/// <summary>
/// Reads the lines that follow the first of an answer into the caller's room (RFC 1939 §3): doubled dots are undone,
/// and CRLF "." CRLF ends them, nothing else does. All other octets come as they are, bare CR and LF and NUL too.
/// </summary>
internal struct MessageReader()
{
    // A CR that the dot reader held back makes a piece longer than what was taken for it.
    private const int MostHeld = 2;

    private DotReader _dots = new(normalize: false);
    private Held _held;
    private int _heldLength;

    /// <summary>Octets given so far.</summary>
    public long Octets { get; private set; }

    /// <summary>All of it was given, and its end consumed.</summary>
    public readonly bool AtEnd => _dots.AtEnd && _heldLength == 0;

    /// <summary>Takes octets from the front of the input, none behind the end.</summary>
    /// <returns>How many were written.</returns>
    public int Read(scoped ref ReadOnlySpan<byte> input, scoped Span<byte> into)
    {
        int count = TakeHeld(into);
        while (count < into.Length && !input.IsEmpty && !_dots.AtEnd)
        {
            ReadOnlySpan<byte> front = input[..Math.Min(input.Length, into.Length - count)];
            ReadOnlySpan<byte> rest = front;
            _dots.TryRead(ref rest, out ReadOnlySpan<byte> piece);
            input = input[(front.Length - rest.Length)..];
            int fitting = Math.Min(piece.Length, into.Length - count);
            piece[..fitting].CopyTo(into[count..]);
            count += fitting;
            Hold(piece[fitting..]);
        }
        if (count == into.Length && _heldLength == 0 && !_dots.AtEnd)
            TakeEnd(ref input);
        Octets += count;
        return count;
    }

    // The end needs no room.
    private void TakeEnd(scoped ref ReadOnlySpan<byte> input)
    {
        DotReader ahead = _dots;
        ReadOnlySpan<byte> front = input[..Math.Min(input.Length, ".\r\n".Length)];
        ReadOnlySpan<byte> rest = front;
        if (ahead.TryRead(ref rest, out _) || !ahead.AtEnd)
            return;
        _dots = ahead;
        input = input[(front.Length - rest.Length)..];
    }

    private int TakeHeld(scoped Span<byte> into)
    {
        int count = Math.Min(_heldLength, into.Length);
        Span<byte> held = _held;
        held[..count].CopyTo(into);
        held[count.._heldLength].CopyTo(held);
        _heldLength -= count;
        return count;
    }

    private void Hold(scoped ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_held);
        _heldLength = octets.Length;
    }

    [InlineArray(MostHeld)]
    private struct Held
    {
        private byte _first;
    }
}
