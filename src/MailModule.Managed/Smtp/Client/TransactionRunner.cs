using System.Buffers;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// Drives whole transactions over a dialogue that is open, as its owner gives them: with pipelining (RFC 2920) where
/// the server offers it, a result for each recipient, and the next transaction begun behind the final dot of the last.
/// It says which commands come next and what their replies mean for a message; <see cref="SmtpDialogue"/> has the rest.
/// </summary>
/// <remarks>
/// Who has the dialogue reads its replies and hands over those of transactions (<see cref="IsOfTransaction"/>); what is
/// to be said goes to the output of the turn. Two transactions at most are under way: one whose final dot is out
/// (<see cref="_awaitingFinalReply"/>), and the one that commands are written for (<see cref="_transaction"/>), which
/// may have begun in the same write. Replies come in the order of the commands, so the dot's is the first of both.
/// </remarks>
internal sealed partial class TransactionRunner
{
    private const int PieceLength = 64 * 1024;

    private readonly SmtpDialogue _dialogue;
    private readonly ITransactionOwner _owner;
    private readonly Action _contentReady;

    /// <summary>Handed out, and not begun: its content has no form yet that the server takes.</summary>
    private SmtpClientTransaction? _next;
    private SmtpClientTransaction? _transaction;
    private SmtpClientTransaction? _awaitingFinalReply;
    private int _nextRecipient;
    private bool _mailRefused;
    private bool _isAnswered;

    /// <param name="contentReady">Run when a content that was not there yet (<see cref="IMessageSource"/>) is; then the
    /// dialogue's next turn begins, with <see cref="BeginNext"/> if <see cref="IsPreparing"/>.</param>
    public TransactionRunner(SmtpDialogue dialogue, ITransactionOwner owner, Action contentReady)
    {
        _dialogue = dialogue;
        _owner = owner;
        _contentReady = contentReady;
    }

    public EightBitUse EightBit { get; init; }

    public ChunkingUse Chunking { get; init; }

    /// <summary>The owner had no transaction more, and none is under way.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Nothing is said until the next transaction's content is ready.</summary>
    public bool IsPreparing { get; private set; }

    /// <summary>Nothing is waited for any more.</summary>
    public bool IsEnding { get; set; }

    /// <summary>
    /// Transactions on this connection that came to the server's answer: after one, an end at
    /// <see cref="SmtpStage.Idle"/> or <see cref="SmtpStage.Mail"/> says nothing about the host.
    /// </summary>
    public int CompletedCount { get; private set; }

    private ServerExtensions Extensions => _dialogue.Extensions;

    /// <summary>The reply is for <see cref="OnReply"/>.</summary>
    public static bool IsOfTransaction(ReplyTo to)
        => to is ReplyTo.Mail or ReplyTo.Rcpt or ReplyTo.Data or ReplyTo.FinalDot or ReplyTo.LastChunk or ReplyTo.Rset;

    /// <summary>
    /// Begins with the first transaction; or, when <see cref="IsPreparing"/>, with the one that was waited for.
    /// </summary>
    public void BeginNext(Output output)
    {
        IsDone = false;
        while ((_next ?? _owner.NextTransaction(Extensions)) is { } next)
        {
            _next = null;
            IsPreparing = !TryPrepare(next, IsEnding ? null : _contentReady);
            if (IsPreparing || TryBegin(next, output))
                return;
        }
        IsDone = true;
    }

    public void OnReply(AwaitedReply answered, Reply reply, Output output)
    {
        switch (answered.To)
        {
            case ReplyTo.Mail:
                OnMailReply(reply, output);
                break;
            case ReplyTo.Rcpt:
                OnRcptReply(answered.Number, reply, output);
                break;
            case ReplyTo.Data:
                OnDataReply(reply, output);
                break;
            case ReplyTo.FinalDot:
                OnFinalReply(reply, output);
                break;
            case ReplyTo.LastChunk:
                OnLastChunkReply(reply, output);
                break;
            default:
                OnRsetReply(output);
                break;
        }
    }

