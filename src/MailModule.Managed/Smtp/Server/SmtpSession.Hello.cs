using System.Text;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>The beginning of a session: greeting, EHLO, HELO, STARTTLS.</summary>
public sealed partial class SmtpSession
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
    /// RFC 3207 §4.2: both sides forget everything said before. So the state is that of a new connection, the login is void, and
    /// what was pipelined after STARTTLS is thrown away here as well as below.
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
        ForgetLogin();
        _errors = 0;
        _state = SmtpState.Fresh;
        return Next.StartTls;
    }
}
