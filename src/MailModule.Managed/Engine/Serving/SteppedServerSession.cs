using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>What bounds a session that its host steps.</summary>
/// <param name="IsExempt">It may have more than an address's share of the memory.</param>
internal sealed record SteppedLimits(SessionMemory Memory, bool IsExempt, Pace Pace, TimeSpan IdleTimeout);

/// <summary>
/// A session of a server that its host steps, whatever its protocol: octets in, octets and what it waits for out.
/// Handlers, and what else would run on a worker, run on the thread that steps; only the spool's own threads are
/// others. One thread at a time: another is <see cref="Fault.State"/>. Where the server stops, or the host gives the
/// session up, a worker carries it to its end.
/// </summary>
public sealed class SteppedServerSession : IDisposable
{
    private readonly SteppedSessions _all;
    private readonly ConcurrentQueue<IJob> _jobs = new();
    private readonly Output _output = new();
    private readonly MemoryPeer _peer;
    private readonly StepTurn _turn;
    private readonly WakeCalls _wake;
    private readonly long _began = Environment.TickCount64;
    private SteppedSession _stepped = null!;
    private ISession _session = null!;
    private string _area = "";
    private bool _isStopping;
    private bool _hasLastWords;
    private volatile Fault _lost;

    internal SteppedServerSession(SteppedOptions options, SteppedLimits limits, SteppedSessions all)
    {
        _all = all;
        _turn = new StepTurn(all.RunJob, new OwnTurn(this));
        _wake = new WakeCalls(options.Wake);
        _peer = new MemoryPeer
        {
            RemoteEndPoint = options.Client,
            LocalEndPoint = options.Server,
            Resumed = Woken,
            Pace = limits.Pace,
            IsTls = options.Tls is not null,
            TlsDescription = options.Tls,
            IdleTimeout = limits.IdleTimeout,
        };
        _peer.CountIn(limits.Memory, limits.IsExempt);
    }

    internal IPeer Peer => _peer;

    /// <summary>Milliseconds until it is to be stepped at the latest; -1: no limit.</summary>
    public int Timeout
    {
        get
        {
            if (Volatile.Read(ref _hasLastWords))
                return 0;
            TimeSpan at = _stepped.ExpiresAt;
            return at == TimeSpan.MaxValue
                ? -1
                : (int)Math.Clamp(Math.Ceiling((at - Now).TotalMilliseconds), 0, int.MaxValue);
        }
    }

