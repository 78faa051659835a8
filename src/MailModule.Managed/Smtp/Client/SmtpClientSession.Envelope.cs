using System.Buffers.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// Transactions: who a message is from and for (MAIL, RCPT, DATA), and what became of it.
internal sealed partial class SmtpClientSession
{
    private void BeginNext(Output output)
    {
        while (_owner.NextTransaction(this) is { } next)
            if (TryBegin(next, output))
                return;
        Quit(output);
    }

    // RFC 2920 §3.1: the final dot may be the first of a group. The server answers both, so that a message costs one
    // round trip.
    private void BeginEarly(Output output)
    {
        while (_owner.EarlyTransaction(this) is { } next)
            if (TryBegin(next, output))
                return;
    }

    /// <summary>False: it has failed without a word to the server.</summary>
    private bool TryBegin(SmtpClientTransaction transaction, Output output)
    {
        transaction.IsDsnOffered = Extensions.Dsn;
        FailUnsupported(transaction);
        if (!transaction.HasWaiting)
        {
            _owner.Completed(transaction);
            return false;
        }
        _transaction = transaction;
        _nextRecipient = 0;
        _mailRefused = false;
        _isAnswered = false;
        if (_needsReset)
            WriteCommand(output, "RSET"u8, "", Await.Rset);
        if (!_needsReset || Extensions.Pipelining)
            WriteEnvelope(output);
        return true;
    }

    private void OnRsetReply(Output output)
    {
        if (!Extensions.Pipelining)
            WriteEnvelope(output);
    }

    private void WriteEnvelope(Output output)
    {
        _needsReset = true;
        WriteMail(output);
        if (Extensions.Pipelining)
            WriteGroup(output);
    }

    // Refusals that need no round trip: the server has said what it takes.
    private void FailUnsupported(SmtpClientTransaction transaction)
    {
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
        output.Write("MAIL FROM:<"u8);
        output.Write(_transaction!.ReversePath.Text);
        output.Write(">"u8);
        if (Extensions.Size)
            WriteSize(_transaction.Source.WireLength, output);
        if (Extensions.EightBitMime && _transaction.Source.IsEightBit)
            output.Write(" BODY=8BITMIME"u8);
        if (Extensions.Utf8 && _transaction.NeedsUtf8)
            output.Write(" SMTPUTF8"u8);
        if (Extensions.Dsn)
            DsnParameters.WriteMail(_transaction, output);
        output.Write("\r\n"u8);
        _awaited.Enqueue((Await.Mail, -1));
    }

    private static void WriteSize(long length, Output output)
    {
        output.Write(" SIZE="u8);
        Utf8Formatter.TryFormat(length, output.GetSpan(20), out int written);
        output.Advance(written);
    }

    // RFC 2920 §3.1: MAIL, RCPT and DATA may leave in one write; DATA is the last of its group.
    private void WriteGroup(Output output)
    {
        for (int i = 0; i < GroupLimit && TryWriteRcpt(output); i++)
        {
        }
        if (NextWaiting() < 0)
            WriteData(output);
    }

    private bool TryWriteRcpt(Output output)
    {
        int index = NextWaiting();
        if (index < 0)
            return false;
        _nextRecipient = index + 1;
        Recipient recipient = _transaction!.Recipients[index];
        output.Write("RCPT TO:<"u8);
        output.Write(recipient.Address.Text);
        output.Write(">"u8);
        if (Extensions.Dsn)
            DsnParameters.WriteRcpt(recipient, Extensions.Utf8 && _transaction.NeedsUtf8, output);
        output.Write("\r\n"u8);
        _awaited.Enqueue((Await.Rcpt, index));
        return true;
    }

    private int NextWaiting()
    {
        int count = _transaction!.Recipients.Count;
        int index = _nextRecipient;
        while (index < count && _transaction.IsFinal(index))
            index++;
        return index < count ? index : -1;
    }

    private void WriteData(Output output) => WriteCommand(output, "DATA"u8, "", Await.Data);

    private void OnMailReply(Reply reply, Output output)
    {
        _isAnswered = true;
        if (reply.Code / 100 == 3)
        {
            QuitWith(Fault.Protocol, reply, output);
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
            QuitWith(Fault.Protocol, reply, output);
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
        if (_awaited.Count > 0)
            return;
        if (_mailRefused)
            Complete(output);
        else if (NextWaiting() >= 0 && Extensions.Pipelining)
            WriteGroup(output);
        else if (TryWriteRcpt(output))
            return;
        else if (_transaction!.HasAccepted)
            WriteData(output);
        else
            Complete(output);
    }

    private void OnDataReply(Reply reply, Output output)
    {
        bool granted = reply.Code == 354;
        if (granted && _transaction!.HasAccepted)
        {
            _mode = Mode.Content;
            _dots = default;
            _owner.Sending(_transaction);
        }
        else if (granted)
        {
            // RFC 2920 §3.1: granted though every recipient was refused; the empty content is ended at once
            output.Write(".\r\n"u8);
            _awaited.Enqueue((Await.EndOfEmptyData, -1));
        }
        else if (reply.IsPositive)
            QuitWith(Fault.Protocol, reply, output);
        else
        {
            _transaction!.ApplyReply(reply, SmtpStage.Data);
            Complete(output);
        }
    }

    private void OnFinalReply(Reply reply, Output output)
    {
        SmtpClientTransaction transaction = _awaitingFinalReply!;
        _awaitingFinalReply = null;
        transaction.AwaitsFinalReply = false;
        transaction.ApplyReply(reply, SmtpStage.EndOfData);
        TransactionsCompleted++;
        _owner.Completed(transaction);
        if (_transaction is null)
            BeginNext(output);
    }

    private void Complete(Output output)
    {
        SmtpClientTransaction transaction = _transaction!;
        _transaction = null;
        TransactionsCompleted++;
        _owner.Completed(transaction);
        BeginNext(output);
    }
}
