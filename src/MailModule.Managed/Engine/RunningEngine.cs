using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Queue;
using MailModule.Engine.Authenticating;
using MailModule.Engine.Connecting;
using MailModule.Engine.Control;
using MailModule.Engine.Mailboxes;
using MailModule.Engine.Proxying;
using MailModule.Engine.Retrieving;
using MailModule.Engine.Sending;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
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

    private readonly EngineSettings _settings;
    private readonly Log _log;
    private readonly Workers _workers;
    private readonly ClientLimits _limits;
    private readonly Lock _opening = new();
    private readonly EngineServers _servers;
    private EngineListeners _listeners;
    private MailData? _data;
    private volatile string _stoppingPart = "";
    private bool _isClosed;

    /// <param name="workers">Started; it stops them.</param>
    /// <param name="hostCalls">Where callbacks of the host are counted; the log's are there too.</param>
    public RunningEngine(
        EngineSettings settings, EngineListeners listeners, Workers workers, HostCalls hostCalls, Log log)
    {
        HostCalls = hostCalls;
        _listeners = listeners;
        _settings = settings;
        _log = log;
        _workers = workers;
        _servers = new EngineServers(NewSmtpServer, NewPop3Server);
        OutboundDelivery = new OutboundDelivery(
            settings, _workers, log, _servers.TakesMailAt, () => _servers.ServesSmtp);
        _limits = new ClientLimits
        {
            Checks = new SenderChecks(
                () => settings.Current.Checks, () => OutboundDelivery.Dns, _workers.Run, TimerThread.Shared, log),
        };
        Fetching = new EngineFetching(
            settings, new Retrieval(OutboundDelivery.ClientEnvironment), listeners.Fetches, _limits.Checks!, workers,
            log);
        Outgoing = new OutgoingMail(
            settings, OutboundDelivery, OpenSpool, () => MailEngine.MayBlock, HostCalls, _workers,
            new MessageSigning(settings, OutboundDelivery.DkimKeys, log).Now, log);
        Questions = new HostQuestions(
            settings, () => OutboundDelivery.Dns, OutboundDelivery.DkimKeys, OutboundDelivery.FindSealKey, _workers,
            HostCalls, log);
    }

    /// <summary>How mail leaves for other hosts.</summary>
    public OutboundDelivery OutboundDelivery { get; }

    /// <summary>The callbacks of the host that run now.</summary>
    public HostCalls HostCalls { get; }

    /// <summary>What keeps a stop from its end, in words.</summary>
    public string WhatRuns
        => HostCalls.IsAnyRunning ? $"callbacks of the host ({HostCalls})" : _stoppingPart;

    /// <summary>Cancelled when the engine begins to stop.</summary>
    public CancellationToken Stopping => Questions.Stopping;

    public OutgoingMail Outgoing { get; }

    /// <summary>Connections of SMTP that the host leads verb by verb.</summary>
    public OpenClients Clients => OutboundDelivery.Clients;

    /// <summary>What is got from other hosts by POP3.</summary>
    public Retrieval Retrieval => Fetching.Retrieval;

    /// <summary>What is fetched from mailboxes elsewhere.</summary>
    public EngineFetching Fetching { get; }

    /// <summary>What the host asks about messages.</summary>
    public HostQuestions Questions { get; }

    public Workers Workers => _workers;

    /// <summary>Starts a server as the old functions do: one that runs gets another callback.</summary>
    public Fault StartOrReplace(ServerKind kind, HostCallback host, int port, out string? text)
    {
        Fault fault = Open(kind, out text);
        return fault == Fault.None ? _servers.Of(kind).StartOrReplace(Counted(host), port, out text) : fault;
    }

    /// <summary>Starts a server with a handle of its own.</summary>
    public Fault StartServer(
        ServerKind kind, HostCallback host, ServerOptions options, out StartedServer? server, out string? text)
    {
        server = null;
        Fault fault = Open(kind, out text);
        return fault == Fault.None ? _servers.Of(kind).Start(Counted(host), options, out server, out text) : fault;
    }

    /// <summary>
    /// Stops from the outside in: first clients and questions of the host, whose waits end at once, and new
    /// connections, then sessions, messages of the host, deliveries and spool, and last the threads that served all of
    /// it, which <see cref="WaitForEnd"/> waits for. Each gets what is left of the time.
    /// </summary>
    /// <returns>What the last flush of the spool came to.</returns>
    public Fault Stop(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)Math.Max(0, timeout.TotalMilliseconds);
        Clients.Stop();
        Fetching.Close();
        Questions.Stop();
        _servers.CloseToNew();
        Volatile.Read(ref _data)?.Control?.Stop();
        _stoppingPart = "sessions of clients, which wait for the disk";
        _servers.Stop(ServerKind.Smtp, Remaining(deadline));
        _limits.Checks?.Stop();
        _servers.Stop(ServerKind.Pop3, Remaining(deadline));
        _stoppingPart = "messages of the host";
        Outgoing.Stop(Remaining(deadline));
        _stoppingPart = "deliveries and the spool, which wait for the disk";
        MailData? data = CloseData();
        Fetching.Close(); // begun since, perhaps
        Fetching.WaitForEnd(Remaining(deadline) + CloseGrace);
        data?.Control?.Stop(); // opened since, perhaps
        Fault fault = data?.Stop(Remaining(deadline) + CloseGrace, Remaining(deadline)) ?? Fault.None;
        _listeners.Mailboxes.Drain(Remaining(deadline));
        _listeners.Fetches.Drain(Remaining(deadline));
        _stoppingPart = "connections to other hosts";
        OutboundDelivery.Stop();
        return fault;
    }

    /// <summary>After <see cref="Stop"/>: returns when nothing of the engine runs any more, however long that takes.
    /// </summary>
    public void WaitForEnd()
    {
        _stoppingPart = "requests of other processes";
        Volatile.Read(ref _data)?.Control?.WaitForEnd();
        _stoppingPart = "threads that wait for files or look-ups";
        _limits.Handlers.WaitForEnd();
        Questions.WaitForEnd();
        _workers.Stop(Timeout.InfiniteTimeSpan);
        _stoppingPart = "";
    }

    /// <summary>The observer, its calls counted.</summary>
    public ISubmissionObserver? Counted(ISubmissionObserver? observer)
        => observer is null ? null : new CountedObserver(observer, HostCalls);

    public void Dispose()
    {
        Stop(TimeSpan.Zero);
        WaitForEnd();
    }

    private HostCallback Counted(HostCallback host) => host with { Calls = HostCalls };

    private static TimeSpan Remaining(long deadline)
        => TimeSpan.FromMilliseconds(Math.Max(0, deadline - Environment.TickCount64));

    private SmtpServer NewSmtpServer(HostCallback host)
    {
        OpenLoginKey();
        _limits.Checks?.Memory.Open(_settings.Current.FullPath(Keys.MailRoot)!);
        return new(_settings, _data!.Spool, _data.Usages, _workers, _limits.ForServer(), host, _log)
        { Signing = Outgoing.Signing };
    }

    private Pop3Server NewPop3Server(HostCallback host)
    {
        OpenLoginKey();
        var mailboxes = new MailboxDependencies(_data!.Store, _data.Delivery, _settings.Current.ScratchFolder);
        return new Pop3Server(_settings, mailboxes, _workers, _limits.ForServer(), host, _log)
        {
            Proxy = new Pop3Proxy(_settings, OutboundDelivery.ClientEnvironment, _workers, _log),
        };
    }

    // A host that only sends has no logins. The settings of all moments share one key.
    private void OpenLoginKey()
        => LoginKeyFile.Open(
            _settings.Current.LoginKey, _settings.Current.FullPath(Keys.MailRoot)!, Disk.Real, _log);

    // A key that cannot be used is an error while somebody looks; later the log tells of it.
    private Fault Open(ServerKind kind, out string? text)
    {
        text = kind == ServerKind.Smtp
            ? OutboundDelivery.DkimKeys.TryLoad() ?? OutboundDelivery.SealKeys.TryLoad()
            : null;
        return text is null ? OpenData(out text) : Fault.Config;
    }

    // The start of a server comes here under the engine's lock, a message of the host without it.
    private Fault OpenData(out string? text)
    {
        text = null;
        lock (_opening)
        {
            if (_isClosed)
            {
                text = "the engine was stopped";
                return Fault.Cancelled;
            }
            return _data is null ? OpenAll(out text) : Fault.None;
        }
    }

    // The socket's place is taken first: one that cannot be had is told before mail is on its way.
    private Fault OpenAll(out string? text)
    {
        ControlServer? control = null;
        text = null;
        SettingValues values = _settings.Current;
        if (values.Relay.Rewriting is not null)
            OpenLoginKey(); // what is sent on today comes back to a later run
        Fault fault = values.Flag(Keys.Control)
            ? ControlServer.TryOpen(values.FullPath(Keys.MailRoot)!, _log, out control, out text)
            : Fault.None;
        if (fault == Fault.None)
            fault = MailData.TryOpen(
                _settings, OutboundDelivery, _workers, _log, _listeners.Queue,
                mail => _listeners.Mailboxes.Post(_workers, mail, MailboxEvent.Of), Outgoing.Signing, out _data,
                out text);
        if (fault == Fault.None && control?.Start(new ControlSubject(_data!.WholeQueue, NewMessage)) == false)
            _log.Write(LogLevel.Error, "control", OwnThread.Shortage);
        if (fault == Fault.None)
        {
            _data!.Control = control;
            Fetching.Begin(_data.Spool, _data.Fetched, _data.Usages);
        }
        else
            control?.Dispose();
        return fault;
    }

    private Fault NewMessage(string from, out ISending? message)
    {
        message = null;
        if (!OutgoingMail.TryReadSender(from, out MailAddress sender, out string? text))
            return FaultReason.Because(Fault.Argument, text);
        var options = new SendOptions { Route = new SendRoute(SubmissionRoute.Queue) };
        message = new SendingMessage(Outgoing, options, sender, observer: null);
        return Fault.None;
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
        queue = fault == Fault.None ? _data!.WholeQueue : null;
        return fault;
    }

    /// <summary>Spool, mailboxes and delivery, which the first call opens.</summary>
    public Fault OpenMailData(out HostMailData? data, out string? text)
    {
        Fault fault = OpenData(out text);
        data = fault == Fault.None ? new HostMailData(_data!, this, _settings) : null;
        return fault;
    }

    /// <param name="listener">Its calls are counted; null: nobody hears.</param>
    public void SetQueueListener(Action<QueueEvent>? listener)
    {
        MailData? data;
        lock (_opening)
        {
            _listeners = _listeners with { Queue = listener };
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
