using System.Buffers;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// Who a message is from and for: MAIL, RCPT, DATA, and what is known without asking.
internal sealed partial class TransactionRunner
{
    /// <summary>
    /// Recipients in one pipelined group: bounded, so that neither side fills the other's window while it writes (RFC
    /// 2920 §3.1).
    /// </summary>
    private const int GroupLimit = 100;

    /// <summary>
    /// Octets of a content that goes with its commands: as much as a new connection carries in its first round trips,
    /// and not too much to have sent for nothing where nobody is taken.
    /// </summary>
    private const int ChunkLimit = 32 * 1024;

    // RFC 2920 §3.1: the final dot may be the first of a group. The server answers both, so that a message costs one
    // round trip.
    private void BeginEarly(Output output)
    {
        while (_owner.EarlyTransaction() is { } next)
            if (!TryPrepare(next, ready: null) || TryBegin(next, output))
                return;
    }

    /// <summary>False: the content has no form yet that the server takes, and the transaction waits for it.</summary>
    private bool TryPrepare(SmtpClientTransaction transaction, Action? ready)
    {
        FailUnsupported(transaction);
        if (!transaction.HasWaiting)
            return true;
        var offer = new ContentOffer(Extensions.EightBitMime, Extensions.Utf8, EightBit);
        long length = transaction.Source.WireLength;
        bool isPrepared = transaction.Source.TryPrepare(offer, ready, out ContentRefusal? refusal);
        if (!isPrepared)
            (_next, _isAnswered) = (transaction, false);
        else if (refusal is not null)
            transaction.Refuse(refusal);
        else if (transaction.Source.WireLength != length)
            FailUnsupported(transaction);
        return isPrepared;
    }

    /// <summary>False: it has failed without a word to the server.</summary>
    private bool TryBegin(SmtpClientTransaction transaction, Output output)
    {
        transaction.IsDsnOffered = Extensions.Dsn;
        transaction.IsDeliverByOffered = Extensions.DeliverBy;
        if (!transaction.HasWaiting)
        {
            _owner.Completed(transaction);
            return false;
        }
        _transaction = transaction;
        _nextRecipient = 0;
        _mailRefused = false;
        _isAnswered = false;
        bool needsReset = _dialogue.HasMail;
        if (needsReset)
            _dialogue.Rset(output);
        if (!needsReset || Extensions.Pipelining)
            WriteEnvelope(output);
        return true;
    }

    private void OnRsetReply(Output output)
    {
        if (!Extensions.Pipelining && _transaction is not null)
            WriteEnvelope(output);
    }

    private void WriteEnvelope(Output output)
    {
        WriteMail(output);
        if (Extensions.Pipelining)
            WriteGroup(output);
    }

    // Refusals that need no round trip: the server has said what it takes.
    private void FailUnsupported(SmtpClientTransaction transaction)
    {
        // RFC 2852 §4: a host that knows nothing of the time would deliver it late
        if (transaction.DeliverBy is { Returns: true } && !Extensions.DeliverBy)
            transaction.Refuse(ContentRefusal.DeliverBy);
        if (Extensions.SizeLimit > 0 && transaction.Source.WireLength > Extensions.SizeLimit)
            transaction.FailRest(Fault.Limit, SmtpStage.Mail);
        // RFC 6531 §3.1: an address outside ASCII needs a server that takes it
        if (Extensions.Utf8)
            return;
        if (transaction.ReversePath.NeedsUtf8)
            transaction.FailRest(Fault.NotSupported, SmtpStage.Mail);
        for (int i = 0; i < transaction.Recipients.Count; i++)
            if (transaction.Recipients[i].Address.NeedsUtf8)
                transaction.Fail(i, Fault.NotSupported, SmtpStage.Rcpt);
    }

    private void WriteMail(Output output)
    {
        SmtpClientTransaction transaction = _transaction!;
        var parameters = new MailParameters
        {
            Size = Extensions.Size ? transaction.Source.WireLength : null,
            IsEightBit = Extensions.EightBitMime && transaction.Source.IsEightBit,
            IsUtf8 = Extensions.Utf8 && transaction.NeedsUtf8,
            Return = transaction.IsDsnOffered ? transaction.Return : default,
            EnvelopeId = transaction.IsDsnOffered ? transaction.EnvelopeId : null,
            DeliverBy = transaction.IsDeliverByOffered ? transaction.DeliverBy : null,
            Submitter = SubmitterOf(transaction),
            More = DsnParameters.Offered(transaction.More.Mail, transaction.IsDsnOffered),
        };
        _dialogue.Mail(transaction.ReversePath.WireText, parameters, output);
    }

    // RFC 4954 §5: a mailbox goes to every server that knows AUTH, for it to judge; "<>" to those that would take the
    // message for ours otherwise.
    private MailAddress? SubmitterOf(SmtpClientTransaction transaction)
    {
        if (transaction.Submitter is not { } submitter)
            return null;
        bool isHeard = submitter.IsNull
            ? _dialogue.IsLoggedIn
            : _dialogue.IsLoggedIn || Extensions.LoginMechanisms.Any();
        return isHeard ? submitter : null;
    }

