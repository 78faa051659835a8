namespace MailModule.Transport;

/// <summary>A socket that a <see cref="Poller"/> watches.</summary>
internal interface IPolled
{
    nint Descriptor { get; }

    /// <summary>By which the poller knows it; belongs to the poller.</summary>
    ulong PollTag { get; set; }

    /// <summary>
    /// Something has changed: told once for each change, on the poller's thread. Must not block, nor throw.
    /// </summary>
    void OnReadiness(bool isReadable, bool isWritable, bool isAtEnd);

    /// <summary>
    /// Nothing goes either way any more; told before <see cref="OnReadiness"/> is, and like that.
    /// </summary>
    void OnBroken()
    {
    }
}
