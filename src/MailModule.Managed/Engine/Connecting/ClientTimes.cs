using MailModule.Transport.Blocking;

namespace MailModule.Engine.Connecting;

/// <summary>
/// A client's time-outs; null: as its protocol says, <see cref="Timeout.InfiniteTimeSpan"/>: none. Immutable.
/// </summary>
/// <param name="Connect">For one address, the way through a proxy included.</param>
/// <param name="Send">How long the server may take nothing.</param>
/// <param name="Receive">How long the server may take for a reply.</param>
public sealed record ClientTimes(TimeSpan? Connect = null, TimeSpan? Send = null, TimeSpan? Receive = null)
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(30);

    // RFC 5321 §4.5.3.2; RFC 1939 gives clients no times, and the same will do.
    private static readonly TimeSpan s_command = TimeSpan.FromMinutes(5);

    /// <summary>
    /// What the server must not be slower than, and how long a TLS handshake may take in all; null: any speed will do.
    /// </summary>
    internal ServerSpeed? Speed { get; init; }

    /// <summary>Null: they can be used.</summary>
    public string? FindProblem()
        => IsGood(Connect) && IsGood(Send) && IsGood(Receive) ? null : "a time-out is above 0, 0 or -1";

    /// <summary>How long a name's addresses may be looked up, too.</summary>
    internal TimeSpan ForConnecting => Connect ?? s_connect;

    internal BlockingTimeouts ForCommands => ForSending(s_command);

    /// <param name="standard">What the protocol gives a server to take what is sent.</param>
    internal BlockingTimeouts ForSending(TimeSpan standard)
        => new()
        {
            Connect = ForConnecting,
            Send = Send ?? standard,
            InAll = Speed?.Window ?? Timeout.InfiniteTimeSpan,
        };

    /// <param name="standard">What the protocol gives the reply that is waited for.</param>
    /// <param name="limit">What the settings give any.</param>
    internal TimeSpan ForReply(TimeSpan standard, TimeSpan limit)
        => Receive ?? (standard < limit ? standard : limit);

    private static bool IsGood(TimeSpan? time)
        => time is not { } given || given > TimeSpan.Zero || given == Timeout.InfiniteTimeSpan;
}
