using MailModule.Delivery;
using MailModule.Engine.Settings;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>What servers keep mail in: spool, mailboxes, and the way between them. Opened when the first server starts.</summary>
internal sealed class MailData : IDisposable
{
    private readonly LogSpool _spool;
    private readonly Log _log;

    private MailData(LogSpool spool, MaildirStore store, LocalDelivery delivery, string scratchFolder, Log log)
    {
        _log = log;
        _spool = spool;
        Store = store;
        Delivery = delivery;
        ScratchFolder = scratchFolder;
    }

    public ISpool Spool => _spool;
    public IMailStore Store { get; }
    public LocalDelivery Delivery { get; }

    /// <summary>Where texts too large for memory go while a host writes them.</summary>
    public string ScratchFolder { get; }

    /// <summary>Opens spool and mailboxes and delivers what was left over. <see cref="Fault.Locked"/> if another engine has the spool.</summary>
    public static Fault TryOpen(EngineSettings settings, Workers workers, Log log, out MailData? data, out string? text)
    {
        data = null;
        SettingValues values = settings.Current;
        LocalDelivery? delivery = null;
        var options = new SpoolOptions
        {
            Directory = values.FullPath(Keys.SmtpOut)!,
            Consumer = entry => delivery!.Take(entry),
            RunWork = workers.Run,
            Log = log,
        };
        Fault fault = LogSpool.Open(options, out LogSpool? spool, out text);
        if (fault != Fault.None)
            return fault;
        var store = new MaildirStore(values.Text(Keys.SmtpName)!);
        delivery = new LocalDelivery(spool!, store, user => settings.Current.Accounts.HomeOf(user), log);
        data = new MailData(spool!, store, delivery, ScratchFolderOf(values), log);
        delivery.Start();
        return Fault.None;
    }

    public static string ScratchFolderOf(SettingValues values) => Path.Combine(values.FullPath(Keys.MailRoot)!, "scratch");

    /// <summary>Delivers what can be in the time, and closes; the rest stays in the spool for the next start.</summary>
    public bool Stop(TimeSpan timeout)
    {
        bool ended = Delivery.Stop(timeout);
        _spool.Dispose();
        _log.Write(LogLevel.Info, "spool", $"{_spool.Messages} messages, {_spool.Syncs} syncs of the log");
        return ended;
    }

    public void Dispose() => Stop(TimeSpan.Zero);
}
