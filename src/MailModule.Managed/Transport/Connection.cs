using System.Net;

namespace MailModule.Transport;

/// <summary>
/// One TCP connection with its session, plain or TLS, accepted or dialled: the only place where octets meet a socket.
/// A session is advanced by whoever owns the connection at that moment: the I/O thread on a completion, the thread that called
/// <see cref="Resume"/>, or a worker inside a host callback. Never by two at once.
/// </summary>
public sealed class Connection
{
    public IPEndPoint RemoteEndPoint => throw new NotImplementedException();
    public IPEndPoint LocalEndPoint => throw new NotImplementedException();
    public bool IsTls => throw new NotImplementedException();
    /// <summary>Protocol version and cipher suite for trace headers, such as "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384"; null when plain.</summary>
    public string? TlsDescription => throw new NotImplementedException();
    /// <summary>The socket's descriptor; -1 when closed. It stays the connection's.</summary>
    public nint Descriptor => throw new NotImplementedException();

    /// <summary>How long the peer may stay silent (or take no output) before <see cref="ISession.Expire"/>.</summary>
    public TimeSpan IdleTimeout { get; set; }

    /// <summary>Ends a <see cref="Next.Wait"/>: exactly one call for each wait, from any thread, even before Advance has
    /// returned. May advance the session, send its replies and go on reading on the calling thread.</summary>
    public void Resume() => throw new NotImplementedException();

    /// <summary>While a wait is pending, for the worker that serves it: blocks until the peer's octets are there.
    /// Returns what is buffered (at least one octet; valid until the next call here), or empty on loss, expiry or stop (see <see cref="Lost"/>).</summary>
    public ReadOnlySpan<byte> WaitInput() => throw new NotImplementedException();

    /// <summary>Cuts octets from the front of what <see cref="WaitInput"/> gave.</summary>
    public void Consume(int count) => throw new NotImplementedException();

    /// <summary>While a wait is pending, for the worker that serves it: sends all, blocking; false on loss or expiry.</summary>
    public bool SendNow(ReadOnlySpan<byte> octets) => throw new NotImplementedException();

    /// <summary>The peer is gone (reset, closed while more was due) or the engine is stopping hard.</summary>
    public bool Lost => throw new NotImplementedException();

    /// <summary>Closes at once, from any thread; the session hears <see cref="ISession.Closed"/> when its owner has let go.</summary>
    public void Abort() => throw new NotImplementedException();
}
