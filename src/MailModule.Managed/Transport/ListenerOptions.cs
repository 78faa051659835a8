using System.Net;

namespace MailModule.Transport;

/// <summary>What a <see cref="Listener"/> serves, and where.</summary>
internal sealed record ListenerOptions
{
    /// <summary>Addresses and ports to bind; port 0 takes a free one, the same for all of them.</summary>
    public required IReadOnlyList<IPEndPoint> EndPoints { get; init; }

    /// <summary>
    /// Makes the session of a new connection, on the I/O thread: quickly. May set the connection's timeouts.
    /// </summary>
    public required Func<Connection, ISession> CreateSession { get; init; }

    /// <summary>TLS from the first octet, with <see cref="Tls"/>.</summary>
    public bool IsTlsFirst { get; init; }

    /// <summary>For STARTTLS and <see cref="IsTlsFirst"/>; null: no TLS.</summary>
    public ITlsSettings? Tls { get; init; }

    /// <summary>
    /// What an address is told that may not connect, as <see cref="Refusal"/>; null: it may. Asked on the thread that
    /// accepts, before anything is made for the connection.
    /// </summary>
    public Func<IPAddress, byte[]?> WhyBarred { get; init; } = static _ => null;

    /// <summary>
    /// Sent, in plain, to a client that a limit keeps out ("421 …", "-ERR …"); empty: the connection is just closed.
    /// </summary>
    public ReadOnlyMemory<byte> Refusal { get; init; }

    /// <summary>As <see cref="Refusal"/>, where it is the limit of the client's address.</summary>
    public ReadOnlyMemory<byte> RefusalOfAddress { get; init; }

    /// <summary>
    /// A connection from this address begins with a PROXY header, or ends; asked for each, on the thread that accepts.
    /// </summary>
    public Func<IPAddress, bool> ExpectsProxyHeader { get; init; } = static _ => false;

    /// <summary>How long that header may take.</summary>
    public TimeSpan ProxyHeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public int Backlog { get; init; } = 1024;
}
