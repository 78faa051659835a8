using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>The envelope of a transaction: MAIL, RCPT, RSET.</summary>
public sealed partial class SmtpSession
{
    private RcptArgument _recipient;

    private Next Mail(ReadOnlySpan<byte> argument, Output output)
    {
        PathFault fault = MailArgument.TryParse(argument, out MailArgument mail);
        if (fault != PathFault.None)
            return WriteReply(ReplyTo(fault, Replies.BadMailSyntax501, Replies.BadSender501), output);
        // RFC 1870 §6.1 (1): refused at once when what is declared is beyond the limit
        if (Options.SizeLimit > 0 && mail.Size > Options.SizeLimit)
            return WriteReply(Replies.TooLarge552, output);
        DeclaredSize = mail.Size;
        _transaction.Begin(new Envelope
        {
            ReversePath = mail.ReversePath,
            Helo = Helo,
            Client = _peer?.RemoteEndPoint,
            AuthenticatedUser = AuthenticatedUser,
            EightBit = mail.EightBit,
            Utf8 = mail.Utf8,
            Return = mail.Return,
            EnvelopeId = mail.EnvelopeId,
        });
        return Ask(Activity.Mail, output);
    }

    private Next OnMailVerdict(bool isAccepted, Reply? reply, Output output)
    {
        if (isAccepted)
        {
            _state = SmtpState.Mail;
            return WriteAccepted(reply ?? Replies.SenderOk250, output);
        }
        _transaction.End();
        return WriteReply(reply ?? Replies.Refused550, output);
    }

    private Next Rcpt(ReadOnlySpan<byte> argument, Output output)
    {
        PathFault fault = RcptArgument.TryParse(argument, Envelope.Utf8, out _recipient);
        if (fault != PathFault.None)
            return WriteReply(ReplyTo(fault, Replies.BadRcptSyntax501, Replies.BadRecipient501), output);
        // RFC 5321 §4.5.3.1.10: 452, so that the client sends the rest in another transaction
        if (Envelope.Recipients.Count >= Options.RecipientLimit)
            return WriteReply(Replies.TooManyRecipients452, output);
        return Ask(Activity.Rcpt, output);
    }

    private Next OnRcptVerdict(bool isAccepted, Reply? reply, Output output)
    {
        if (!isAccepted)
            return WriteReply(reply ?? Replies.Refused550, output);
        _state = SmtpState.Rcpt;
        return WriteAccepted(reply ?? Replies.RecipientOk250, output);
    }

    private Next Rset(Output output)
    {
        DiscardTransaction();
        return WriteReply(Replies.Ok250, output);
    }

    /// <summary>Ends the transaction, if there is one, without a message kept.</summary>
    private void DiscardTransaction()
    {
        if (_state is not (SmtpState.Mail or SmtpState.Rcpt))
            return;
        _backend.Discard(this);
        EndTransaction();
    }

    private void EndTransaction()
    {
        _state = SmtpState.Ready;
        _transaction.End();
        _recipient = default;
    }

    private static Reply ReplyTo(PathFault fault, Reply badSyntax, Reply badAddress) => fault switch
    {
        PathFault.Syntax => badSyntax,
        PathFault.Address => badAddress,
        PathFault.NeedsUtf8 => Replies.NeedsUtf8553,
        PathFault.UnknownParameter => Replies.UnknownParameter555,
        _ => Replies.BadParameter501,
    };
}
