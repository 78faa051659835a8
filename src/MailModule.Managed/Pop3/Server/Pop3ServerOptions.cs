using MailModule.Mail.Logins.Server;

namespace MailModule.Pop3.Server;

/// <summary>What a POP3 session needs to know; a snapshot, shared by sessions.</summary>
internal sealed record Pop3ServerOptions
{
    public string HostName
    {
        get;
        init
        {
            field = value;
            Greeting = GreetingOf(value);
        }
    } = "localhost";

    /// <summary>The text of the greeting, where nobody gives another.</summary>
    public string Greeting { get; private init; } = GreetingOf("localhost");

    public bool OfferStls { get; init; }
    /// <summary>What tells a password or token is allowed without TLS for this client.</summary>
    public bool PlainAuthWithoutTls { get; init; }
    public LoginOffer Logins { get; init; } = LoginOffer.Default;
    /// <summary>Makes the stamp of a greeting (RFC 1939 §7), with angle brackets; null: APOP is not offered.</summary>
    public Func<string>? NewStamp { get; init; }
    /// <summary>Days after which messages are deleted; 0: never.</summary>
    public int ExpireDays { get; init; }
    /// <summary>Seconds that have to be between two logins of a user; 0: none.</summary>
    public int LoginDelay { get; init; }
    /// <summary>Failed logins on one connection, the last of which closes it; nothing resets the count.</summary>
    public int LoginLimit { get; init; } = 3;
    /// <summary>Unwelcome commands on one connection, the last of which closes it; nothing resets the count.</summary>
    public int ErrorLimit { get; init; } = 20;
    public string Implementation { get; init; } = "MailModule";
    /// <summary>The verbs that sessions know.</summary>
    public Pop3StateTable Verbs { get; init; } = Pop3StateTable.Standard;
    /// <summary>The capabilities that CAPA names, where each is offered.</summary>
    public IReadOnlyList<Pop3Capability> Capabilities { get; init; } = Pop3Capability.Standard;

    private static string GreetingOf(string host) => $"{host} POP3 server ready";
}
