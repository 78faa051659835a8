using MailModule.Engine.Serving.Handlers;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Primitives;
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

    public LoginRequest ToRequest() => new(exchange.Mechanism, exchange.User, exchange.Identity)
    {
        Password = exchange is PasswordExchange given ? given.Password : default(ReadOnlyMemory<byte>),
        Token = exchange is OAuthExchange token ? token.Token : "",
        Certificate = exchange is ExternalExchange ? session.Peer.VerifiedCertificate?.Subject ?? "" : "",
    };

    /// <param name="user">Null: the name that the client told.</param>
    public Verdict Accept(string? user, Verdict accepted)
    {
        exchange.User = user ?? NameTold();
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
        if (secret is null)
            return SetSecret(null);
        if (StoredPassword.TryParse(secret, out StoredPassword password, out string error))
            return SetSecret(password);
        dependencies.Log.Write(LogLevel.Error, "smtp", $"a password that the host has given has no form: {error}");
        return SetSecret(null);
    }

    /// <summary>The host knows no such user, which the client must not see yet.</summary>
    public Verdict HasNone() => SetSecret(null);

    // EXTERNAL tells no user of its own, and perhaps nobody at all.
    private string NameTold()
        => exchange.User.Length > 0 ? exchange.User
            : exchange.Identity.Length > 0 ? exchange.Identity
            : exchange is ExternalExchange ? session.Peer.VerifiedCertificate?.Subject ?? "" : "";

    private Verdict SetSecret(StoredPassword? password)
    {
        ((SecretExchange)exchange).Secret = dependencies.Policy().Accounts.SecretOfHost(
            exchange.User, password, ServerMechanisms.Find(exchange.Mechanism));
        return Verdict.Accept;
    }
}