    // RFC 2920 §3.1: MAIL, RCPT and DATA may leave in one write; DATA is the last of its group. BDAT may leave with
    // them as well, and the content with it.
    private void WriteGroup(Output output)
    {
        for (int i = 0; i < GroupLimit && TryWriteRcpt(output); i++)
        {
        }
        if (NextWaiting() >= 0)
            return;
        if (MayChunk(_transaction!))
            WriteChunk(output);
        else
            _dialogue.Data(output);
    }

    // In clear text something on the way may have let CHUNKING pass that does not know BDAT; a host that sends its own
    // messages knows its server. RFC 2033 §4.2 needs to know how many replies are due, before any has come.
    private bool MayChunk(SmtpClientTransaction transaction)
    {
        bool isMeant = Chunking == ChunkingUse.EveryMessage
            || (Chunking == ChunkingUse.FirstMessage && CompletedCount == 0 && _dialogue.IsTls);
        return isMeant && _awaitingFinalReply is null && Extensions.Chunking && Extensions.Pipelining
            && !Extensions.IsLmtp && transaction.MayChunk && transaction.Source.IsAtHand
            && transaction.Source.WireLength <= ChunkLimit;
    }

    private void WriteChunk(Output output)
    {
        SmtpClientTransaction transaction = _transaction!;
        _owner.Sending(transaction);
        // Behind the place of the line, which is known when the content is
        Span<byte> room = output.GetSpan(
            SmtpDialogue.ChunkLineLimit + (int)transaction.Source.WireLength + DotWriter.FinishRoom);
        room = room[SmtpDialogue.ChunkLineLimit..];
        if (!TryGather(room, out int length))
        {
            transaction.Refuse(ContentRefusal.Unreadable);
            return;
        }
        if (!_owner.MayEnd(transaction))
        {
            transaction.FailRest(Fault.Cancelled, SmtpStage.Mail);
            return;
        }
        _dialogue.Bdat(room[..length], isLast: true, output);
        transaction.AwaitsFinalReply = true;
        _owner.Sending(transaction);
    }

    /// <summary>False: the content cannot be read, or is longer than it said.</summary>
    private bool TryGather(Span<byte> room, out int length)
    {
        length = 0;
        var writer = new DotWriter { IsChunk = true };
        byte[] piece = ArrayPool<byte>.Shared.Rent(ChunkLimit);
        try
        {
            while (_transaction!.Source.TryRead(piece, _contentReady, out int count) && count >= 0)
            {
                if (count == 0)
                {
                    length += writer.Finish(room[length..]);
                    return true;
                }
                writer.Write(piece.AsSpan(0, count), room[length..], out int consumed, out int written);
                length += written;
                _transaction.Sent += count;
                if (consumed < count)
                    return false;
            }
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private bool TryWriteRcpt(Output output)
    {
        int index = NextWaiting();
        if (index < 0)
            return false;
        _nextRecipient = index + 1;
        Recipient recipient = _transaction!.ToSay(index);
        bool isDsnOffered = _transaction.IsDsnOffered;
        var parameters = new RcptParameters
        {
            Notify = isDsnOffered ? recipient.Notify : default,
            OriginalRecipient = isDsnOffered ? recipient.OriginalRecipient : null,
            IsUtf8 = isDsnOffered && Extensions.Utf8 && _transaction.NeedsUtf8,
            More = DsnParameters.Offered(_transaction.More.Rcpt?[index], isDsnOffered),
        };
        _dialogue.Rcpt(recipient.Address.WireText, parameters, output, index);
        return true;
    }

    private int NextWaiting()
    {
        int count = _transaction!.Recipients.Count;
        int index = _nextRecipient;
        while (index < count && (_transaction.IsFinal(index) || _transaction.IsSaidBefore(index)))
            index++;
        return index < count ? index : -1;
    }

    private void OnMailReply(Reply reply, Output output)
    {
        _isAnswered = true;
        if (reply.Code / 100 == 3)
        {
            QuitWith(reply, output);
            return;
        }
        if (!reply.IsPositive)
        {
            _mailRefused = true;
            _transaction!.ApplyReply(reply, SmtpStage.Mail);
        }
        ContinueEnvelope(output);
    }

    private void OnRcptReply(int index, Reply reply, Output output)
    {
        if (reply.Code / 100 == 3)
        {
            QuitWith(reply, output);
            return;
        }
        // After a refused MAIL the answers to pipelined RCPTs mean nothing.
        if (!_mailRefused)
            _transaction!.ApplyRcptReply(index, reply);
        ContinueEnvelope(output);
    }

    // After the reply to MAIL or RCPT: the next command in lock step, the next group when pipelining, or the end if
    // nobody is left.
    private void ContinueEnvelope(Output output)
    {
        if (_dialogue.AwaitsReply)
            return;
        if (_mailRefused)
            Complete(output);
        else if (NextWaiting() >= 0 && Extensions.Pipelining)
            WriteGroup(output);
        else if (TryWriteRcpt(output))
            return;
        else if (_transaction!.HasAccepted)
            _dialogue.Data(output);
        else
            Complete(output);
    }
}
