using System.Diagnostics;
using System.Net;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport.Blocking;

/// <summary>
/// A link whose sending and receiving wait, on the thread that calls, until something has moved or an obstacle has
/// come: then they answer "again" or a part, and <see cref="Obstacle"/> says why. Without a failure the next call may
/// go on.
/// </summary>
internal abstract class BlockingLink(Cancellation cancellation) : ILink
{
    private long _lastMoment = long.MaxValue;

    public abstract IPEndPoint RemoteEndPoint { get; }
    public virtual IPAddress? LocalAddress => null;
    public abstract nint Descriptor { get; }
    public string? Failure { get; private set; }
    public bool HasUnread => false;

    /// <summary>Why the last call has not done all it was asked for; None: it has, or the peer has ended.</summary>
    public Fault Obstacle { get; private set; }

    /// <summary>The system's number, where it has one for what is in the way.</summary>
    public int SystemError { get; private set; }

    /// <summary>It was the host, and not the network.</summary>
    public virtual bool IsHosts => false;

    /// <summary>How long the peer may take nothing.</summary>
    public TimeSpan SendLimit { get; set; }

    /// <summary>How long the peer may be silent.</summary>
    public TimeSpan ReceiveLimit { get; set; }

    /// <summary>How long the peer may take for all that is received from now on, however it comes.</summary>
    public TimeSpan InAll
    {
        set => _lastMoment = value == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : Stopwatch.GetTimestamp() + (long)(value.TotalSeconds * Stopwatch.Frequency);
    }

    protected Cancellation Cancellation => cancellation;

    /// <summary>How long the call of <see cref="Receive"/> that is under way may wait.</summary>
    protected TimeSpan LimitOfCall { get; private set; }

    /// <summary>Before each call of the connection's.</summary>
    public void Forget()
    {
        Obstacle = Fault.None;
        Failure = null;
        SystemError = 0;
    }

    public bool TryBegin(ILinkOwner owner) => true;

    public bool AwaitInput() => false;

    public Transfer Receive(Memory<byte> target)
    {
        long begun = 0;
        LimitOfCall = LimitOfReceive();
        while (MayGoOn())
        {
            Transfer received = TryReceive(target.Span, out Readiness awaited);
            if (received.State != TransferState.Again)
                return received;
            if (!AwaitFor(awaited, LimitOfCall, ref begun))
                break;
        }
        return Transfer.Again;
    }

    public Transfer Send(ReadOnlySpan<byte> octets)
    {
        int taken = 0;
        long begun = 0;
        while (taken < octets.Length && MayGoOn())
        {
            Transfer sent = TrySend(octets[taken..], out Readiness awaited);
            if (sent.State == TransferState.Failed)
                return sent;
            taken += sent.Count;
            if (sent.Count > 0)
                begun = 0;
            else if (!AwaitFor(awaited, SendLimit, ref begun))
                break;
        }
        return Transfer.Moved(taken);
    }

    /// <summary>Waits until one of these is there. Fault.Timeout if none is.</summary>
    public Fault Await(Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        there = Readiness.None;
        if (!MayGoOn())
            return Obstacle;
        Fault fault = WaitFor(wanted, atMost, out there);
        if (MayGoOn() && fault == Fault.None && (there & wanted) == 0)
            fault = Fault.Timeout;
        if (Obstacle == Fault.None && fault != Fault.None)
            Stop(fault, FaultWords.Of(fault));
        return Obstacle;
    }

    /// <summary>For who uses the descriptor too: it does not block from now on.</summary>
    public abstract void StopBlocking();

    public bool EndOutput() => false;

    public void Abort() => cancellation.Cancel();

    public abstract void Close();

    /// <summary>Takes what is there. Again: nothing is, and this has to be there before something may be.</summary>
    protected abstract Transfer TryReceive(Span<byte> target, out Readiness awaited);

    /// <summary>Sends as many as go. Again as with receiving.</summary>
    protected abstract Transfer TrySend(ReadOnlySpan<byte> octets, out Readiness awaited);

    /// <summary>No limit is passed here, and no interruption told: the caller looks itself.</summary>
    protected abstract Fault WaitFor(Readiness wanted, TimeSpan atMost, out Readiness there);

    /// <summary>An obstacle that came inside the call.</summary>
    protected Transfer Stop(Fault fault, string words, int systemError = 0)
    {
        Obstacle = fault;
        Failure = words;
        SystemError = systemError;
        return fault is Fault.Timeout or Fault.Cancelled ? Transfer.Again : Transfer.Failed;
    }

    /// <summary>False: cancelled, or in vain already.</summary>
    protected bool MayGoOn()
    {
        if (Obstacle == Fault.None && cancellation.IsCancelled)
            Stop(Fault.Cancelled, FaultWords.Of(Fault.Cancelled));
        return Obstacle == Fault.None;
    }

    protected Fault WaitForSocket(nint descriptor, Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        WokenBy woken = cancellation.Wait.Wait(descriptor, (WokenBy)wanted, atMost);
        there = (Readiness)(woken & (WokenBy.Input | WokenBy.Room));
        return Fault.None;
    }

    // Where no time is left for anything, that is an obstacle.
    private TimeSpan LimitOfReceive()
    {
        if (_lastMoment == long.MaxValue)
            return ReceiveLimit;
        TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _lastMoment);
        if (left <= TimeSpan.Zero && MayGoOn())
            Stop(Fault.Timeout, FaultWords.Of(Fault.Timeout));
        return ReceiveLimit == Timeout.InfiniteTimeSpan || left < ReceiveLimit ? left : ReceiveLimit;
    }

    /// <summary>
    /// Waits for what is left of the limit since the first wait of one call. What has not moved when the time is up is
    /// too late, also where the wait would say that it might.
    /// </summary>
    private bool AwaitFor(Readiness awaited, TimeSpan limit, ref long begun)
    {
        if (!MayGoOn())
            return false;
        if (limit == Timeout.InfiniteTimeSpan)
            return Await(awaited, limit, out _) == Fault.None;
        TimeSpan left = begun == 0 ? limit : limit - Stopwatch.GetElapsedTime(begun);
        if (begun != 0 && left <= TimeSpan.Zero)
        {
            Stop(Fault.Timeout, FaultWords.Of(Fault.Timeout));
            return false;
        }
        if (begun == 0)
            begun = Stopwatch.GetTimestamp();
        return Await(awaited, left, out _) == Fault.None;
    }
}