    // The peer's time begins with the session.
    private TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64 - _began);

    /// <param name="session">On <see cref="Peer"/>; its backend's jobs are for <see cref="RunJob"/>.</param>
    /// <param name="area">Lines of the log about it begin with it.</param>
    internal void Begin(ISession session, string area)
    {
        (_session, _area) = (session, area);
        _stepped = new SteppedSession(session, _peer);
    }

    /// <summary>
    /// Gives octets of the client, or none, and carries the session on until it waits for something.
    /// <see cref="Fault.Limit"/>: it does not read, and has as many octets as it keeps; nothing has happened.
    /// </summary>
    /// <param name="output">What is to be sent.</param>
    public Fault Step(ReadOnlySpan<byte> octets, out ReadOnlyMemory<byte> output, out SteppedWant want)
    {
        (output, want) = (default, SteppedWant.Wait);
        // Ours ends the session, and wakes the host then.
        if (_turn.Enter() is not TurnEntry.Entered and var entry)
            return entry == TurnEntry.Ours ? Fault.None : AnotherIsInside();
        try
        {
            if (!octets.IsEmpty && _stepped.Waits == Next.StartTls)
                return FaultReason.Because(Fault.State, "octets, and the session waits for TLS");
            if (!_stepped.Takes(octets.Length))
                return FaultReason.Because(
                    Fault.Limit, $"a session that does not read keeps {SteppedSession.KeptLimit} octets at most");
            Advance(octets);
            output = _output.Written.ToArray();
            _output.Clear();
            Volatile.Write(ref _hasLastWords, false);
            want = Want;
            return Fault.None;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The host's TLS runs; a step without octets follows.</summary>
    public Fault BeginTls(string description)
    {
        if (description.Length == 0 || description.Any(char.IsControl))
            return FaultReason.Because(Fault.Argument, "description: some text without controls");
        if (_turn.Enter() != TurnEntry.Entered)
            return AnotherIsInside();
        try
        {
            if (_stepped.Waits != Next.StartTls)
                return FaultReason.Because(Fault.State, "the session did not ask for TLS");
            Guard(static (session, text) => session._stepped.BeginTls(text, session.Now, session._output), description);
            return Fault.None;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// The client is gone, or the host wants no more of the session: it hears nothing of it any more. What waits for
    /// the disk ends when it has been there, on a worker.
    /// </summary>
    public Fault End()
    {
        TurnEntry entry = _turn.Enter();
        if (entry == TurnEntry.Refused)
            return AnotherIsInside();
        _lost = Fault.Closed;
        if (entry == TurnEntry.Ours)
        {
            _turn.Ask();
        }
        else
        {
            Advance([]);
            Leave();
        }
        _wake.End();
        return Fault.None;
    }

    public void Dispose() => End();

    /// <summary>The server stops: the session ends, now or when it has what it waits for. Any thread.</summary>
    internal void Stop()
    {
        Volatile.Write(ref _isStopping, true);
        _turn.AskForEnd();
    }

    /// <summary>It ends without another word as soon as it may. Any thread.</summary>
    internal void Cut()
    {
        if (_lost == Fault.None)
            _lost = Fault.Cancelled;
        _turn.AskForEnd();
    }

    /// <summary>What would run on a worker runs in the next step, or in this one.</summary>
    internal void RunJob(IJob job)
    {
        _jobs.Enqueue(job);
        Interlocked.MemoryBarrier(); // who gives the session up looks for jobs behind that
        Woken();
    }

    private SteppedWant Want => _stepped.Waits switch
    {
        Next.Read => SteppedWant.Read,
        Next.Write => SteppedWant.Write,
        Next.Wait => SteppedWant.Wait,
        Next.StartTls => SteppedWant.Tls,
        _ => SteppedWant.Close,
    };

    private bool IsOver => _stepped.Waits == Next.Close;

    private void Advance(ReadOnlySpan<byte> octets)
    {
        Guard(static (session, given) => session.Carry(given), octets);
        do
        {
            while (_jobs.TryDequeue(out IJob? job))
                Guard(static (session, due) => session.Carry(due), job);
            Guard(static (session, _) => session.EndIfDue(), 0);
        }
        while (!_jobs.IsEmpty);
    }

    private void Carry(ReadOnlySpan<byte> octets)
    {
        EndIfDue();
        if (octets.IsEmpty && _stepped.Waits != Next.Wait)
            _stepped.Expire(Now, _output);
        _stepped.Step(octets, Now, _output);
    }

    private void Carry(IJob job)
    {
        try
        {
            job.Run();
        }
        catch (Exception e)
        {
            _all.Log.WriteFailure(_area, "a job failed", e); // as on a worker
        }
        _stepped.Step([], Now, _output);
    }

    private void EndIfDue()
    {
        if (_lost != Fault.None)
        {
            if (_stepped.Lose(_lost) == Next.Wait)
                _session.PeerReset();
        }
        else if (Volatile.Read(ref _isStopping) && _stepped.Waits != Next.Wait)
            _stepped.Stop(ExpiryReason.Stopping, _output);
    }

    /// <summary>The one place where what a session throws is caught: it ends then.</summary>
    private void Guard<T>(Action<SteppedServerSession, T> carry, T argument) where T : allows ref struct
    {
        try
        {
            carry(this, argument);
        }
        catch (Exception e)
        {
            _all.Log.WriteFailure(_area, "a session that the host steps failed", e);
            if (_stepped.Waits is not (Next.Close or Next.Wait))
                Guard(static (session, _) => session._stepped.Stop(ExpiryReason.Fault, session._output), 0);
        }
    }

    private void Leave()
    {
        bool isOver = IsOver;
        _turn.Leave(isOver);
        if (isOver)
            _all.Remove(this);
    }

    // A wait is over, or there is a job: the host steps, and where it is not to a worker does.
    private void Woken()
    {
        if (_turn.IsCurrent)
            return;
        if (_lost != Fault.None || Volatile.Read(ref _isStopping))
            _turn.Ask();
        else
            _wake.Wake();
    }

    private static Fault AnotherIsInside()
        => FaultReason.Because(Fault.State, "the session is being stepped, or one of its handlers runs");

    private sealed class OwnTurn(SteppedServerSession session) : IJob
    {
        public void Run()
        {
            session._turn.Begin();
            bool wasOver = session.IsOver;
            session.Advance([]);
            bool isEnd = session.IsOver && !wasOver;
            if (isEnd)
                Volatile.Write(ref session._hasLastWords, true);
            session._turn.Leave(session.IsOver);
            try
            {
                if (isEnd)
                    session._wake.Wake();
            }
            finally
            {
                if (isEnd)
                    session._all.Remove(session);
            }
        }
    }
}
