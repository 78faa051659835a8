using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// A connection as a worker sees it that serves a pending wait of its session: it may read and write in the session's
/// name, and block. The session itself has no part in it.
/// </summary>
internal interface IBlockingPeer
{
    /// <inheritdoc cref="Connection.WaitForInput"/>
    ReadOnlySpan<byte> WaitForInput();

    /// <inheritdoc cref="Connection.Consume"/>
    void Consume(int count);

    /// <inheritdoc cref="Connection.SendBlocking"/>
    bool SendBlocking(ReadOnlySpan<byte> octets);

    /// <inheritdoc cref="Connection.WaitFault"/>
    Fault WaitFault { get; }

    /// <inheritdoc cref="Connection.Descriptor"/>
    nint Descriptor { get; }
}
