using System.Buffers;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// The message itself, in pieces, from DATA's 354 to the final dot.
public sealed partial class SmtpClientSession
{
    private Next WriteText(Output output)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength / 2);
        try
        {
            while (output.Length < PieceLength)
            {
                if (!_transaction!.Source.TryRead(piece, _textReady, out int count))
                    return Next.Wait;
                if (count < 0)
                    return Break(Fault.Io, null);
                if (count == 0)
                    return EndText(output);
                _transaction.Sent += count;
                WritePiece(piece.AsSpan(0, count), output);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
        _owner.Sending(_transaction!);
        return Next.Write;
    }

    private void WritePiece(ReadOnlySpan<byte> piece, Output output)
    {
        while (!piece.IsEmpty)
        {
            _dots.Write(piece, output.GetSpan(Math.Min(2 * piece.Length, PieceLength)), out int consumed, out int written);
            output.Advance(written);
            piece = piece[consumed..];
        }
    }

    private Next EndText(Output output)
    {
        output.Advance(_dots.Finish(output.GetSpan(5)));
        _owner.Sending(_transaction!);
        _mode = Mode.Dialogue;
        _transaction!.AwaitsVerdict = true;
        _awaited.Enqueue((Await.Verdict, -1));
        return Next.Read;
    }
}
