using System.Net;
using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// What a session sees of its connection: who the peer is, how the way to it is protected, how long it may be silent,
/// and how the session is carried on after a wait. A <see cref="Connection"/>, or one over memory for a session that
/// its caller steps. Called by the session inside its calls, except <see cref="Resume"/>.
/// </summary>
internal interface IPeer
{
    /// <summary>
    /// The peer's address: that at the other end of the connection, or the one that was told by who passes the
    /// connection on (PROXY, XCLIENT). Null: there is none, or it is not known.
    /// </summary>
    IPEndPoint? RemoteEndPoint { get; }

    /// <summary>The address at the other end of the connection itself; null if there is none.</summary>
    IPEndPoint? TransportEndPoint => RemoteEndPoint;

    /// <summary>This end's address, or the one that was told; null if there is none, or it is not known.</summary>
    IPEndPoint? LocalEndPoint => null;

    /// <summary>
    /// From now on the connection counts as one between these. False: the client has too many, and nothing is changed.
    /// </summary>
    bool TryActFor(GivenAddresses addresses) => false;

    /// <summary>TLS runs on this connection.</summary>
    bool IsTls { get; }

    /// <summary>
    /// Protocol version and cipher suite for trace headers, such as "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384"; null
    /// in clear text.
    /// </summary>
    string? TlsDescription { get; }

    /// <summary>
    /// What a login can be bound to: the hash of the server's certificate (RFC 5929 §4.1, tls-server-end-point); null
    /// in clear text, and where the certificate's signature names no one hash.
    /// </summary>
    byte[]? EndPointBinding => null;

    /// <summary>
    /// On a server's side: the name by which the client asked for the server (RFC 6066 §3), in small letters, whether
    /// there is a certificate for it or not; null if it named none.
    /// </summary>
    string? ServerName => null;

    /// <summary>
    /// On a server's side: the client's certificate, if one was asked for and it is good; null otherwise.
    /// </summary>
    VerifiedCertificate? VerifiedCertificate => null;

    /// <summary>
    /// Why the connection ended though the session had not asked for it; for <see cref="ISession.Closed"/>. None while
    /// it is good.
    /// </summary>
    Fault Fault { get; }

    /// <summary>What there is to say about <see cref="Fault"/> beside its name; null if nothing.</summary>
    string? FaultText { get; }

    /// <inheritdoc cref="ILink.IsReset"/>
    bool IsReset => false;

    /// <summary>How long the peer may stay silent (or take no output) before <see cref="ISession.Expire"/>.</summary>
    TimeSpan IdleTimeout { set; }

    /// <summary>
    /// The peer has this long from now on, whatever comes from it in between (<see cref="IdleTimeout"/> begins again
    /// with every octet).
    /// </summary>
    void SetDeadline(TimeSpan fromNow);

    /// <summary>
    /// What the peer owes from now on: a line or a message that is begun has a bound in time, where the peer has one
    /// (<see cref="Pace"/>). Content begins and ends with a call; asking again for what is expected changes nothing.
    /// </summary>
    void Expect(Expected what);

    /// <summary>
    /// The peer has got something done. One that does not, whatever it says, is at its end after a while.
    /// </summary>
    /// <param name="isLoggedIn">It is known now, and has all the time; false: its time begins again.</param>
    void GotDone(bool isLoggedIn);

    /// <summary>
    /// The session holds so many octets of memory now, in all. False: there is no room for more than it said last
    /// (<see cref="SessionMemory"/>), and it does without.
    /// </summary>
    bool TryHold(long octets);

    /// <summary>Ends a <see cref="Next.Wait"/>: exactly one call for each wait, from any thread, even before Advance
    /// has returned. May carry the session on, send its replies and go on reading, on the calling thread.</summary>
    void Resume();
}
