using System.Buffers;
using MailModule.Lines;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

// RETR and TOP (RFC 1939 §5, §7): the text leaves in pieces, so that a message of any size takes the memory of one piece.
public sealed partial class Pop3Session
{
    private const int PieceSize = 32 * 1024;
    private const int Pending = -2;

    private DotWriter _dots;
    private TopLineCounter _top;
    private bool _isTop;
    private int _opened;
    private byte[]? _piece;
    private int _pieceRead;

    private Next Retrieve(int number, int lines, Output output)
    {
        if (!Exists(number))
            return WriteReply(output, Pop3Replies.NoSuchMessage);
        if (lines < 0 && ReadAhead is { } ahead && ahead.TryWrite(number - 1, output))
            return Retrieved();
        (_opened, _isTop, _top, _dots) = (number - 1, lines >= 0, new TopLineCounter(lines), default);
        _activity = Activity.Opening;
        Pop3Verdict verdict = _backend.Open(this, _opened, lines);
        return verdict.Kind == Pop3VerdictKind.Pending ? Next.Wait : OnOpenVerdict(verdict, output);
    }

    private Next OnOpenVerdict(Pop3Verdict verdict, Output output)
    {
        if (verdict.Kind == Pop3VerdictKind.Accept && Message is null && ReadAhead is { } ahead && ahead.TryWrite(_opened, output))
            return Retrieved();
        if (verdict.Kind != Pop3VerdictKind.Accept || Message is null)
            return RefuseMessage(verdict, output);
        if (verdict.Text is { } text)
            Pop3Replies.Positive(output, text);
        else if (_isTop)
            output.Write(Pop3Replies.TopFollows);
        else
            Pop3Replies.MessageFollows(output, Maildrop!.Size(_opened));
        _piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        _activity = Activity.Sending;
        _errors = 0;
        return Continue;
    }

    private Next Retrieved()
    {
        _errors = 0;
        return BackToCommands();
    }

    private Next RefuseMessage(Pop3Verdict verdict, Output output)
    {
        EndMessage();
        bool closes = verdict.Kind == Pop3VerdictKind.Close;
        // As at QUIT: who reads that this session is over may log in again.
        if (closes)
            ReleaseMaildrop();
        Pop3Replies.Negative(output, verdict.Text ?? Pop3Replies.CannotOpen);
        return closes ? Next.Close : BackToCommands();
    }

    private Next SendPiece(Output output)
    {
        int count = _backend.Read(this, _piece!);
        if (count != Pending)
            return OnPieceRead(count, output);
        _activity = Activity.ReadingPiece;
        return Next.Wait;
    }

    private Next OnPieceRead(int count, Output output)
    {
        _activity = Activity.Sending;
        if (count < 0)
        {
            // No final dot: the client must not take a part for the whole.
            EndMessage();
            return Next.Close;
        }
        int belongs = _isTop ? _top.Count(_piece.AsSpan(0, count)) : count;
        Encode(_piece.AsSpan(0, belongs), output);
        if (count > 0 && !(_isTop && _top.IsDone))
            return Continue;
        output.Advance(_dots.Finish(output.GetSpan(8)));
        EndMessage();
        return BackToCommands();
    }

    private void Encode(ReadOnlySpan<byte> content, Output output)
    {
        while (!content.IsEmpty)
        {
            _dots.Write(content, output.GetSpan(content.Length + content.Length / 16 + 64), out int consumed, out int written);
            output.Advance(written);
            content = content[consumed..];
        }
    }

    private void EndMessage()
    {
        Message?.Dispose();
        Message = null;
        if (_piece is { } piece)
            ArrayPool<byte>.Shared.Return(piece);
        _piece = null;
    }
}
