using System.Net;
using MailModule.Mail.Logins.Server;

namespace MailModule.Smtp.Server;

/// <summary>Gives the reply that refuses a client that XCLIENT names, in octets, or null.</summary>
/// <param name="client">Null: it has no address.</param>
/// <param name="options">For the session, which is that client's from then on.</param>
internal delegate byte[]? XclientJudge(IPAddress? client, out SmtpServerOptions options);

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
    /// <summary>What of <see cref="DeliveryTimeOffers"/> there is; null: nothing.</summary>
    public DeliveryTimeOffers? Times { get; init; }
    /// <summary>MAIL needs a login first (RFC 6409).</summary>
    public bool RequireAuth { get; init; }
    /// <summary>What tells a password or token is offered without TLS for this client.</summary>
    public bool PlainAuthWithoutTls { get; init; }
    /// <summary>There is at least one user who could log in.</summary>
    public bool OfferAuth { get; init; }
    public LoginOffer Logins { get; init; } = LoginOffer.Default;
    /// <summary>Those of <see cref="Logins"/>.</summary>
    public MechanismSet Mechanisms
    {
        get => Logins.Mechanisms;
        init => Logins = Logins with { Mechanisms = value };
    }
    /// <summary>A bare CR or LF in the content becomes CRLF, a NUL is taken out; else the message is refused after the
    /// dot.</summary>
    public bool NormalizeBareNewlines { get; init; }
    /// <summary>What a sender without a domain gets as its domain; null: such a one is refused.</summary>
    public string? SenderDomain { get; init; }
    public SmtpServerLimits Limits { get; init; } = SmtpServerLimits.Default;
    /// <summary>The client may use XCLIENT, and this judges whom it names; null: it may not.</summary>
    public XclientJudge? Xclient { get; init; }
    /// <summary>The verbs that sessions know.</summary>
    public StateTable Verbs { get; init; } = StateTable.Standard;
    /// <summary>They are those of LMTP (RFC 2033).</summary>
    public bool IsLmtp => Verbs.IsLmtp;
    /// <summary>The extensions that EHLO names, where each is offered.</summary>
    public IReadOnlyList<EhloExtension> Extensions { get; init; } = EhloExtension.Standard;
}
