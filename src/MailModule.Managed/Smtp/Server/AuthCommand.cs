using MailModule.Mail.Logins.Server;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>AUTH (RFC 4954): the command, the lines of its exchange, and what follows the verdicts.</summary>
internal static class AuthCommand
{
    /// <summary>The mechanisms that the session can use now.</summary>
    public static MechanismSet Usable(SmtpSession session)
    {
        (SmtpServerOptions options, IPeer peer) = (session.Options, session.Peer);
        return options.OfferAuth
            ? ServerMechanisms.Usable(
                options.Mechanisms, peer.IsTls || options.PlainAuthWithoutTls,
                peer.IsTls && peer.EndPointBinding is not null, peer.IsTls && peer.VerifiedCertificate is not null)
            : MechanismSet.None;
    }

    /// <summary>What speaks against the command; null: nothing.</summary>
    public static Reply? Check(SmtpSession session, ReadOnlySpan<byte> argument)
    {
        if (!session.Options.OfferAuth)
            return Replies.AuthOff502;
        // RFC 4954 §4: no second AUTH after a successful one
        if (session.AuthenticatedUser is not null)
            return Replies.LoggedInAlready503;
        MechanismSet mechanism = MechanismOf(argument);
        if ((Usable(session) & mechanism) != 0)
            return null;
        // RFC 4954 §4, §6: what TLS alone is missing for
        return (mechanism & session.Options.Mechanisms & MechanismSet.ClearText) != 0
            ? Replies.TlsFirst538
            : Replies.UnknownMechanism504;
    }

    public static Next Begin(SmtpSession session, ReadOnlySpan<byte> argument, Output output)
    {
        int end = argument.IndexOf((byte)' ');
        var channel = new LoginChannel(session.Options.HostName, Usable(session), session.Peer.EndPointBinding)
        {
            TokenHint = session.Options.Logins.TokenHint,
        };
        SaslExchange exchange = ServerMechanisms.Begin(MechanismOf(argument), channel);
        session.Authentication.Begin(exchange);
        if (end >= 0)
            return exchange.IsServerFirst
                ? EndExchange(session, Replies.ServerFirst501, output)
                : TakeLine(session, argument[end..].TrimStart((byte)' '), output);
        exchange.Begin();
        return SendChallenge(session, output);
    }

    public static Next TakeLine(SmtpSession session, ReadOnlySpan<byte> line, Output output)
        => Follow(session, session.Authentication.Exchange!.TakeLine(line), null, output);

    /// <summary>Ends the exchange, by a reply that says nothing about the login.</summary>
    // What an exchange has told of a refused login is said once more by any way out of it.
    public static Next EndExchange(SmtpSession session, Reply reply, Output output)
    {
        session.Authentication.Forget();
        return MayGoOn(session)
            ? session.WriteReply(reply, output)
            : session.CloseWith(Replies.TooManyLogins421, output);
    }

    public static Verdict AskForSecret(SmtpSession session)
        => session.Backend.FindSecret(session, (SecretExchange)session.Authentication.Exchange!);

    public static Verdict AskLogin(SmtpSession session)
        => session.Authentication.AskBackend(session.Backend, session);

    /// <summary>A refusal says that it cannot be told now; nothing has been tried.</summary>
    public static Next EndSecret(SmtpSession session, bool isAccepted, Reply? reply, Output output)
        => isAccepted
            ? Follow(session, session.Authentication.Exchange!.Accept(), null, output)
            : End(session, reply ?? Replies.LoginFailed535, output);

    /// <summary>A refusal with a reply of its own says nothing about the password, unless it is final.</summary>
    public static Next EndLogin(SmtpSession session, bool isAccepted, Reply? reply, Output output)
    {
        if (isAccepted)
            return Follow(session, session.Authentication.Exchange!.Accept(), reply, output);
        return reply is { Code: < 500 }
            ? End(session, reply, output)
            : Follow(session, session.Authentication.Fail(reply), null, output);
    }

    private static Next Follow(SmtpSession session, SaslProgress progress, Reply? loggedIn, Output output)
        => progress switch
        {
            SaslProgress.Challenge => SendChallenge(session, output),
            SaslProgress.FindSecret => session.Ask(Question.FindSecret, output),
            SaslProgress.Login => session.AskOfRule(output),
            SaslProgress.Done => Complete(session, loggedIn ?? Replies.LoggedIn235, output),
            SaslProgress.Refused
                => End(session, session.Authentication.Refusal ?? Replies.LoginFailed535, output),
            SaslProgress.Cancelled => EndExchange(session, Replies.AuthCancelled501, output),
            _ => EndExchange(session, Replies.BadAuthResponse501, output),
        };

    private static MechanismSet MechanismOf(ReadOnlySpan<byte> argument)
    {
        int end = argument.IndexOf((byte)' ');
        return ServerMechanisms.Find(end < 0 ? argument : argument[..end]);
    }

    private static Next SendChallenge(SmtpSession session, Output output)
    {
        Replies.Challenge334(output, session.Authentication.Exchange!.Challenge);
        return session.AwaitAuthLine();
    }

    private static Next End(SmtpSession session, Reply reply, Output output)
    {
        session.Authentication.Forget();
        Next next = session.WriteVerdict(reply, output);
        return MayGoOn(session) ? next : session.CloseWith(Replies.TooManyLogins421, output);
    }

    private static Next Complete(SmtpSession session, Reply reply, Output output)
    {
        session.Authentication.Complete();
        session.Peer.GotDone(isLoggedIn: true);
        return session.WriteVerdict(reply, output);
    }

    private static bool MayGoOn(SmtpSession session) => session.FailedLogins < session.Options.Limits.Logins;
}
