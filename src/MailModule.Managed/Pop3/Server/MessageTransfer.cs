using System.Buffers;
using MailModule.Lines;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>
/// The answer to RETR or TOP (RFC 1939 §5, §7) on its way: the content leaves in pieces, so that a message of any size
/// takes the memory of one piece.
/// </summary>
internal struct MessageTransfer
{
    /// <summary>Octets of memory that an answer takes while it is sent.</summary>
    public const int PieceSize = 32 * 1024;

    private DotWriter _dots;
    private TopLineCounter _top;
    private byte[]? _piece;
    private long _written;

    /// <summary>Which message it is.</summary>
    public int Index { get; private set; }

    /// <summary>Of the body, for TOP; below 0: the whole message, for RETR.</summary>
    public int Lines { get; private set; }

    public readonly bool IsTop => Lines >= 0;

    /// <summary>
    /// Octets on the wire so far, as RFC 1939 §11 counts them: without doubled dots and the final one.
    /// </summary>
    public readonly long WireLength => _written - _dots.DoubledDots;

    /// <summary>What a pending read gave.</summary>
    public int ReadCount { get; set; }

    /// <summary>What the next octets of the message are read into; after <see cref="RentPiece"/>.</summary>
    public readonly byte[] Piece => _piece!;

    /// <param name="index">Which message it is.</param>
    /// <param name="lines"><see cref="Lines"/>.</param>
    public void Begin(int index, int lines)
    {
        Index = index;
        Lines = lines;
        _top = new TopLineCounter(lines);
        _dots = NewDotWriter();
        _written = 0;
    }

    /// <summary>
    /// A NUL is written as 0x80, as Dovecot does: the size that was told stays right, and who is gone is noticed
    /// however many NULs a file has.
    /// </summary>
    public static DotWriter NewDotWriter() => new() { NulAs = 0x80 };

    public void RentPiece() => _piece = ArrayPool<byte>.Shared.Rent(PieceSize);

    /// <summary>
    /// Writes what was read into <see cref="Piece"/>, 0 octets at the end of the message; true when the answer is
    /// whole.
    /// </summary>
    public bool Write(int count, Output output)
    {
        int length = IsTop ? _top.Count(_piece.AsSpan(0, count)) : count;
        Encode(_piece.AsSpan(0, length), output);
        if (count > 0 && !(IsTop && _top.IsDone))
            return false;
        int end = _dots.Finish(output.GetSpan(DotWriter.FinishRoom));
        output.Advance(end);
        _written += end - DotWriter.FinalDotLength;
        return true;
    }

    /// <summary>Gives the memory back.</summary>
    public void End()
    {
        if (_piece is { } piece)
            ArrayPool<byte>.Shared.Return(piece);
        _piece = null;
    }

    private void Encode(ReadOnlySpan<byte> content, Output output)
    {
        while (!content.IsEmpty)
        {
            _dots.Write(content, output.GetSpan(content.Length + content.Length / 16 + 64), out int consumed,
                out int written);
            output.Advance(written);
            _written += written;
            content = content[consumed..];
        }
    }
}
