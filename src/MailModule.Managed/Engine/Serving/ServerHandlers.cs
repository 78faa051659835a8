using MailModule.Engine.Serving.Handlers;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>The tables of handlers of one server, and what runs and owes their answers. Any thread.</summary>
/// <typeparam name="TTable">A table of the protocol's steps.</typeparam>
/// <typeparam name="TSet">The tables, and how they are called.</typeparam>
/// <param name="make">Gets all tables, and what a step hears that finds no place in the pool.</param>
internal sealed class ServerHandlers<TTable, TSet>(
    EngineSettings settings, HandlerPools pools, Action<IJob> runJob, TimeProvider clock, HostCalls calls, Log log,
    Func<IReadOnlyList<TTable>, HandlerSetup, string?, TSet> make)
    where TSet : HandlerSetup
{
    /// <summary>Before the time of a stop is up clients are told what became of their commands.</summary>
    private static readonly TimeSpan StopMargin = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly PendingAnswers _pending = new(clock);
    private HandlerPool? _pool;
    private IReadOnlyList<TTable> _tables = [];
    private volatile TSet? _set;

    /// <summary>What sessions take that begin now; null: there is no table.</summary>
    public TSet? Set => _set;

    /// <summary>Answers that are owed.</summary>
    public int Owed => _pending.Count;

    /// <summary><see cref="Fault.Limit"/>: there are as many as can be.</summary>
    public Fault Add(TTable table)
    {
        lock (_lock)
        {
            if (_tables.Count >= HandlerSetup.Most)
                return FaultReason.Because(Fault.Limit, $"a server has at most {HandlerSetup.Most} tables of handlers");
            SettingValues values = settings.Current;
            bool isInline = values.Flag(Keys.CallbackInline);
            if (!isInline)
                _pool ??= pools.Start(values.Int(Keys.Handlers.Threads), values.Int(Keys.Handlers.Queue), log);
            var setup = new HandlerSetup(isInline ? null : _pool, runJob, _pending, log)
            {
                IsInline = isInline,
                Timeout = TimeSpan.FromSeconds(values.Int(Keys.Handlers.Timeout)),
                Calls = calls,
            };
            _tables = [.. _tables, table];
            _set = make(_tables, setup, values.Text(Keys.Handlers.Busy));
            return Fault.None;
        }
    }

    /// <summary>The server stops: what is owed then is answered by its deadline's verdict.</summary>
    public void EndWaits(TimeSpan timeout)
        => _pending.EndWithin(timeout > StopMargin ? timeout - StopMargin : timeout);

    /// <summary>The server has no session any more. False: a handler still runs when the time is up.</summary>
    public bool End(TimeSpan timeout) => _pool is not { } pool || pools.Retire(pool, timeout);
}
