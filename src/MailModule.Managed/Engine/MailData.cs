using MailModule.Delivery.Fetching;
using MailModule.Delivery.Local;
using MailModule.Delivery.Queue;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Reports;
using MailModule.Delivery.Resending;
using MailModule.Delivery.Signing;
using MailModule.Engine.Control;
using MailModule.Engine.Importing;
using MailModule.Engine.Mailboxes;
using MailModule.Engine.Sending;
using MailModule.Engine.Settings;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// Spool and mailboxes, and the deliveries that bring mail from the spool to mailboxes and to other hosts. Opened when
/// the first server starts, or at the first message for the queue.
/// </summary>
internal sealed class MailData : IDisposable
{
    private readonly LogSpool _spool;
    private readonly MaildirStore _store;
    private readonly DsnGathering _dsns;
    private readonly Log _log;
    private KeptCopiesCleanup? _cleanup;

    private MailData(
        LogSpool spool, MaildirStore store, LocalDelivery delivery, MailQueue queue, WholeQueue wholeQueue,
        DsnGathering dsns, Log log)
    {
        _log = log;
        _dsns = dsns;
        _spool = spool;
        _store = store;
        Delivery = delivery;
        Queue = queue;
        WholeQueue = wholeQueue;
    }

    public ISpool Spool => _spool;
    public IMailStore Store => _store;
    public UsageCache Usages => _store.Usages;
    public LocalDelivery Delivery { get; }
    public MailQueue Queue { get; }

    /// <summary>Which messages of mailboxes elsewhere were fetched.</summary>
    public required FetchedMessages Fetched { get; init; }

    /// <summary>The mailboxes as the host uses them without POP3.</summary>
    public required MailboxAccess Mailboxes { get; init; }

    /// <summary>The queue, and what waits for mailboxes.</summary>
    public WholeQueue WholeQueue { get; }

    /// <summary>Takes over mail of the old module.</summary>
    public LegacyImport Importing { get; } = new();

    /// <summary>By which other processes see the queue; null: they do not. It is stopped by whoever set it.</summary>
    public ControlServer? Control { get; set; }

    /// <summary>
    /// Opens spool and mailboxes and delivers what was left over. <see cref="Fault.Locked"/> if another engine has the
    /// spool.
    /// </summary>
    public static Fault TryOpen(
        EngineSettings settings, OutboundDelivery hosts, Workers workers, Log log, Action<QueueEvent>? listener,
        Action<NewMail> newMail, Func<SigningOptions?> signing, out MailData? data, out string? text)
    {
        data = null;
        SettingValues values = settings.Current;
        var options = new SpoolOptions
        {
            Directory = values.FullPath(Keys.SmtpOut)!,
            RunJob = workers.Run,
            Log = log,
        };
        Fault fault = LogSpool.Open(options, out LogSpool? spool, out text);
        if (fault != Fault.None)
            return fault;
        var dsnSender = new DsnGathering(new DsnSender(new DsnDependencies
        {
            Spool = spool!,
            Workers = workers,
            HostName = () => settings.Current.OwnName.Text,
            VerdictOf = address => settings.Current.Relay.CheckRecipient(address, mayRelay: true),
            Signing = signing,
            Log = log,
        }), TimerThread.Shared);
        var queue = new MailQueue(QueueDependenciesOf(spool!, dsnSender, settings, hosts, workers, log));
        var store = new MaildirStore(values.OwnName.Text, log: log, clock: TimerThread.Shared);
        var fetched = new FetchedMessages(new FetchedDependencies(
            spool!, Path.Combine(values.FullPath(Keys.MailRoot)!, "fetched"), Disk.Real, workers.Run,
            TimerThread.Shared, log));
        var delivery = DeliveryOf(
            spool!, store, queue, dsnSender, settings, hosts, workers, newMail, fetched.Take, log);
        queue.SetListener(listener);
        var wholeQueue = new WholeQueue(queue, delivery.Waiting, () => settings.Current.Schedule);
        data = new MailData(spool!, store, delivery, queue, wholeQueue, dsnSender, log)
        {
            _cleanup = CleanupOf(settings, workers, log),
            Fetched = fetched,
            Mailboxes = new MailboxAccess(settings, spool!, store, store.Usages, delivery, log),
        };
        spool!.Start(local: delivery, remote: queue);
        if (delivery.Start() && queue.Start())
        {
            data._cleanup?.Start();
            return Fault.None;
        }
        data.Dispose();
        (data, text) = (null, OwnThread.Shortage);
        return Fault.Memory;
    }

