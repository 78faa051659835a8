using System.Text;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>Each verb's handler, and what follows from the verdict on it.</summary>
internal sealed partial class SmtpSession
{
    private bool MayAuthenticate => IsTls || Options.PlainAuthWithoutTls;

    private Next OnConnectVerdict(bool isAccepted, Reply? reply, Output output)
    {
        if (isAccepted && reply is null)
            Replies.Greeting220(output, Options);
        else
            output.Write((reply ?? Replies.NoService554).Wire);
        if (!isAccepted)
            _state = SmtpState.Refused;
        return Continue;
    }

    private Next Hello(ReadOnlySpan<byte> name, bool isEhlo, Output output)
    {
        // RFC 5321 §4.1.4: a name that does not check out is no reason to refuse; what could break a line is
        if (!AddressGrammar.IsTextWithoutControls(name))
            return WriteReply(Replies.BadHelo501, output);
        Helo = Encoding.UTF8.GetString(name);
        SaidEhlo = isEhlo;
        // RFC 5321 §4.1.4: EHLO in a session resets as RSET does
        DiscardTransaction();
        _state = SmtpState.Ready;
        if (isEhlo)
            Replies.Ehlo250(output, Options, Options.OfferStartTls && !IsTls, Options.OfferAuth && MayAuthenticate);
        else
            Replies.Helo250(output, Options);
        return Continue;
    }

    /// <summary>
    /// RFC 3207 §4.2: both sides forget everything said before. So the state is that of a new connection, the login is
    /// void, and what was pipelined after STARTTLS is thrown away here as well as below.
    /// </summary>
    private Next StartTls(ref ReadOnlySpan<byte> input, Output output)
    {
        if (IsTls)
            return WriteReply(Replies.TlsAlready503, output);
        if (!Options.OfferStartTls)
            return WriteReply(Replies.StartTlsOff502, output);
        output.Write(Replies.ReadyForTls220.Wire);
        input = default;
        Helo = "";
        SaidEhlo = false;
        _authentication = default;
        _errors = 0;
        _state = SmtpState.Fresh;
        return Next.StartTls;
    }

    private Next Auth(ReadOnlySpan<byte> argument, Output output)
    {
        if (CannotAuthenticate() is { } refusal)
            return WriteReply(refusal, output);
        int end = argument.IndexOf((byte)' ');
        if (!_authentication.TryBegin(end < 0 ? argument : argument[..end]))
            return WriteReply(Replies.UnknownMechanism504, output);
        if (end >= 0)
            return OnAuthResponse(argument[end..].TrimStart((byte)' '), output);
        output.Write(_authentication.Challenge);
        _activity = Activity.Auth;
        return Continue;
    }

    private Reply? CannotAuthenticate()
    {
        if (!Options.OfferAuth)
            return Replies.AuthOff502;
        if (!SaidEhlo)
            return Replies.EhloFirst503;
        // RFC 4954 §4: no second AUTH after a successful one
        if (AuthenticatedUser is not null)
            return Replies.LoggedInAlready503;
        return MayAuthenticate ? null : Replies.TlsFirst538;
    }

    private Next ReadAuthResponse(ref ReadOnlySpan<byte> input, Output output)
    {
        LineResult result = _lines.Read(ref input, out ReadOnlySpan<byte> line);
        if (result == LineResult.Incomplete)
            return Next.Read;
        _activity = Activity.Commands;
        return result == LineResult.TooLong
            ? WriteReply(Replies.AuthLineTooLong500, output)
            : OnAuthResponse(line, output);
    }

    private Next OnAuthResponse(ReadOnlySpan<byte> response, Output output)
    {
        switch (_authentication.Process(response))
        {
            case AuthProgress.AskPassword:
                output.Write(Replies.PasswordChallenge334);
                _activity = Activity.Auth;
                return Continue;
            case AuthProgress.Complete:
                return Ask(Activity.Login, output);
            case AuthProgress.Forbidden:
                return WriteReply(Replies.LoginFailed535, output);
            case AuthProgress.Cancelled:
                return WriteReply(Replies.AuthCancelled501, output);
            default:
                return WriteReply(Replies.BadAuthResponse501, output);
        }
    }

