using MailModule.Engine.Serving.Handlers;
using MailModule.Mail.Logins.Server;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving;

/// <summary>
/// A login that a host's handlers are asked about before the module checks it. What fails counts as any that does:
/// guessing is slow, whoever judges.
/// </summary>
internal sealed class HandledLogin(SmtpSession session, SmtpDependencies dependencies, SaslExchange exchange)
{
    private readonly SmtpLogin _login = new(session, dependencies, exchange);

    public SaslExchange Exchange => exchange;

    /// <inheritdoc cref="SmtpLogin.MayTry"/>
    public bool MayTry() => _login.MayTry();

    public LoginRequest ToRequest() => HostLogins.RequestOf(exchange, session.Peer.VerifiedCertificate);

    /// <param name="user">Null: the name that the client told.</param>
    public Verdict Accept(string? user, Verdict accepted)
    {
        exchange.User = user ?? HostLogins.NameTold(exchange, session.Peer.VerifiedCertificate);
        _login.Judged(isRight: true);
        return accepted;
    }

    public Verdict Refuse(StepAnswer answer)
    {
        Verdict verdict = answer.Kind == StepAnswerKind.Close
            ? Verdict.Close(answer.Reply) : Verdict.Refuse(answer.Reply!);
        if (answer.Reply!.IsTemporary)
        {
            exchange.Clear();
            return verdict;
        }
        _login.Judged(isRight: false);
        return _login.Late(verdict);
    }

    /// <summary>What the host has answered about a password that proves itself.</summary>
    public Verdict Follow(SmtpBackend own, StepAnswer answer, string? secret)
    {
        if (answer.Kind == StepAnswerKind.Continue)
            return own.FindSecret(session, (SecretExchange)exchange);
        return SetSecret(secret);
    }

    /// <summary>The host knows no such user, which the client must not see yet.</summary>
    public Verdict HasNone() => SetSecret(null);

    private Verdict SetSecret(string? secret)
    {
        HostLogins.SetSecret(exchange, secret, dependencies.Policy().Accounts, dependencies.Log, "smtp");
        return Verdict.Accept;
    }
}
