using MailModule.Mail.Logins.Server;

namespace MailModule.Pop3.Server;

/// <summary>What the client has given to log in (RFC 1939 §7, RFC 5034), and how often it was wrong.</summary>
internal struct Pop3Login
{
    /// <summary>Of USER; after the login the user's own name.</summary>
    public string? User;

    /// <summary>Under way; null: none is.</summary>
    public SaslExchange? Exchange;

    /// <summary>What is said when the exchange ends; null: the ordinary answer.</summary>
    public string? Words;

    /// <summary>Of the greeting, with its angle brackets; null: APOP is not offered.</summary>
    public string? Stamp;

    /// <summary>Logins that failed by name or password.</summary>
    public int Failures;

    /// <summary>The client has said UTF8 (RFC 6856 §2).</summary>
    public bool IsUtf8;

    public void Begin(SaslExchange exchange) => (Exchange, Words) = (exchange, null);

    /// <summary>Whoever was to be logged in is not.</summary>
    public void Forget()
    {
        Exchange?.Clear();
        (User, Exchange, Words) = (null, null, null);
    }
}
