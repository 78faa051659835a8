using System.Text;
using MailModule.Mail.Logins.Server;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>
/// How a client logs in: AUTH (RFC 1734, RFC 5034), APOP, and USER with PASS (RFC 1939 §7). Each is an exchange; here
/// are its commands and lines, and what follows the verdicts.
/// </summary>
internal static class Pop3Authentication
{
    /// <summary>The mechanisms that the session can use now.</summary>
    public static MechanismSet Usable(Pop3Session session)
    {
        IPeer peer = session.Peer;
        return ServerMechanisms.Usable(
            session.Options.Logins.Mechanisms, session.PasswordAllowed,
            peer.IsTls && peer.EndPointBinding is not null, peer.IsTls && peer.VerifiedCertificate is not null);
    }

    /// <summary>AUTH with a mechanism, and perhaps the client's first message.</summary>
    public static Next Begin(Pop3Session session, ReadOnlySpan<byte> argument, Output output)
    {
        argument = argument.Trim((byte)' ');
        int end = argument.IndexOf((byte)' ');
        MechanismSet mechanism = ServerMechanisms.Find(end < 0 ? argument : argument[..end]);
        MechanismSet usable = Usable(session);
        if ((usable & mechanism) == 0)
            return session.Reject(output, WhyNot(session, mechanism));
        var channel = new LoginChannel(session.Options.HostName, usable, session.Peer.EndPointBinding)
        {
            TokenHint = session.Options.Logins.TokenHint,
        };
        SaslExchange exchange = ServerMechanisms.Begin(mechanism, channel);
        session.Login.Begin(exchange);
        if (end >= 0)
            return exchange.IsServerFirst
                ? EndExchange(session, Pop3Replies.ServerFirst, output)
                : TakeLine(session, argument[end..].TrimStart((byte)' '), output);
        exchange.Begin();
        return SendChallenge(session, output);
    }

    /// <summary>APOP: all that the client has to tell is in the command.</summary>
    public static Next BeginApop(Pop3Session session, Pop3Argument argument, Output output)
    {
        if (session.Login.Stamp is not { } stamp)
            return session.Reject(output, Pop3Replies.NoApop);
        byte[] digest = new byte[argument.Digest.Length / 2];
        Convert.FromHexString(argument.Digest, digest, out _, out _);
        session.Login.Begin(new ApopExchange(stamp, Encoding.UTF8.GetString(argument.Text), digest));
        return session.Ask(Pop3Question.FindSecret, output);
    }

    /// <summary>A line of the exchange of AUTH.</summary>
    public static Next TakeLine(Pop3Session session, ReadOnlySpan<byte> line, Output output)
        => Follow(session, session.Login.Exchange!.TakeLine(line), output);

    /// <summary>Ends the exchange, by a reply that says nothing about the login.</summary>
    public static Next EndExchange(Pop3Session session, ReadOnlySpan<byte> reply, Output output)
    {
        // A login that was accepted, and of whose proof the client will not know: its maildrop is given back with the
        // connection.
        bool closes = session.Messages is not null || !MayGoOn(session);
        session.Login.Forget();
        if (!closes)
            return session.Reject(output, reply);
        output.Write(reply);
        return Next.Close;
    }

    /// <summary>A refusal says that it cannot be told now; nothing has been tried.</summary>
    public static Next OnSecretVerdict(Pop3Session session, Pop3Verdict verdict, Output output)
        => verdict.Kind == Pop3VerdictKind.Accept
            ? Follow(session, session.Login.Exchange!.Accept(), output)
            : End(session, verdict.Text ?? Pop3Verdict.Temporary.Text!, verdict.Kind, output);

    /// <summary>An exchange may go on behind a login that is accepted, and behind one that is refused.</summary>
    public static Next OnLoginVerdict(Pop3Session session, Pop3Verdict verdict, Output output)
    {
        if (verdict.Kind == Pop3VerdictKind.PassedOn)
            return session.PassOn(verdict, output);
        if (verdict.Kind != Pop3VerdictKind.Accept || session.Messages is null)
            return Refuse(session, verdict, output);
        if (!session.TryHold(0))
            return Refuse(session, Pop3Verdict.NoMemory, output);
        session.Login.Words = verdict.Text;
        return Follow(session, session.Login.Exchange!.Accept(), output);
    }

    private static Next Follow(Pop3Session session, SaslProgress progress, Output output) => progress switch
    {
        SaslProgress.Challenge => SendChallenge(session, output),
        SaslProgress.FindSecret => session.Ask(Pop3Question.FindSecret, output),
        SaslProgress.Login => session.Ask(Pop3Question.Login, output),
        SaslProgress.Done => session.Enter(output),
        SaslProgress.Refused => End(
            session, session.Login.Words ?? Pop3Replies.LoginFailed, Pop3VerdictKind.Refuse, output),
        SaslProgress.Cancelled => EndExchange(session, Pop3Replies.AuthCancelled, output),
        _ => EndExchange(session, Pop3Replies.BadAuthResponse, output),
    };

    private static Next SendChallenge(Pop3Session session, Output output)
    {
        Pop3Replies.Challenge(output, session.Login.Exchange!.Challenge);
        return session.AwaitExchangeLine();
    }

    // RFC 3206 §4, RFC 2449 §8: what says nothing about the password is no failed login.
    private static Next Refuse(Pop3Session session, Pop3Verdict verdict, Output output)
    {
        string text = verdict.Text ?? (verdict.Kind == Pop3VerdictKind.Accept
            ? Pop3Verdict.Temporary.Text!
            : Pop3Replies.LoginFailed);
        if (Pop3Replies.IsOfNow(text))
            return End(session, text, verdict.Kind, output);
        session.Login.Failures++;
        session.Login.Words = text;
        return verdict.Kind == Pop3VerdictKind.Close
            ? End(session, text, verdict.Kind, output)
            : Follow(session, session.Login.Exchange!.Refuse(), output);
    }

    private static Next End(Pop3Session session, string text, Pop3VerdictKind kind, Output output)
    {
        session.Login.Forget();
        session.Messages = null;
        Pop3Replies.Negative(output, text);
        return kind == Pop3VerdictKind.Close || !MayGoOn(session) ? Next.Close : Pop3Session.Continue;
    }

    private static bool MayGoOn(Pop3Session session) => session.FailedLogins < session.Options.LoginLimit;

    // What TLS alone is missing for is told apart.
    private static ReadOnlySpan<byte> WhyNot(Pop3Session session, MechanismSet mechanism)
        => (mechanism & session.Options.Logins.Mechanisms & MechanismSet.ClearText) != 0
            ? Pop3Replies.TlsFirst
            : Pop3Replies.UnknownMechanism;
}
