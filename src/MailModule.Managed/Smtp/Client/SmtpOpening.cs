using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>How far an opening has come.</summary>
internal enum OpeningStep
{
    /// <summary>A reply or the handshake is awaited, or the dialogue has ended.</summary>
    UnderWay,
    /// <summary>
    /// The server's challenge is to be answered: <see cref="SmtpOpening.ComputeResponse"/>, then
    /// <see cref="SmtpOpening.Continue"/>.
    /// </summary>
    Challenged,
    /// <summary>The server is ready for the first transaction.</summary>
    Ready,
}

/// <summary>
/// From the greeting to the first transaction: EHLO or HELO, STARTTLS, the login, as the options say.
/// </summary>
internal sealed class SmtpOpening(SmtpClientOptions options, SmtpDialogue dialogue)
{
    private LoginExchange? _login;

    /// <summary>After a reply that is no transaction's.</summary>
    public OpeningStep OnReply(ReplyTo to, Reply reply, Output output) => to switch
    {
        ReplyTo.Connect => OnGreeting(reply, output),
        ReplyTo.Ehlo => OnEhloReply(reply, output),
        ReplyTo.Helo => OnHeloReply(reply, output),
        ReplyTo.StartTls => OnStartTlsReply(reply, output),
        _ => OnLoginStep(_login!.OnReply(reply, output), output),
    };

    /// <summary>The handshake is over, or the response to a challenge is worked out.</summary>
    public void Continue(Output output)
    {
        if (dialogue.IsInHandshake)
        {
            dialogue.TlsStarted();
            dialogue.Ehlo(options.HostName, output);
        }
        else if (dialogue.IsChallenged)
            OnLoginStep(_login!.SendResponse(output), output);
    }

    /// <inheritdoc cref="LoginExchange.ComputeResponse"/>
    public void ComputeResponse() => _login!.ComputeResponse();

    private OpeningStep OnGreeting(Reply reply, Output output)
    {
        if (reply.Code != 220)
            return Quit(AttemptResult.FaultOf(reply), reply, output);
        dialogue.Ehlo(options.HostName, output);
        return OpeningStep.UnderWay;
    }

    private OpeningStep OnEhloReply(Reply reply, Output output)
    {
        if (reply.Code / 100 == 2)
            return Secure(output);
        if (reply.IsTemporary)
            return Quit(Fault.RefusedTemporary, reply, output);
        // RFC 5321 §3.2: a server that does not know EHLO is greeted with HELO. RFC 5321 §4.2.2: 500 to 504 are about
        // the command, the others about us: where the server closes behind one of these, it has refused us.
        dialogue.ContinueAfter(reply, reply.Code <= 504 ? Fault.Closed : AttemptResult.FaultOf(reply));
        dialogue.Helo(options.HostName, output);
        return OpeningStep.UnderWay;
    }

    private OpeningStep OnHeloReply(Reply reply, Output output)
        => reply.Code / 100 == 2 ? Secure(output) : Quit(AttemptResult.FaultOf(reply), reply, output);

    private OpeningStep Secure(Output output)
    {
        if (dialogue.IsTls || options.StartTls == StartTlsUse.Never)
            return LogIn(output);
        if (dialogue.Extensions.StartTls)
        {
            dialogue.StartTls(output);
            return OpeningStep.UnderWay;
        }
        return options.StartTls == StartTlsUse.Required
            ? Quit(Fault.Tls, null, output, "the server offers no TLS")
            : LogIn(output);
    }

    private OpeningStep OnStartTlsReply(Reply reply, Output output)
    {
        if (dialogue.IsInHandshake)
            return OpeningStep.UnderWay;
        if (options.StartTls == StartTlsUse.Required)
            return Quit(Fault.Tls, reply, output, "the server refuses STARTTLS");
        dialogue.ContinueAfter(reply, Fault.Closed);
        return LogIn(output);
    }

    // The strongest mechanism first.
    private OpeningStep LogIn(Output output)
    {
        if (options.Login is not { } login)
            return OpeningStep.Ready;
        bool maySendPassword = dialogue.IsTls || options.AllowsClearPassword;
        List<ISaslMechanism> offered = SaslMechanisms.OfferedBy(
            new SaslServer
            {
                Offered = [.. dialogue.Extensions.LoginMechanisms],
                EndPointBinding = dialogue.EndPointBinding,
            }, login);
        ISaslMechanism[] allowed = [.. offered.Where(mechanism => maySendPassword || !mechanism.IsClearText)];
        if (allowed.Length == 0 && SaslMechanisms.LackDigests(dialogue.Extensions.LoginMechanisms))
            return QuitLogin(new DialogueEnd(Fault.Tls, null, OpenSsl.Missing), output);
        if (allowed.Length == 0 && offered.Count > 0)
            return QuitLogin(new DialogueEnd(Fault.Tls, null, SaslMechanisms.NoTls), output);
        _login = new LoginExchange(dialogue, allowed);
        return OnLoginStep(_login.Begin(output), output);
    }

    private OpeningStep OnLoginStep(LoginStep step, Output output) => step switch
    {
        LoginStep.Done => OpeningStep.Ready,
        LoginStep.Challenged => OpeningStep.Challenged,
        LoginStep.Failed => QuitLogin(_login!.Failure!, output),
        _ => OpeningStep.UnderWay,
    };

    private OpeningStep QuitLogin(DialogueEnd failure, Output output)
    {
        dialogue.QuitWith(failure, output, SmtpStage.Auth);
        return OpeningStep.UnderWay;
    }

    private OpeningStep Quit(Fault fault, Reply? reply, Output output, string text = "")
    {
        dialogue.QuitWith(new DialogueEnd(fault, reply, text), output);
        return OpeningStep.UnderWay;
    }
}
