using System.Net;

namespace MailModule.Transport;

/// <summary>
/// What moves octets under a connection: a socket, memory, a host's callbacks, or TLS over any of these. Nothing here
/// blocks. Called by the connection's owner, one thread at a time; <see cref="Abort"/> by any.
/// </summary>
internal interface ILink
{
    /// <summary>Room that <see cref="Receive"/> may ask for: what one record of TLS holds (RFC 8446 §5.1).</summary>
    const int LeastRoom = 16 * 1024;

    /// <summary>Stands for the address of who has none, or none that is known: nobody's, and in no network.</summary>
    static readonly IPEndPoint NoAddress = new(IPAddress.Any, 0);

    /// <summary>The other end; what stands for it where there is no address.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>This end; null if there is no address, or none any more.</summary>
    IPEndPoint? LocalEndPoint => null;

    /// <inheritdoc cref="LocalEndPoint"/>
    IPAddress? LocalAddress => LocalEndPoint?.Address;

    /// <summary>The system's descriptor; -1 if there is none, or none any more. It stays the link's.</summary>
    nint Descriptor => -1;

    /// <summary>What was agreed in a TLS handshake; null in clear text, and before the handshake has ended.</summary>
    TlsSession? Tls => null;

    /// <summary>In words, why something was <see cref="TransferState.Failed"/>; null before.</summary>
    string? Failure { get; }

    /// <summary>All that <see cref="Send"/> has taken has left.</summary>
    bool IsFlushed => true;

    /// <summary>
    /// The peer has reset the connection, as the system has told without being asked; not every system does. Any
    /// thread.
    /// </summary>
    bool IsReset => false;

    /// <summary>Octets of those sent that the peer's system has not taken yet, as far as that can be told.</summary>
    long InFlight => 0;

    /// <summary>Octets have come that nobody will read, so that closing now would reset the connection.</summary>
    bool HasUnread { get; }

    /// <summary>
    /// Binds the link to its owner, once. <see cref="ILinkOwner.OnBegun"/> is then called once: on the thread that
    /// serves the link if it has one, else before this returns. False: the system refuses, and nothing is called.
    /// </summary>
    bool TryBegin(ILinkOwner owner);

    /// <summary>
    /// What has to be agreed with the peer before octets flow; moved: nothing (any more). Again: to be called again
    /// when there is input. May cost milliseconds, so on workers only.
    /// </summary>
    Transfer Handshake() => Transfer.Moved(0);

    /// <summary>
    /// True: there may be input now. False: <see cref="ILinkOwner.OnInput"/> is called once when there is. Asking again
    /// before that changes nothing.
    /// </summary>
    bool AwaitInput();

    /// <summary>Takes input that is there.</summary>
    /// <param name="target">Of at least <see cref="LeastRoom"/> octets.</param>
    Transfer Receive(Memory<byte> target);

    /// <summary>
    /// Takes octets to send; as many as it takes now. If these are not all, or not all of them have left,
    /// <see cref="ILinkOwner.OnRoom"/> is called when more goes. With no octets: sends on what it has taken before.
    /// </summary>
    Transfer Send(ReadOnlySpan<byte> octets);

    /// <summary>Tells the peer in the link's own protocol, if it has one, that no more is sent.</summary>
    void NotifyClose()
    {
    }

    /// <summary>
    /// Ends the direction to the peer after what has been sent, and leaves the other open; false if that cannot be.
    /// </summary>
    bool EndOutput();

    /// <summary>Any thread: ends both directions at once; the owner is told as of input.</summary>
    void Abort();

    /// <summary>Gives everything back. A call of the owner may still be under way.</summary>
    void Close();
}

/// <summary>Whom a link tells of what happens; any thread may call, and be used to serve the connection.</summary>
internal interface ILinkOwner
{
    /// <summary>The link has begun; see <see cref="ILink.TryBegin"/>.</summary>
    void OnBegun();

    /// <summary>There may be input: octets, their end, or a failure.</summary>
    void OnInput();

    /// <summary>More can be sent, or a failure can be seen.</summary>
    void OnRoom();

    /// <summary><see cref="ILink.IsReset"/> is true from now on; whatever the owner waits for. Must not block.
    /// </summary>
    void OnReset()
    {
    }
}

/// <summary>What was agreed in a TLS handshake.</summary>
/// <param name="Description">Version and cipher, as in "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384".</param>
/// <param name="IsPeerVerified">The peer's certificate bears its name, and is good.</param>
internal sealed record TlsSession(string Description, bool IsPeerVerified)
{
    /// <inheritdoc cref="IPeer.EndPointBinding"/>
    public byte[]? EndPointBinding { get; init; }

    /// <inheritdoc cref="IPeer.ServerName"/>
    public string? ServerName { get; init; }

    /// <inheritdoc cref="IPeer.VerifiedCertificate"/>
    public VerifiedCertificate? VerifiedCertificate { get; init; }
}

internal enum TransferState
{
    /// <summary>So many octets have moved; of input at least one.</summary>
    Moved,
    /// <summary>Nothing could be moved now.</summary>
    Again,
    /// <summary>The peer has ended its side in order.</summary>
    Ended,
    /// <summary>The link is broken: <see cref="ILink.Failure"/>.</summary>
    Failed,
}

internal readonly record struct Transfer(TransferState State, int Count)
{
    public static Transfer Again => new(TransferState.Again, 0);
    public static Transfer Ended => new(TransferState.Ended, 0);
    public static Transfer Failed => new(TransferState.Failed, 0);
    public static Transfer Moved(int count) => new(TransferState.Moved, count);
}