    private static LocalDelivery DeliveryOf(
        ISpool spool, MaildirStore store, MailQueue queue, IDsnSender dsnSender, EngineSettings settings,
        OutboundDelivery hosts, Workers workers, Action<NewMail> newMail, Action<ISpoolEntry> taken, Log log)
        => new(new LocalDeliveryDependencies
        {
            Spool = spool,
            Store = store,
            HomeOf = user => settings.Current.Accounts.HomeOf(user),
            Rules = RulesOf(spool, dsnSender, settings, hosts, log),
            Quotas = new MailboxQuotas(
                store.Usages, () => settings.Current.Relay.Quotas, log,
                (delivered, level) => queue.AnnounceLevel(delivered.Entry, delivered.Recipients[0], level)),
            Workers = workers,
            DsnSender = dsnSender,
            Removed = queue.AnnounceRemoved,
            NewMail = newMail,
            Taken = taken,
            Schedule = () => settings.Current.Schedule,
            Log = log,
        });

    private static QueueDependencies QueueDependenciesOf(
        ISpool spool, IDsnSender dsnSender, EngineSettings settings, OutboundDelivery hosts, Workers workers, Log log)
    {
        return new QueueDependencies
        {
            Spool = spool,
            RemoteDelivery = hosts.RemoteDelivery,
            DsnSender = dsnSender,
            Workers = workers,
            NextHopOf = hosts.Router.NextHopOf,
            ContentOf = entry => new RemoteContent(entry, workers, log),
            VerdictOf = address => settings.Current.Relay.CheckRecipient(address, mayRelay: true),
            Schedule = () => settings.Current.Schedule,
            Copies = new KeptCopies(
                isSent => settings.Current.FullPath(isSent ? Keys.SmtpSent : Keys.SmtpErr), Disk.Real),
            Log = log,
        };
    }

    private static KeptCopiesCleanup CleanupOf(EngineSettings settings, Workers workers, Log log)
        => new(
            () => settings.Current.FullPath(Keys.SmtpSent),
            () => settings.Current.Number(Keys.SentTime) is > 0 and var days ? TimeSpan.FromDays(days) : null,
            workers.Run, TimerThread.Shared, log);

    private static LocalRules RulesOf(
        ISpool spool, IDsnSender dsnSender, EngineSettings settings, OutboundDelivery hosts, Log log)
    {
        var dependencies = new LocalRulesDependencies
        {
            Spool = spool,
            DsnSender = dsnSender,
            Policy = () => settings.Current.Relay,
            Forward = () => settings.Current.Forward,
            HostName = () => settings.Current.OwnName.Text,
            Sealer = new ArcSealer(
                hosts.FindSealKey,
                () => settings.Current.Checks.Authentication is { IsAny: true } rules ? rules.ServerId : null,
                TimeProvider.System, log),
            ScratchFolder = settings.Current.ScratchFolder,
            Log = log,
        };
        return new LocalRules(dependencies);
    }

    /// <summary>Delivers what can be in the time, and closes; the rest stays in the spool for the next start.</summary>
    /// <param name="queueTimeout">How long connections to other hosts may go on before they are cut.</param>
    /// <returns>What the last flush of the spool came to.</returns>
    public Fault Stop(TimeSpan timeout, TimeSpan queueTimeout)
    {
        _cleanup?.Dispose();
        Mailboxes.Close(timeout);
        Importing.Close();
        _dsns.Close();
        Queue.Stop(queueTimeout);
        Fault fault = Delivery.Stop(timeout);
        Delivery.Join();
        Fetched.Stop(timeout);
        if (fault == Fault.Timeout)
            fault = _spool.Flush();
        _store.Dispose();
        _spool.Dispose();
        _log.Write(LogLevel.Info, "spool", $"{_spool.Messages} messages, {_spool.Syncs} syncs of the log");
        return fault;
    }

    public void Dispose() => Stop(TimeSpan.Zero, TimeSpan.Zero);
}
