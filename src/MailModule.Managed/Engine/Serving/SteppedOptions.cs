using System.Net;

namespace MailModule.Engine.Serving;

/// <summary>Who a session is with that its host steps.</summary>
public sealed record SteppedOptions
{
    /// <summary>Null: the client has no address, and is not trusted.</summary>
    public IPEndPoint? Client { get; init; }

    /// <summary>Where the client came to; null: not known.</summary>
    public IPEndPoint? Server { get; init; }

    /// <summary>Version and cipher of the TLS that runs already; null: none does.</summary>
    public string? Tls { get; init; }

    /// <summary>
    /// Called from any thread when a session that waits can be stepped again; it must not step it itself.
    /// </summary>
    public Action? Wake { get; init; }

    /// <summary>STARTTLS or STLS is offered: the host has a TLS.</summary>
    public bool OffersTls { get; init; }

    /// <summary>Of SMTP servers.</summary>
    public SmtpProtocol Protocol { get; init; }
}

/// <summary>What a session waits for; the numbers are the C edge's <c>MM_WANTS_…</c>.</summary>
public enum SteppedWant
{
    Read = 1,
    /// <summary>That its output is taken; then a step without octets.</summary>
    Write = 2,
    /// <summary>An answer that is owed; then a step without octets.</summary>
    Wait = 3,
    /// <summary>That the host's TLS runs.</summary>
    Tls = 4,
    Close = 5,
}
