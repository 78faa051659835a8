using MailModule.Delivery.Local;
using MailModule.Engine.Importing;
using MailModule.Engine.Mailboxes;
using MailModule.Engine.Retrieving;
using MailModule.Engine.Settings;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// Spool, mailboxes and delivery of a running engine, for what hosts do with them beside servers and sending. Whoever
/// keeps it over a stop of the engine has something that is closed; <see cref="Stopping"/> says so before. Any thread.
/// </summary>
public sealed class HostMailData
{
    private readonly MailData _data;
    private readonly RunningEngine _engine;

    internal HostMailData(MailData data, RunningEngine engine, EngineSettings settings)
    {
        _data = data;
        _engine = engine;
        Settings = settings;
    }

    internal EngineSettings Settings { get; }

    internal ISpool Spool => _data.Spool;

    internal IMailStore Store => _data.Store;

    internal LocalDelivery Delivery => _data.Delivery;

    /// <summary>The users' mailboxes.</summary>
    public MailboxAccess Mailboxes => _data.Mailboxes;

    /// <summary>Fetches from mailboxes elsewhere.</summary>
    public Fetching Fetching => _engine.Fetching.Running!;

    internal Workers Workers => _engine.Workers;

    /// <summary>Where callbacks of the host are counted, so that a stop can tell which of them still run.</summary>
    internal HostCalls HostCalls => _engine.HostCalls;

    /// <summary>Cancelled when the engine begins to stop.</summary>
    internal CancellationToken Stopping => _engine.Stopping;

    /// <summary>
    /// Takes over mail of the old module, each file once. Blocks. <see cref="Fault.NotFound"/> (user, folder of the
    /// queue), <see cref="Fault.Locked"/>, <see cref="Fault.Io"/>, <see cref="Fault.Full"/>,
    /// <see cref="Fault.Cancelled"/>; what single files failed by is told of them alone.
    /// </summary>
    /// <param name="tell">Hears of each file, on this thread; false: no more is wanted.</param>
    public Fault Import(ImportOptions options, Func<ImportedFile, bool> tell, out ImportCounts counts)
    {
        var subject = new ImportSubject
        {
            Spool = Spool,
            Store = Store,
            Delivery = Delivery,
            Policy = () => Settings.Current.Relay,
            HostName = () => Settings.Current.OwnName.Text,
            ScratchFolder = Settings.Current.ScratchFolder,
            Stopping = Stopping,
        };
        return _data.Importing.Run(subject, options, file => Told(tell, file), out counts);
    }

    private bool Told(Func<ImportedFile, bool> tell, ImportedFile file)
    {
        using (HostCalls.Enter(HostCall.Import))
            return tell(file);
    }
}
