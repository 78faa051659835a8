using System.Net;
using MailModule.Primitives;

namespace MailModule.Transport.Blocking;

/// <summary>Where something failed. The C edge gives the numbers as they are.</summary>
public enum ErrorLayer
{
    None = 0,
    /// <summary>The call itself: nothing was sent.</summary>
    Use = 1,
    Resolve = 2,
    Connect = 3,
    Proxy = 4,
    /// <summary>Handshake, certificate, or TLS that broke later.</summary>
    Tls = 5,
    /// <summary>The connection was lost, or was silent too long.</summary>
    Network = 6,
    Protocol = 7,
    /// <summary>The host has cancelled, or a callback of its has failed.</summary>
    Host = 8,
}

/// <summary>Why a call of a <see cref="BlockingConnection"/> failed, as data.</summary>
/// <param name="Text">For a person.</param>
internal sealed record ConnectionError(Fault Fault, ErrorLayer Layer, string Text)
{
    /// <summary>The operating system's number; 0: it had none.</summary>
    public int SystemError { get; init; }

    /// <summary>The alert that the peer has sent (RFC 8446 §6); -1: none is known.</summary>
    public int TlsAlert { get; init; } = -1;

    public CertificateProblems Certificate { get; init; }

    /// <summary>Who was spoken to; null: nobody.</summary>
    public IPEndPoint? Peer { get; init; }
}
