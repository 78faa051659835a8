using MailModule.Mail.Logins.Server;

namespace MailModule.Pop3.Server;

/// <summary>What the client has given to log in (RFC 1939 §7), and how often it was wrong.</summary>
internal struct Pop3Login
{
    /// <summary>Of USER.</summary>
    public string? User;

    /// <summary>Under way: it has all that the client tells.</summary>
    public SaslExchange? Exchange;

    /// <summary>Logins that failed by name or password.</summary>
    public int Failures;

    public void Forget() => (User, Exchange) = (null, null);
}
