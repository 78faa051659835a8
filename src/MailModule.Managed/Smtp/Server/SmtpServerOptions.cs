namespace MailModule.Smtp.Server;

/// <summary>What an SMTP session needs to know; a snapshot, shared by sessions.</summary>
internal sealed record SmtpServerOptions
{
    /// <summary>Our name in the greeting, EHLO and 221.</summary>
    public string HostName { get; init; } = "localhost";
    /// <summary>Largest message in octets on the wire; 0 = no limit (SIZE without a number).</summary>
    public long SizeLimit { get; init; }
    public bool OfferStartTls { get; init; }
    /// <summary>EHLO names DSN (RFC 3461). Its parameters are taken in any case.</summary>
    public bool OfferDsn { get; init; } = true;
    /// <summary>MAIL needs a login first (RFC 6409).</summary>
    public bool RequireAuth { get; init; }
    /// <summary>AUTH PLAIN and LOGIN are offered without TLS for this client.</summary>
    public bool PlainAuthWithoutTls { get; init; }
    /// <summary>There is at least one user who could log in.</summary>
    public bool OfferAuth { get; init; }
    /// <summary>A bare CR or LF in the content becomes CRLF, a NUL is taken out; else the message is refused after the
    /// dot.</summary>
    public bool NormalizeBareNewlines { get; init; }
    /// <summary>What a sender without a domain gets as its domain; null: such a one is refused.</summary>
    public string? SenderDomain { get; init; }
    public int RecipientLimit { get; init; } = 1000;
    /// <summary>Unwelcome commands on one connection before 421; nothing that is accepted between them resets the
    /// count.</summary>
    public int ErrorLimit { get; init; } = 20;
    /// <summary>So many of them are answered at once; of more the backend is asked (<see cref="ISmtpBackend.Unwelcome"/>).
    /// </summary>
    public int ErrorsAtOnce => ErrorLimit / 2;
    /// <summary>Failed logins on one connection, the last of which closes it; nothing resets the count.</summary>
    public int LoginLimit { get; init; } = 3;
    /// <summary>Received header fields before the message counts as looping (RFC 5321 §6.3).</summary>
    public int HopLimit { get; init; } = 100;
    /// <summary>The verbs that sessions know.</summary>
    public StateTable Verbs { get; init; } = StateTable.Standard;
    /// <summary>The extensions that EHLO names, where each is offered.</summary>
    public IReadOnlyList<EhloExtension> Extensions { get; init; } = EhloExtension.Standard;
}
