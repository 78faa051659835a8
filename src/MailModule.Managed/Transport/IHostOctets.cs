namespace MailModule.Transport;

[Flags]
public enum Readiness
{
    None = 0,
    Input = 1,
    Room = 2,
}

/// <summary>
/// How a host moves octets itself, under a <see cref="CallbackLink"/>. Reading and writing never block; they are called
/// by one thread at a time, perhaps while another is in <see cref="Wait"/>.
/// </summary>
internal interface IHostOctets
{
    /// <summary>What is there now; again, ended or failed if nothing.</summary>
    Transfer Read(Span<byte> target);

    /// <summary>As many as are taken now; again or failed if none.</summary>
    Transfer Write(ReadOnlySpan<byte> octets);

    /// <summary>
    /// Blocks, on a worker, until one of these is there, the time is up or <see cref="Interrupt"/> was called since the
    /// last wait began; says which of these are there. One thread at a time.
    /// </summary>
    Readiness Wait(Readiness wanted, TimeSpan atMost);

    /// <summary>
    /// Any thread: ends the wait that is under way, or else the next one, at once. Must not block: others that
    /// interrupt, and the wait's end, wait for it.
    /// </summary>
    void Interrupt();

    /// <summary>The last call; no other is under way.</summary>
    void Close();
}
