using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// A connection as a worker sees it that serves a pending wait of its session: it may read and write in the session's
/// name, and block. The session itself has no part in it.
/// </summary>
internal interface IBlockingPeer
{
    /// <summary>
    /// Blocks until the peer's octets are there. Returns what is buffered (at least one octet; valid until the next
    /// call here), or empty on loss, expiry or stop.
    /// </summary>
    /// <param name="known">So many octets are buffered already, and more are waited for. Where none come, the answer
    /// may be those.</param>
    ReadOnlySpan<byte> WaitForInput(int known = 0);

    /// <summary>Cuts octets from the front of what <see cref="WaitForInput"/> gave.</summary>
    void Consume(int count);

    /// <summary>Sends all, blocking; false on loss or expiry.</summary>
    /// <remarks>Called by the session itself, inside its Advance, where there is nothing to wait for: what the peer
    /// does not take at once is queued.</remarks>
    bool SendBlocking(ReadOnlySpan<byte> octets);

    /// <summary>Why <see cref="WaitForInput"/> gave nothing; None where the peer has ended its side in order.</summary>
    Fault WaitFault { get; }

    /// <summary>The socket's descriptor; -1 when closed, or if there is none. It stays the connection's.</summary>
    nint Descriptor { get; }
}
