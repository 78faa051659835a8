using MailModule.Engine.Serving.Handlers;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>The tables of handlers of one server, and what runs and owes their answers. Any thread.</summary>
internal sealed class ServerHandlers(
    EngineSettings settings, HandlerPools pools, Action<IJob> runJob, TimeProvider clock, HostCalls calls, Log log)
{
    /// <summary>Before the time of a stop is up clients are told what became of their commands.</summary>
    private static readonly TimeSpan StopMargin = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly PendingAnswers _pending = new(clock);
    private HandlerPool? _pool;
    private volatile HandlerSet? _set;

    /// <summary>What sessions take that begin now; null: there is no table.</summary>
    public HandlerSet? Set => _set;

    /// <summary>Answers that are owed.</summary>
    public int Owed => _pending.Count;

    /// <summary><see cref="Fault.Limit"/>: there are as many as can be.</summary>
    public Fault Add(ISmtpHandlers table)
    {
        lock (_lock)
        {
            IReadOnlyList<ISmtpHandlers> before = _set?.Tables ?? [];
            if (before.Count >= HandlerSet.Most)
                return FaultReason.Because(Fault.Limit, $"a server has at most {HandlerSet.Most} tables of handlers");
            SettingValues values = settings.Current;
            bool isInline = values.Flag(Keys.CallbackInline);
            if (!isInline)
                _pool ??= pools.Start(values.Int(Keys.Handlers.Threads), values.Int(Keys.Handlers.Queue), log);
            _set = new HandlerSet([.. before, table], isInline ? null : _pool, runJob, _pending, log)
            {
                IsInline = isInline,
                Timeout = TimeSpan.FromSeconds(values.Int(Keys.Handlers.Timeout)),
                Busy = BusyReply(values.Text(Keys.Handlers.Busy)),
                Calls = calls,
            };
            return Fault.None;
        }
    }

    /// <summary>The server stops: what is owed then is answered by its deadline's verdict.</summary>
    public void EndWaits(TimeSpan timeout)
        => _pending.EndWithin(timeout > StopMargin ? timeout - StopMargin : timeout);

    /// <summary>The server has no session any more. False: a handler still runs when the time is up.</summary>
    public bool End(TimeSpan timeout) => _pool is not { } pool || pools.Retire(pool, timeout);

    private static Reply BusyReply(string? text)
    {
        var reply = new HandlerReply();
        var ordinary = new Reply(451, "4.3.2", HandlerKeys.BusyText);
        return reply.Set(0, null, text) == Fault.None ? reply.Over(ordinary, 0, utf8: false) : ordinary;
    }
}
