using MailModule.Delivery.Queue;
using MailModule.Engine.Sending;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// What runs between the first call that needs it and <see cref="MailEngine.Stop"/>: workers, servers, mail data,
/// sending. Made and changed under the engine's lock.
/// </summary>
internal sealed class RunningEngine : IDisposable
{
    /// <summary>
    /// A host callback that blocks holds a thread, so there may be as many threads as sessions; they come only when
    /// needed.
    /// </summary>
    public const int ThreadLimit = 20_000;

    /// <summary>
    /// Time for closing beyond what the host gave: no work is left to wait for then, but a loaded machine is slow.
    /// </summary>
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ShortGrace = TimeSpan.FromMilliseconds(200);

    private readonly EngineSettings _settings;
    private readonly Log _log;
    private readonly Workers _workers;
    private readonly ClientLimits _limits = new();
    private readonly Lock _opening = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SingleServer _smtp;
    private readonly SingleServer _pop3;
    private MailData? _data;
    private Action<QueueEvent>? _queueListener;
    private bool _isClosed;

    /// <param name="workers">Started; it stops them.</param>
    public RunningEngine(EngineSettings settings, Action<QueueEvent>? queueListener, Workers workers, Log log)
    {
        _queueListener = queueListener;
        _settings = settings;
        _log = log;
        _workers = workers;
        _smtp = new SingleServer(NewSmtpServer);
        _pop3 = new SingleServer(NewPop3Server);
        OutboundDelivery = new OutboundDelivery(
            settings, _workers, log,
            target => _smtp.Running?.Listens(target) ?? false, () => _smtp.Running is not null);
        Outgoing = new OutgoingMail(settings, OutboundDelivery, OpenSpool, () => MailEngine.MayBlock, _workers, log);
    }

    /// <summary>How mail leaves for other hosts.</summary>
    public OutboundDelivery OutboundDelivery { get; }

    /// <summary>Cancelled when the engine begins to stop.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public OutgoingMail Outgoing { get; }
    public Workers Workers => _workers;

    /// <summary>Starts a server as the old functions do: one that runs gets another callback.</summary>
    public Fault StartOrReplace(ServerKind kind, HostCallback host, int port, out string? text)
    {
        Fault fault = OpenData(out text);
        return fault == Fault.None ? ServerOf(kind).StartOrReplace(host, port, out text) : fault;
    }

    /// <summary>Starts a server with a handle of its own.</summary>
    public Fault StartServer(
        ServerKind kind, HostCallback host, ServerOptions options, out StartedServer? server, out string? text)
    {
        server = null;
        Fault fault = OpenData(out text);
        return fault == Fault.None ? ServerOf(kind).Start(host, options, out server, out text) : fault;
    }

    /// <summary>
    /// Stops from the outside in: first new connections, then sessions, messages of the host, deliveries and spool, and
    /// last the threads that served all of it. Each gets what is left of the time. <see cref="Fault.Timeout"/>: a host
    /// callback has not come back; else what the last flush of the spool came to.
    /// </summary>
    public Fault Stop(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)Math.Max(0, timeout.TotalMilliseconds);
        _smtp.CloseToNew();
        _pop3.CloseToNew();
        bool ended = _smtp.Stop(Remaining(deadline));
        ended &= _pop3.Stop(Remaining(deadline));
        Outgoing.Stop(Remaining(deadline));
        _stopping.Cancel();
        // A callback that has not come back till now was waited for; its thread gets no second grace.
        TimeSpan grace = ended ? CloseGrace : ShortGrace;
        Fault fault = CloseData()?.Stop(Remaining(deadline) + CloseGrace, Remaining(deadline)) ?? Fault.None;
        ended &= OutboundDelivery.Stop();
        ended &= _workers.Stop(Remaining(deadline) + grace);
        return ended ? fault : Fault.Timeout;
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    private static TimeSpan Remaining(long deadline)
        => TimeSpan.FromMilliseconds(Math.Max(0, deadline - Environment.TickCount64));

    private SingleServer ServerOf(ServerKind kind) => kind == ServerKind.Smtp ? _smtp : _pop3;

    private SmtpServer NewSmtpServer(HostCallback host)
        => new(_settings, _data!.Spool, _workers, _limits.ForServer(), host, _log);

    private Pop3Server NewPop3Server(HostCallback host)
    {
        var mailboxes = new MailboxDependencies(_data!.Store, _data.Delivery, _settings.Current.ScratchFolder);
        return new Pop3Server(_settings, mailboxes, _workers, _limits.ForServer(), host, _log);
    }

    // The start of a server comes here under the engine's lock, a message of the host without it.
    private Fault OpenData(out string? text)
    {
        text = null;
        lock (_opening)
        {
            if (_isClosed)
                return Fault.Cancelled;
            return _data is null
                ? MailData.TryOpen(_settings, OutboundDelivery, _workers, _log, _queueListener, out _data, out text)
                : Fault.None;
        }
    }

    private Fault OpenSpool(out ISpool? spool, out string? text)
    {
        Fault fault = OpenData(out text);
        spool = fault == Fault.None ? _data!.Spool : null;
        return fault;
    }

    /// <summary>The queue, which the first call opens.</summary>
    public Fault OpenQueue(out IMailQueue? queue, out string? text)
    {
        Fault fault = OpenData(out text);
        queue = fault == Fault.None ? _data!.Queue : null;
        return fault;
    }

    public void SetQueueListener(Action<QueueEvent>? listener)
    {
        MailData? data;
        lock (_opening)
        {
            _queueListener = listener;
            data = _data;
        }
        data?.Queue.SetListener(listener);
    }

    private MailData? CloseData()
    {
        lock (_opening)
        {
            _isClosed = true;
            return _data;
        }
    }
}