    /// <summary>The dialogue is in the content: its next piece.</summary>
    public Next WriteContent(Output output)
    {
        _dialogue.Await();
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength / 2);
        try
        {
            while (output.Length < PieceLength)
            {
                if (!_transaction!.Source.TryRead(piece, _contentReady, out int count))
                    return Next.Wait;
                if (count < 0)
                    return AbandonContent(new DialogueEnd(Fault.Io, null, "the message could not be read"));
                if (count == 0)
                    return EndContent(output);
                _transaction.Sent += count;
                _dialogue.Content(piece.AsSpan(0, count), output);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
        _owner.Sending(_transaction!);
        return Next.Write;
    }

    /// <summary>The dialogue has ended, and with it what is under way.</summary>
    public void End()
    {
        DialogueEnd end = _dialogue.End!;
        bool isFirst = CompletedCount == 0 && _awaitingFinalReply is null;
        if (_awaitingFinalReply is { } sent)
            Fail(sent, end);
        if (_transaction is { } transaction)
            FailOrReturn(transaction, end, isFirst);
        if (_next is { } next)
            FailOrReturn(next, end, isFirst);
        _awaitingFinalReply = _transaction = _next = null;
        IsPreparing = false;
    }

    private void OnDataReply(Reply reply, Output output)
    {
        if (_dialogue.IsInContent && _transaction!.HasAccepted)
            _owner.Sending(_transaction);
        else if (_dialogue.IsInContent)
            // RFC 2920 §3.1: granted though every recipient was refused; the empty content is ended at once
            _dialogue.EndContent(output);
        else if (reply.IsPositive)
            QuitWith(reply, output);
        else
        {
            _transaction!.ApplyReply(reply, SmtpStage.Data);
            Complete(output);
        }
    }

    private Next AbandonContent(DialogueEnd why)
    {
        _dialogue.Abandon(why);
        End();
        return Next.Close;
    }

    private Next EndContent(Output output)
    {
        if (!_owner.MayEnd(_transaction!))
            return AbandonContent(new DialogueEnd(Fault.Cancelled, null, "given up"));
        _dialogue.EndContent(output, Extensions.IsLmtp ? _transaction!.AcceptedCount : 1);
        _owner.Sending(_transaction!);
        _awaitingFinalReply = _transaction!;
        _awaitingFinalReply.AwaitsFinalReply = true;
        _transaction = null;
        if (Extensions.Pipelining)
            BeginEarly(output);
        return Next.Read;
    }

    private void OnFinalReply(Reply reply, Output output)
    {
        if (_awaitingFinalReply is not { } transaction)
        {
            Complete(output); // the dot ended nothing
            return;
        }
        if (Extensions.IsLmtp)
            transaction.ApplyLmtpReply(reply);
        else
            transaction.ApplyReply(reply, SmtpStage.EndOfData);
        if (transaction.HasAccepted)
            return; // RFC 2033 §4.2: a reply for each of them follows
        _awaitingFinalReply = null;
        transaction.AwaitsFinalReply = false;
        CompletedCount++;
        _owner.Completed(transaction);
        if (_transaction is null)
            BeginNext(output);
    }

    // RFC 3030 §2: where MAIL or all recipients were refused, the server has dropped the chunk, and refuses it.
    private void OnLastChunkReply(Reply reply, Output output)
    {
        SmtpClientTransaction transaction = _transaction!;
        transaction.AwaitsFinalReply = false;
        bool isUnknownVerb = reply.Code is 500 or 501 or 502 or 504 || (reply.Code == 503 && transaction.HasAccepted);
        if (isUnknownVerb)
        {
            // What stood behind the line was taken for commands.
            _dialogue.Abandon(new DialogueEnd(
                Fault.Protocol, reply, "the server offers CHUNKING and does not know BDAT"));
            return;
        }
        transaction.ApplyReply(reply, SmtpStage.EndOfData);
        Complete(output);
    }

    private void Complete(Output output)
    {
        SmtpClientTransaction transaction = _transaction!;
        _transaction = null;
        CompletedCount++;
        _owner.Completed(transaction);
        BeginNext(output);
    }

    private void QuitWith(Reply reply, Output output)
        => _dialogue.QuitWith(new DialogueEnd(Fault.Protocol, reply), output);

    private void Fail(SmtpClientTransaction transaction, DialogueEnd end)
    {
        transaction.FailRest(end.Fault, _dialogue.Stage, end.Reply, end.Fault == Fault.Protocol ? end.Text : "");
        _owner.Completed(transaction);
    }

    // RFC 5321 §3.8: a server may close between two transactions; what it has not answered was not begun.
    private void FailOrReturn(SmtpClientTransaction transaction, DialogueEnd end, bool isFirst)
    {
        bool isKnown = !transaction.AwaitsFinalReply || end.Reply is { Code: 421 };
        if (_isAnswered || isFirst || !isKnown || end.Fault == Fault.Cancelled)
            Fail(transaction, end);
        else
            _owner.Returned(transaction);
    }
}
