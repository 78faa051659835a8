namespace MailModule.Transport.Blocking;

/// <summary>
/// How long a <see cref="BlockingConnection"/> waits; <see cref="Timeout.InfiniteTimeSpan"/>: without an end.
/// </summary>
internal sealed record BlockingTimeouts
{
    public static readonly BlockingTimeouts Default = new();

    /// <summary>For one address, the way through a proxy included; and for a peer's silence in a TLS handshake.
    /// </summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the peer may take nothing.</summary>
    public TimeSpan Send { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the peer may be silent.</summary>
    public TimeSpan Receive { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// For a whole handshake, and for the next octet that is received, however many come before that are none of the
    /// peer's words: under TLS a record counts when it is whole.
    /// </summary>
    public TimeSpan InAll { get; init; } = Timeout.InfiniteTimeSpan;
}