    private Next OnLoginVerdict(bool isAccepted, Reply? reply, Output output)
    {
        if (!isAccepted)
        {
            _authentication = default;
            return WriteReply(reply ?? Replies.LoginFailed535, output);
        }
        _authentication.Complete();
        return WriteAccepted(reply ?? Replies.LoggedIn235, output);
    }

    private Next Mail(ReadOnlySpan<byte> argument, Output output)
    {
        PathFault fault = MailArgument.TryParse(argument, out MailArgument mail);
        if (fault != PathFault.None)
            return WriteReply(ReplyTo(fault, Replies.BadMailSyntax501, Replies.BadSender501), output);
        // RFC 1870 §6.1 (1): refused at once when what is declared is beyond the limit
        if (Options.SizeLimit > 0 && mail.Size > Options.SizeLimit)
            return WriteReply(Replies.TooLarge552, output);
        _transaction.Begin(mail.Size, new Envelope
        {
            ReversePath = mail.ReversePath,
            Helo = Helo,
            Client = RemoteEndPoint,
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
        PathFault fault = _transaction.ParseRcpt(argument);
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

    /// <summary>Ends the transaction, if there is one; its message is not taken.</summary>
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
    }

    private static Reply ReplyTo(PathFault fault, Reply badSyntax, Reply badAddress) => fault switch
    {
        PathFault.Syntax => badSyntax,
        PathFault.Address => badAddress,
        PathFault.NeedsUtf8 => Replies.NeedsUtf8553,
        PathFault.UnknownParameter => Replies.UnknownParameter555,
        _ => Replies.BadParameter501,
    };

    private Next OnDataVerdict(bool isAccepted, Reply? reply, Output output)
    {
        bool hasRead = _transaction.HasContentBegun;
        if (!isAccepted && !hasRead)
        {
            DiscardTransaction();
            return WriteReply(reply ?? Replies.MessageRefused554, output);
        }
        if (!hasRead)
        {
            _transaction.BeginContent();
            output.Write(Replies.StartMailInput354.Wire);
        }
        if (!isAccepted)
            _transaction.Refusal = reply ?? Replies.MessageRefused554;
        _activity = Activity.Content;
        return Continue;
    }

    // Content that breaks a rule or was refused is read to its end, so that client and server agree on where the next
    // command begins, and refused there.
    private Next ReceiveContent(ref ReadOnlySpan<byte> input, Output output)
    {
        while (_transaction.TryRead(ref input, out ReadOnlySpan<byte> content))
            if (!_backend.Append(this, content))
                return Next.Wait;
        if (_transaction.AtEnd)
            return EndContent(output);
        if (!_transaction.IsEndless)
            return Next.Read;
        DiscardTransaction();
        return CloseWith(Replies.TooLarge552, Activity.Content, output);
    }

    private Next EndContent(Output output)
    {
        _activity = Activity.Commands;
        Reply? refusal = _transaction.Fault switch
        {
            ContentFault.None => _transaction.Refusal,
            ContentFault.TooLarge => Replies.TooLarge552,
            ContentFault.BareNewline => Replies.BareNewline550,
            _ => Replies.Looping554,
        };
        if (refusal is null)
            return Ask(Activity.EndOfData, output);
        DiscardTransaction();
        return WriteReply(refusal, output);
    }

    private Next OnEndOfDataVerdict(bool isAccepted, Reply? reply, Output output)
    {
        if (!isAccepted)
        {
            DiscardTransaction();
            return WriteReply(reply ?? Replies.MessageRefused554, output);
        }
        EndTransaction();
        return WriteAccepted(reply ?? Replies.MessageAccepted250, output);
    }
}
