using System.Net;
using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// The connection of a session that its caller steps (<see cref="SteppedSession"/>): the caller says who the peer is,
/// how the way to it is protected and what time it is, and reads here how long the session lets the peer be silent.
/// </summary>
internal sealed class MemoryPeer : IPeer
{
    private readonly CountedMemory _memory = new();
    private Deadlines _deadlines = new();
    private int _isResumed;

    private (GivenAddresses Own, GivenAddresses? Given) _ends = (new GivenAddresses(null, null), null);

    public IPEndPoint? RemoteEndPoint
    {
        get => (_ends.Given ?? _ends.Own).Client;
        init => _ends.Own = _ends.Own with { Client = value };
    }

    public IPEndPoint? LocalEndPoint
    {
        get => (_ends.Given ?? _ends.Own).Server;
        init => _ends.Own = _ends.Own with { Server = value };
    }

    public IPEndPoint? TransportEndPoint => _ends.Own.Client;
    public bool IsTls { get; set; }
    public string? TlsDescription { get; set; }
    public byte[]? EndPointBinding { get; set; }
    public string? ServerName { get; set; }
    public VerifiedCertificate? VerifiedCertificate { get; set; }
    public Fault Fault { get; set; }
    public string? FaultText { get; set; }
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The caller's time, counted from any moment of its choice. It does not go back.</summary>
    public TimeSpan Now { get; set; }

    /// <summary>Until when the peer has time, whatever comes from it; MaxValue: for ever.</summary>
    public TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>
    /// Called when a wait is over, on the thread that gave the answer, perhaps before the step that began the wait has
    /// returned: the caller takes the next step on a thread of its own. Null: the caller knows without it.
    /// </summary>
    public Action? Resumed { get; init; }

    public void SetDeadline(TimeSpan fromNow)
        => Deadline = fromNow >= TimeSpan.FromDays(365) ? TimeSpan.MaxValue : Now + fromNow;

    /// <summary>How fast the peer must be.</summary>
    public Pace Pace
    {
        init => _deadlines.SetPace(value, 0);
    }

    public void Expect(Expected what)
    {
        if (!_deadlines.Expects(what))
            _deadlines.Expect(what, Milliseconds);
    }

    public void GotDone(bool isLoggedIn) => _deadlines.GotDone(isLoggedIn, Milliseconds);

    /// <summary>What the session's memory is counted in.</summary>
    public SessionMemory Memory
    {
        init => CountIn(value, isExempt: false);
    }

    /// <inheritdoc cref="Connection.CountIn"/>
    public void CountIn(SessionMemory memory, bool isExempt)
        => _memory.Begin(memory, (RemoteEndPoint ?? ILink.NoAddress).Address, isExempt);

    public bool TryActFor(GivenAddresses addresses)
    {
        _ends.Given = addresses;
        return true;
    }

    public bool TryHold(long octets) => _memory.TryHold(octets);

    public void Resume()
    {
        if (Interlocked.Exchange(ref _isResumed, 1) != 0)
            throw new InvalidOperationException("one wait was ended twice");
        Resumed?.Invoke();
    }

    internal void Received(int octets) => _deadlines.Received(octets, Milliseconds);

    /// <inheritdoc cref="HeldMemory.HoldBuffers"/>
    internal void HoldBuffers(int octets) => _memory.HoldBuffers(octets);

    internal void EndMemory() => _memory.End();

    internal void StopClock() => _deadlines.StopClock(Milliseconds);

    internal void StartClock() => _deadlines.StartClock(Milliseconds);

    /// <summary>When a peer that does nothing more becomes too slow; MaxValue: never.</summary>
    internal TimeSpan EndOfPace(Phase phase)
        => _deadlines.EndOfPace(phase) is not Deadlines.Never and var end
            ? TimeSpan.FromMilliseconds(end)
            : TimeSpan.MaxValue;

    private long Milliseconds => (long)Now.TotalMilliseconds;

    /// <summary>Whether the wait is over; true once for each <see cref="Resume"/>.</summary>
    internal bool TryEndWait() => Interlocked.Exchange(ref _isResumed, 0) != 0;

    /// <summary>
    /// What is held, for two threads: the caller counts what it keeps of the octets while another works on a verdict.
    /// </summary>
    private sealed class CountedMemory
    {
        private readonly Lock _lock = new();
        private HeldMemory _held;

        public void Begin(SessionMemory memory, IPAddress address, bool isExempt)
        {
            lock (_lock)
                _held.Begin(memory, address, isExempt);
        }

        public bool TryHold(long octets)
        {
            lock (_lock)
                return _held.TryHold(octets);
        }

        public void HoldBuffers(int octets)
        {
            lock (_lock)
                _held.HoldBuffers(octets);
        }

        public void End()
        {
            lock (_lock)
                _held.End();
        }
    }
}
