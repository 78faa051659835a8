using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// A session of an SMTP server that its host steps: octets in, octets and what it waits for out. Handlers, and what
/// else would run on a worker, run on the thread that steps; only the spool's own threads are others. One thread at a
/// time: another is <see cref="Fault.State"/>.
/// </summary>
public sealed class SteppedSmtp : IDisposable
{
    private readonly SteppedOptions _options;
    private readonly Action<SteppedSmtp> _ended;
    private readonly Action<IJob> _runElsewhere;
    private readonly ConcurrentQueue<IJob> _jobs = new();
    private readonly Output _output = new();
    private readonly MemoryPeer _peer;
    private readonly long _began = Environment.TickCount64;
    private SteppedSession _stepped = null!;
    private HandledBackend? _handled;
    private int _steppingThread;
    private bool _isStopping;
    private bool _isEnded;

    /// <param name="ended">Told when the session is over, and at each step behind that.</param>
    /// <param name="runElsewhere">Carries on a session that its host has given up.</param>
    internal SteppedSmtp(
        SteppedOptions options, SessionMemory memory, Pace pace, Action<SteppedSmtp> ended, Action<IJob> runElsewhere)
    {
        (_options, _ended, _runElsewhere) = (options, ended, runElsewhere);
        _peer = options.Client is null
            ? new MemoryPeer { Resumed = Woken, LocalEndPoint = options.Server, Pace = pace }
            : new MemoryPeer
            {
                RemoteEndPoint = options.Client,
                LocalEndPoint = options.Server,
                Resumed = Woken,
                Memory = memory,
                Pace = pace,
            };
        _peer.IsTls = options.Tls is not null;
        _peer.TlsDescription = options.Tls;
    }

    internal IPeer Peer => _peer;

    internal TimeSpan IdleTimeout
    {
        set => _peer.IdleTimeout = value;
    }

    /// <summary>Milliseconds until it is to be stepped at the latest; -1: no limit.</summary>
    public int Timeout
    {
        get
        {
            TimeSpan at = _stepped.ExpiresAt;
            return at == TimeSpan.MaxValue
                ? -1
                : (int)Math.Clamp(Math.Ceiling((at - Now).TotalMilliseconds), 0, int.MaxValue);
        }
    }

    // The peer's time begins with the session.
    private TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64 - _began);

    private bool IsStepping => Volatile.Read(ref _steppingThread) == Environment.CurrentManagedThreadId;

    /// <param name="handled">Null: the server has no handlers.</param>
    internal void Begin(SmtpSession session, HandledBackend? handled)
    {
        _handled = handled;
        _stepped = new SteppedSession(session, _peer);
    }

    /// <summary>Gives octets of the client, or none, and carries the session on until it waits for something.</summary>
    /// <param name="output">What is to be sent.</param>
    public Fault Step(ReadOnlySpan<byte> octets, out ReadOnlyMemory<byte> output, out SteppedWant want)
    {
        (output, want) = (default, SteppedWant.Close);
        if (!TryEnter())
            return AnotherIsInside();
        try
        {
            if (!octets.IsEmpty && _stepped.Waits == Next.StartTls)
                return FaultReason.Because(Fault.State, "octets, and the session waits for TLS");
            _output.Clear();
            Advance(octets);
            output = _output.Written.ToArray();
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
        if (!TryEnter())
            return AnotherIsInside();
        try
        {
            if (_stepped.Waits != Next.StartTls)
                return FaultReason.Because(Fault.State, "the session did not ask for TLS");
            _output.Clear();
            _stepped.BeginTls(description, Now, _output);
            return Fault.None;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The client is gone, or the host wants no more of the session.</summary>
    public Fault End()
    {
        if (!TryEnter())
            return AnotherIsInside();
        try
        {
            Volatile.Write(ref _isEnded, true);
            _stepped.Lose(Fault.Closed);
            _handled?.CancelPending();
            Advance([]);
            return Fault.None;
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose() => End();

    /// <summary>The server stops: the next step ends the session. Any thread.</summary>
    internal void Stop()
    {
        Volatile.Write(ref _isStopping, true);
        _options.Wake?.Invoke();
    }

    /// <summary>What would run on a worker runs in the next step, or in this one.</summary>
    internal void RunJob(IJob job)
    {
        _jobs.Enqueue(job);
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

    private void Advance(ReadOnlySpan<byte> octets)
    {
        bool isBusy = _stepped.Waits == Next.Wait;
        if (Volatile.Read(ref _isStopping) && !isBusy)
            _stepped.Stop(ExpiryReason.Stopping, _output);
        else if (octets.IsEmpty && !isBusy)
            _stepped.Expire(Now, _output);
        _stepped.Step(octets, Now, _output);
        while (_jobs.TryDequeue(out IJob? job))
        {
            job.Run();
            _stepped.Step([], Now, _output);
        }
        if (_stepped.Waits == Next.Close)
            _ended(this);
    }

    // A wait is over, or there is a job: the host steps, and where it has given the session up a worker does.
    private void Woken()
    {
        if (IsStepping)
            return;
        if (Volatile.Read(ref _isEnded))
            _runElsewhere(new LastStep(this));
        else
            _options.Wake?.Invoke();
    }

    private bool TryEnter()
        => Interlocked.CompareExchange(ref _steppingThread, Environment.CurrentManagedThreadId, 0) == 0;

    private void Leave() => Volatile.Write(ref _steppingThread, 0);

    private static Fault AnotherIsInside()
        => FaultReason.Because(Fault.State, "the session is being stepped, or one of its handlers runs");

    private sealed class LastStep(SteppedSmtp session) : IJob
    {
        public void Run()
        {
            var spin = new SpinWait();
            while (!session.TryEnter())
                spin.SpinOnce();
            session.Advance([]);
            session.Leave();
        }
    }
}
