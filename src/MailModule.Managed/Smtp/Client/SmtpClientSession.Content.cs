using System.Buffers;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// The message itself, in pieces, from DATA's 354 to the final dot.
internal sealed partial class SmtpClientSession
{
    private Next WriteContent(Output output)
    {
        WaitFor(SmtpStage.Content);
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength / 2);
        try
        {
            while (output.Length < PieceLength)
            {
                if (!_transaction!.Source.TryRead(piece, _contentReady, out int count))
                    return Next.Wait;
                if (count < 0)
                    return End(Fault.Io, null, "the message could not be read");
                if (count == 0)
                    return EndContent(output);
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
            _dots.Write(piece, output.GetSpan(Math.Min(2 * piece.Length, PieceLength)), out int consumed,
                out int written);
            output.Advance(written);
            piece = piece[consumed..];
        }
    }

    // RFC 5321 §4.1.1.4: after the dot the server's buffers are empty, whatever it answers; no RSET is needed.
    private Next EndContent(Output output)
    {
        output.Advance(_dots.Finish(output.GetSpan(Lines.DotWriter.FinishRoom)));
        _owner.Sending(_transaction!);
        _mode = Mode.Dialogue;
        _awaited.Enqueue((Await.EndOfData, -1));
        _awaitingFinalReply = _transaction!;
        _awaitingFinalReply.AwaitsFinalReply = true;
        _transaction = null;
        _needsReset = false;
        if (Extensions.Pipelining)
            BeginEarly(output);
        return Next.Read;
    }
}
