using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Pooling;

/// <summary>
/// Connections to other hosts that messages share one after another. A message gets one that idles, or one of its own
/// while its destination has fewer than it may; else it waits, first come first served. Any thread.
/// </summary>
/// <remarks>
/// One lock is over all that changes hands; no owner and no connection is called under it. A client has at each moment
/// one place (<see cref="ClientState"/>), and who takes it from there ends it or serves it.
/// </remarks>
/// <param name="limits">Asked again each time.</param>
internal sealed class ConnectionPool(
    DeliveryAttemptDependencies dependencies, IRouter router, Func<PoolLimits> limits, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimerThread.Shared;
    private readonly Lock _lock = new();
    private readonly Dictionary<PoolKey, PoolLine> _lines = [];
    private int _idle;
    private long _numbers;
    private bool _isStopping;

    /// <summary>The end of a client that had all it wanted.</summary>
    public static AttemptResult Done { get; } = NewEnd(Fault.None, "", "");

    public Workers Workers => dependencies.Workers;
    public Log Log => dependencies.Log;

    /// <summary>An end that no host has a part in.</summary>
    public static AttemptResult NewEnd(Fault fault, string status, string happened) => new()
    {
        Kind = AttemptResultKind.Deferred,
        Fault = fault,
        Enhanced = status,
        Happened = happened,
    };

    /// <summary>No message waits any more: what idles says QUIT, and nothing idles from now on.</summary>
    public void Stop()
    {
        List<PoolRun> idle;
        lock (_lock)
        {
            _isStopping = true;
            idle = [.. _lines.Values.SelectMany(line => line.Idle)];
            foreach (PoolRun run in idle)
                Retire(run);
        }
        foreach (PoolRun run in idle)
            run.Wake();
    }

    /// <summary>The attempt that makes a connection.</summary>
    internal DeliveryAttempt NewAttempt(PoolKey key, IAttemptOwner owner)
        => new(dependencies, () => key.Options, cancel => router.Find(key.NextHop, cancel), owner);

    /// <summary>A client comes to where it belongs, once.</summary>
    internal void Join(PoolClient client, PoolKey key)
    {
        PoolRun? run = null;
        bool isLate;
        lock (_lock)
        {
            isLate = client.IsCancelled || _isStopping;
            client.Number = ++_numbers;
            if (isLate)
                client.State = ClientState.Ended;
            else
                run = Enter(client, key);
        }
        if (isLate)
            client.End(NewEnd(Fault.Cancelled, "", "cancelled"));
        run?.Begin();
    }

    /// <summary>Gives the client up wherever it is; its owner hears of it, perhaps before this returns.</summary>
    internal void Cancel(PoolClient client)
    {
        PoolRun? run;
        bool isWaiting;
        lock (_lock)
        {
            client.IsCancelled = true;
            isWaiting = client.State == ClientState.Waiting;
            if (isWaiting)
                TakeOut(client);
            run = client.Run;
            if (run is not null)
                run.IsRetired = true; // what cuts it from here on is this client's, whenever that comes
        }
        if (isWaiting)
            client.End(NewEnd(Fault.Cancelled, "", "cancelled"));
        run?.Cancel();
    }

    /// <summary>The connection of a client; null while it has none.</summary>
    internal PoolRun? RunOf(PoolClient client)
    {
        lock (_lock)
            return client.Run;
    }

    /// <summary>For a client that has not joined. False: it has ended.</summary>
    internal bool TryRemove(PoolClient client)
    {
        lock (_lock)
        {
            bool isNew = client.State == ClientState.New;
            client.State = ClientState.Ended;
            return isNew;
        }
    }

    internal void BecameReady(PoolRun run)
    {
        lock (_lock)
            run.WasReady = true;
    }

    /// <summary>
    /// The connection's client is about to hear how its message went, and to want nothing more: whoever comes from here
    /// on, as a host that sends one message after the other does at once, waits for this connection.
    /// </summary>
    internal void Answered(PoolRun run)
    {
        lock (_lock)
            if (!run.IsRetired && limits().Idle > TimeSpan.Zero)
                run.Line.SetFreeSoon(run, true);
    }

    /// <summary>It wants more: who has come meanwhile gets another.</summary>
    internal void WantsMore(PoolRun run)
    {
        PoolRun? other;
        lock (_lock)
        {
            run.Line.SetFreeSoon(run, false);
            other = ServeNext(run.Line);
        }
        other?.Begin();
    }

    /// <summary>
    /// The connection's client has had all it wanted: another takes its place, or the connection idles, or it ends.
    /// </summary>
    internal void Release(PoolRun run)
    {
        PoolLimits now = limits();
        PoolRun? other = null;
        lock (_lock)
        {
            run.Line.SetFreeSoon(run, false);
            if (run.Client is { } client)
                (client.State, client.Run, run.Client) = (ClientState.Ended, null, null);
            run.IsRetired |= _isStopping || run.Messages >= now.Messages;
            if (!run.IsRetired && run.Line.TryTakeFirst(out PoolClient? next))
                Bind(run, next!);
            else if (!run.IsRetired && now.Idle > TimeSpan.Zero && _idle < now.IdleCount)
                Park(run, now.Idle);
            else
                run.IsRetired = true;
            if (run.IsRetired)
                other = ServeNext(run.Line);
        }
        other?.Begin();
    }

    /// <summary>The connection is to be kept open: nobody needs it, or somebody has come since.</summary>
    internal bool Idles(PoolRun run)
    {
        lock (_lock)
            return run.IsIdle || run.Client is not null;
    }

    /// <summary>
    /// The connection is no more. Its client has come to its end with it, or goes back to the front of the line; and
    /// who waited for such a connection gets its turn, or the same end.
    /// </summary>
    internal void Ended(PoolRun run, AttemptResult end)
    {
        PoolClient? client;
        List<PoolClient> sharing = [];
        List<PoolRun> begun = [];
        lock (_lock)
        {
            PoolLine line = run.Line;
            StopIdling(run);
            line.SetFreeSoon(run, false);
            line.Remove(run);
            bool isRefused = !run.WasReady && IsOfHost(end.Fault);
            client = TakeClient(run, end, isRefused && line.Runs > 0);
            if (isRefused && line.Runs > 0)
                line.KeepTo(line.Runs);
            else if (isRefused)
                sharing = line.TakeUpTo(run.Number);
            foreach (PoolClient one in sharing)
                one.State = ClientState.Ended;
            while (ServeNext(line) is { } next)
                begun.Add(next);
            if (line.IsEmpty)
                _lines.Remove(line.Key);
        }
        client?.End(end);
        foreach (PoolClient one in sharing)
            one.End(end);
        foreach (PoolRun one in begun)
            one.Begin();
    }

    /// <summary>The client that ends with its connection; null: there is none, or it is back in the line.</summary>
    /// <param name="isOneTooMany">The host was not ready, and other connections there may become so, or are: it may
    /// take so many and not one more, and they will serve the client.</param>
    private PoolClient? TakeClient(PoolRun run, AttemptResult end, bool isOneTooMany)
    {
        if (run.Client is not { } client)
            return null;
        run.Client = null;
        bool mayGoOn = !client.IsCancelled && !_isStopping && end.Fault != Fault.Cancelled;
        if (mayGoOn && (isOneTooMany || run.IsUntried(client)))
        {
            run.Line.Enter(client, isBack: true);
            return null;
        }
        (client.State, client.Run) = (ClientState.Ended, null);
        return client;
    }

    // What the machine lacks, or the host program wants, says nothing about the destination.
    private static bool IsOfHost(Fault fault)
        => fault is not (Fault.None or Fault.Cancelled or Fault.Full or Fault.Memory or Fault.Internal);

    private PoolRun? Enter(PoolClient client, PoolKey key)
    {
        if (!_lines.TryGetValue(key, out PoolLine? line))
            _lines[key] = line = new PoolLine(key);
        line.Enter(client);
        return ServeNext(line);
    }

    /// <summary>
    /// A connection for the first client in the line, which is to begin with it; null: nobody waits, or all have to.
    /// </summary>
    private PoolRun? ServeNext(PoolLine line)
    {
        if (_isStopping || line.Waiting == 0)
            return null;
        if (line.TryTakeIdle(out PoolRun? run))
            StopIdling(run!);
        else if (line.Waiting > line.FreeSoon && line.MayAdd(limits().PerDestination))
        {
            run = new PoolRun(this, line, _numbers);
            line.Add();
        }
        if (run is not null && line.TryTakeFirst(out PoolClient? client))
            Bind(run, client!);
        return run;
    }

    private static void Bind(PoolRun run, PoolClient client)
    {
        run.Client = client;
        (client.State, client.Run, client.Line) = (ClientState.Served, run, null);
    }

    /// <summary>Ends a client that waits.</summary>
    private void TakeOut(PoolClient client)
    {
        PoolLine line = client.Line!;
        line.Leave(client);
        client.State = ClientState.Ended;
        if (line.IsEmpty)
            _lines.Remove(line.Key);
    }

    private void Park(PoolRun run, TimeSpan idle)
    {
        _idle++;
        run.Line.Park(run);
        run.IdleTimer = _time.CreateTimer(
            static state => ((PoolRun)state!).OnIdleLong(), run, idle, Timeout.InfiniteTimeSpan);
    }

    /// <summary>For the timer: it must not wait.</summary>
    internal void OnIdleLong(PoolRun run)
    {
        lock (_lock)
        {
            if (!run.IsIdle)
                return;
            Retire(run);
        }
        Workers.Run(new WakeJob(run));
    }

    private void Retire(PoolRun run)
    {
        run.Line.Unpark(run);
        StopIdling(run);
        run.IsRetired = true;
    }

    private void StopIdling(PoolRun run)
    {
        if (!run.IsIdle)
            return;
        _idle--;
        run.IdleTimer!.Dispose();
        run.IdleTimer = null;
    }

    private sealed class WakeJob(PoolRun run) : IJob
    {
        public void Run() => run.Wake();
    }
}
