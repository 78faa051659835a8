using System.Globalization;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// Who it is from and for: MAIL, RCPT, DATA.
public sealed partial class SmtpClientSession
{
    private void BeginTransaction(Output output)
    {
        _nextRecipient = 0;
        _mailRefused = false;
        RefuseWhatCannotGo(_transaction!);
        if (!_transaction!.Recipients.Any(recipient => !recipient.IsFinal))
        {
            Complete(output);
            return;
        }
        _needsReset = true;
        WriteMail(output);
        if (Extensions.Pipelining)
            WriteGroup(output);
    }

    // Refusals that need no round trip: the server has said what it takes.
    private void RefuseWhatCannotGo(SmtpTransaction transaction)
    {
        if (Extensions.SizeLimit > 0 && transaction.Source.WireLength > Extensions.SizeLimit)
            transaction.FailRest(Fault.Limit);
        // RFC 6531 §3.1: an address outside ASCII needs a server that takes it
        if (Extensions.Utf8)
            return;
        if (transaction.ReversePath.NeedsUtf8)
            transaction.FailRest(Fault.NotSupported);
        foreach (RecipientResult recipient in transaction.Recipients)
            if (recipient.Address.NeedsUtf8 && !recipient.IsFinal)
                recipient.Fail(Fault.NotSupported);
    }

    private void WriteMail(Output output)
    {
        output.Write("MAIL FROM:<");
        output.Write(_transaction!.ReversePath.Text);
        output.Write(">");
        if (Extensions.Size)
            output.Write(" SIZE=" + _transaction.Source.WireLength.ToString(CultureInfo.InvariantCulture));
        if (Extensions.EightBitMime && _transaction.Source.IsEightBit)
            output.Write(" BODY=8BITMIME");
        if (Extensions.Utf8 && (_transaction.ReversePath.NeedsUtf8 || _transaction.Recipients.Any(recipient => recipient.Address.NeedsUtf8)))
            output.Write(" SMTPUTF8");
        output.Write("\r\n");
        _awaited.Enqueue((Await.Mail, -1));
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
        output.Write("RCPT TO:<");
        output.Write(_transaction!.Recipients[index].Address.Text);
        output.Write(">\r\n");
        _awaited.Enqueue((Await.Rcpt, index));
        return true;
    }

    private int NextWaiting()
    {
        IReadOnlyList<RecipientResult> recipients = _transaction!.Recipients;
        int index = _nextRecipient;
        while (index < recipients.Count && recipients[index].IsFinal)
            index++;
        return index < recipients.Count ? index : -1;
    }

    private void WriteData(Output output) => Say(output, "DATA", "", Await.Data);

    private void AnswerMail(Reply reply, Output output)
    {
        if (reply.Code / 100 != 2)
        {
            _mailRefused = true;
            if (reply.IsPositive)
                _transaction!.FailRest(Fault.Protocol, reply);
            else
                _transaction!.Judge(reply);
        }
        GoOn(output);
    }

    private void AnswerRcpt(int index, Reply reply, Output output)
    {
        RecipientResult recipient = _transaction!.Recipients[index];
        // RFC 5321 §3.3, §4.3.2: 250, 251 and 252 all take the recipient; after a refused MAIL the answers to pipelined RCPTs mean nothing
        if (recipient.State == RecipientState.Waiting && !_mailRefused)
        {
            if (reply.Code / 100 == 2)
                recipient.Accept();
            else
                recipient.Refuse(reply);
        }
        GoOn(output);
    }

    // After the reply to MAIL or RCPT: the next command in lock step, the next group when pipelining, or the end if nobody is left.
    private void GoOn(Output output)
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

    private void AnswerData(Reply reply, Output output)
    {
        bool granted = reply.Code == 354;
        if (granted && _transaction!.HasAccepted)
        {
            _mode = Mode.Text;
            _dots = default;
            _owner.Sending(_transaction);
        }
        else if (granted)
        {
            // RFC 2920 §3.1: granted though every recipient was refused; the empty text is ended at once
            output.Write(".\r\n");
            _awaited.Enqueue((Await.EmptyVerdict, -1));
        }
        else
        {
            if (_transaction!.HasAccepted)
                RefuseAccepted(reply);
            Complete(output);
        }
    }

    private void RefuseAccepted(Reply reply)
    {
        foreach (RecipientResult recipient in _transaction!.Recipients)
            if (recipient.State == RecipientState.Accepted)
                recipient.Refuse(reply);
    }
}
