using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// An address with its port, or the name of a host, to which any number of next hops may lead: how many connections it
/// gets from all of them together, how it has failed, and who waits for one of its connections to end. It begins with a
/// few connections and gets one more for each message that it takes; after a failure there is one attempt at a time.
/// Guarded by the table's lock.
/// </summary>
internal sealed class Peer
{
    private const int FirstWindow = 4;

    /// <summary>How long a failure is remembered: as long as it took to see it, within these.</summary>
    private static readonly TimeSpan ShortestMemory = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestMemory = TimeSpan.FromSeconds(30);

    private readonly int _limit;
    private int _window;
    private int _ready;
    private AttemptResult? _failure;
    private DateTimeOffset _failedUntil;

    public Peer(string name, int limit)
    {
        Name = name;
        _limit = limit;
        _window = Math.Min(FirstWindow, limit);
        Waiting = new MailBeforeReports<Destination>(destination => destination.AwaitedPeer == this);
    }

    /// <summary>For the log, too.</summary>
    public string Name { get; }

    /// <summary>Connections under way, ready or not.</summary>
    public int Connections { get; private set; }

    /// <summary>It has taken a message, and has not failed since.</summary>
    public bool IsProven { get; private set; }

    /// <summary>The destinations that wait for a connection to end.</summary>
    public MailBeforeReports<Destination> Waiting { get; }

    public DateTimeOffset LastUsed { get; private set; }

    /// <summary>When the log was told last that others wait.</summary>
    public DateTimeOffset LastLogged { get; set; }

    public bool IsIdle => Connections == 0 && Waiting.Count == 0;

    /// <summary>Connections that may be begun now.</summary>
    public int Room => (_failure is null ? _window : 1) - Connections;

    /// <summary>How it has failed a moment ago; null if an attempt is worth while.</summary>
    public AttemptResult? KnownFailure(DateTimeOffset now) => now < _failedUntil ? _failure : null;

    public void Connect(DateTimeOffset now)
    {
        Connections++;
        LastUsed = now;
    }

    public void BecomeReady()
    {
        _ready++;
        if (_failure is null)
            return;
        _failure = null;
        _window = Math.Min(FirstWindow, _limit);
    }

    public void Delivered()
    {
        IsProven = true;
        _window = Math.Min(_window + 1, _limit);
    }

    public void Disconnect(bool wasReady)
    {
        Connections--;
        if (wasReady)
            _ready--;
    }

    /// <summary>A connection to it, which counts no more, has failed without having been of use.</summary>
    /// <param name="began">When that connection was begun.</param>
    /// <param name="longest">How long the failure may be remembered.</param>
    public void Fail(AttemptResult failure, DateTimeOffset began, DateTimeOffset now, TimeSpan longest)
    {
        _window = Math.Max(1, _ready);
        // It serves others: perhaps it wants no more connections than it has.
        if (_ready > 0)
            return;
        IsProven = false;
        // Without the reply's stage, for to others who are led here nothing was said.
        _failure = new AttemptResult
        {
            Kind = AttemptResultKind.Deferred,
            Fault = failure.Fault,
            Enhanced = failure.Enhanced,
            Happened = failure.Happened,
        };
        TimeSpan memory = now - began;
        memory = memory < ShortestMemory ? ShortestMemory : memory > LongestMemory ? LongestMemory : memory;
        _failedUntil = now + (memory < longest ? memory : longest);
    }

    /// <summary>The next attempt is worth while, whatever has failed.</summary>
    public void ForgetFailure() => _failedUntil = default;

    /// <summary>A failure of the host itself, whoever is led there: no connection, or none that was of use.</summary>
    public static bool IsDown(AttemptResult end)
        => end.Reply is null && end.Stage != SmtpStage.Tls && end.Stage != SmtpStage.Auth
            && end.Fault is Fault.Connect or Fault.Timeout or Fault.Closed;
}
