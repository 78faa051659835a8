using MailModule.Primitives;

namespace MailModule.Transport.Blocking;

/// <summary>
/// How a host moves octets itself, in place of a connection's socket or above it (its own TLS). Nothing blocks but
/// <see cref="Wait"/>. Called by the connection's thread, save <see cref="Interrupt"/>.
/// </summary>
public interface IHostTransport
{
    /// <summary>What goes over it is protected, so passwords may go.</summary>
    bool IsSecure { get; }

    /// <summary>It waits by <see cref="Wait"/>; else <see cref="Socket"/> is waited for.</summary>
    bool CanWait { get; }

    /// <summary>What is waited for where it cannot wait; it stays the host's. -1: the connection's own.</summary>
    nint Socket { get; }

    /// <summary>What is there now; again, ended or failed if nothing.</summary>
    HostTransfer Read(Span<byte> target);

    /// <summary>As many as are taken now; again or failed if none.</summary>
    HostTransfer Write(ReadOnlySpan<byte> octets);

    /// <summary>
    /// Waits until one of these is there, the time is up or <see cref="Interrupt"/> was called since the last wait
    /// ended.
    /// </summary>
    /// <param name="atMost">May be <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    Fault Wait(Readiness wanted, TimeSpan atMost, out Readiness there);

    /// <summary>Any thread: ends the wait that is under way, or else the next one, at once. Must not block.</summary>
    void Interrupt();

    /// <summary>The last call; none is under way.</summary>
    void Close();
}

/// <summary>How one call of a host's transport came out.</summary>
public readonly record struct HostTransfer
{
    private HostTransfer(Transfer transfer) => Transfer = transfer;

    public static HostTransfer Ended => new(Transfer.Ended);

    internal Transfer Transfer { get; }

    /// <summary>With "again": what has to be there for the same call to come further.</summary>
    public Readiness Awaited { get; private init; }

    /// <summary>With "failed": what the host says.</summary>
    public Fault Fault { get; private init; }

    public static HostTransfer Moved(int count) => new(Transfer.Moved(count));

    public static HostTransfer Again(Readiness awaited) => new(Transfer.Again) { Awaited = awaited };

    public static HostTransfer Failed(Fault fault) => new(Transfer.Failed) { Fault = fault };
}
