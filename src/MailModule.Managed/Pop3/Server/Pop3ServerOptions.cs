namespace MailModule.Pop3.Server;

/// <summary>What a POP3 session needs to know; a snapshot, shared by sessions.</summary>
internal sealed record Pop3ServerOptions
{
    public string HostName { get; init; } = "localhost";
    public bool OfferStls { get; init; }
    /// <summary>USER and PASS are allowed without TLS for this client.</summary>
    public bool PlainAuthWithoutTls { get; init; }
    /// <summary>Failed logins on one connection, the last of which closes it; nothing resets the count.</summary>
    public int LoginLimit { get; init; } = 3;
    /// <summary>Unwelcome commands on one connection, the last of which closes it; nothing resets the count.</summary>
    public int ErrorLimit { get; init; } = 20;
    public string Implementation { get; init; } = "MailModule";
    /// <summary>The verbs that sessions know.</summary>
    public Pop3StateTable Verbs { get; init; } = Pop3StateTable.Standard;
    /// <summary>The capabilities that CAPA names, where each is offered.</summary>
    public IReadOnlyList<Pop3Capability> Capabilities { get; init; } = Pop3Capability.Standard;
}
