namespace MailModule.Transport;

/// <summary>What a session waits for after <see cref="ISession.Advance"/>.</summary>
internal enum Next
{
    /// <summary>More input; everything usable has been consumed.</summary>
    Read,
    /// <summary>
    /// The output to drain; Advance is called again as soon as the peer has taken it. For long answers in pieces.
    /// </summary>
    Write,
    /// <summary>
    /// Another thread (a worker, the committer): Advance is called again after <see cref="IPeer.Resume"/>.
    /// </summary>
    Wait,
    /// <summary>
    /// TLS: the output is sent, input left over is dropped (RFC 3207 §4.2), the handshake runs, then Advance is called
    /// again.
    /// </summary>
    StartTls,
    /// <summary>
    /// As <see cref="StartTls"/>, but input left over is the handshake's: what came before it said that TLS is next. Of
    /// a connection alone.
    /// </summary>
    BeginTls,
    /// <summary>Nothing: the output is sent and the connection closed.</summary>
    Close,
}

/// <summary>
/// One side of a protocol on one connection, pure: octets in, octets out, no socket, clock or file. The connection
/// calls it from one thread at a time, though not always the same one.
/// </summary>
internal interface ISession
{
    /// <summary>
    /// Carries the protocol forward as far as <paramref name="input"/> allows, and cuts what it has consumed from the
    /// front of it. The first call has no input: a server greets. Replies go to <paramref name="output"/>, which is
    /// sent when this returns. Called in a loop until it asks for something: after <see cref="Next.Read"/> it is called
    /// only when there is new input.
    /// </summary>
    Next Advance(ref ReadOnlySpan<byte> input, Output output);

    /// <summary>
    /// The deadline passed, or the engine stops: says goodbye (421, -ERR) if the protocol allows. The connection closes
    /// after it.
    /// </summary>
    void Expire(ExpiryReason reason, Output output);

    /// <summary>
    /// The peer has reset the connection while a wait is pending, perhaps: nobody will hear what comes of it. True: the
    /// session wants no more than its end, when the wait is over. Any thread, any time; must not block.
    /// </summary>
    bool PeerReset() => false;

    /// <summary>Called exactly once, last, whatever happened; never while Advance runs or a wait is pending.</summary>
    void Closed();
}

/// <summary>Why a connection that is still good ends.</summary>
internal enum ExpiryReason
{
    Idle,
    /// <summary>The peer sends or takes less than it must (<see cref="Pace"/>), or gets nothing done.</summary>
    Slow,
    Stopping,
    /// <summary>A fault of our own; the log has it.</summary>
    Fault,
}
