using MailModule.Delivery.Fetching;
using MailModule.Engine.Retrieving;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Retrieving;

/// <summary>
/// A life of an engine that fetches: the spool's log and the files of what was fetched on one simulated disk, and a
/// consumer that delivers at once. The user is ann, the domain a.example.
/// </summary>
internal sealed class FetchWorld : ISpoolConsumer, IDisposable
{
    public const string Root = "/mail", SeenFolder = "/mail/fetched";

    private readonly LogSpool? _spool;
    private readonly FetchDependencies? _dependencies;
    private readonly Ledger _ledger;

    public FetchWorld(SimulatedDisk disk, ScriptedMailbox outside, Ledger ledger, IFetchedMailCheck? check = null)
    {
        _ledger = ledger;
        Fault = LogSpool.Open(SpoolRun.Options(Root + "/spool", disk, segmentLimit: 4096), out _spool, out _);
        if (_spool is null)
            return;
        Fetched = new FetchedMessages(new FetchedDependencies(
            _spool, SeenFolder, disk, job => RunJob(job), Clock, Log.None));
        _dependencies = new FetchDependencies
        {
            Spool = _spool,
            Fetched = Fetched,
            Policy = () => Policy,
            HostName = () => "mx.a.example",
            AuthServerId = () => "mx.a.example",
            SizeLimit = () => SizeLimit,
            ScratchFolder = () => Root + "/scratch",
            NewSession = outside.NewSession,
            Check = check,
            Disk = disk,
            Time = Clock,
        };
        _spool.Start(this, null);
    }

    /// <summary>Of the start.</summary>
    public Fault Fault { get; }

    public TurnedClock Clock { get; init; } = new();
    public FetchedMessages Fetched { get; } = null!;
    public long SizeLimit { get; set; } = 1000;

    /// <summary>What writes down which messages were fetched; by itself at once.</summary>
    public Action<IJob> RunJob { get; set; } = job => job.Run();

    public FetchDependencies Dependencies => _dependencies!;
    public List<ISpoolEntry> Entries { get; } = [];
    public RelayPolicy Policy { get; } = NewPolicy();

    public static OutsideMailbox Mailbox { get; } = new("pop.b.example", 110, "ann.b", "secret", "ann");

    public FetchResult Look(OutsideMailbox? mailbox = null, CancellationToken cancel = default)
        => new FetchRun(Dependencies, mailbox ?? Mailbox, cancel).Run();

    public bool Take(ISpoolEntry entry, bool isNew, Action resume)
    {
        Fetched.Take(entry);
        lock (Entries)
            Entries.Add(entry);
        _ledger.Add(entry);
        for (int i = 0; i < entry.Envelope.Recipients.Count; i++)
            if (!entry.IsDone(i) && !FetchedMaildrop.IsOne(entry.Envelope.Recipients[i].Maildrop!))
                _spool!.MarkDone(entry, [i]);
        return true;
    }

    public string TextOf(int entry) => SpoolRun.Read(Entries[entry].Content);

    public void Dispose() => _spool?.Dispose();

    private static RelayPolicy NewPolicy()
    {
        var domains = new LocalDomains(["a.example", "mx.a.example"], _ => false);
        Assert.True(Account.TryParse("ann;x;/home/ann;PS", "/", out Account ann, out _));
        return new RelayPolicy(new Accounts([ann], domains, "shs", "/nowhere"), domains, AddressRanges.Empty);
    }

    /// <summary>Under which ids each text came into a spool, in all lives.</summary>
    internal sealed class Ledger
    {
        private readonly Dictionary<string, HashSet<string>> _idsBySubject = [];

        public void Add(ISpoolEntry entry)
        {
            string text = SpoolRun.Read(entry.Content);
            string subject = text.Split('\n').First(line => line.StartsWith("Subject: ", StringComparison.Ordinal));
            lock (_idsBySubject)
                (_idsBySubject.TryGetValue(subject, out HashSet<string>? ids) ? ids : _idsBySubject[subject] = [])
                    .Add(entry.Id);
        }

        public int Times(string subject)
            => _idsBySubject.TryGetValue($"Subject: {subject}", out HashSet<string>? ids) ? ids.Count : 0;
    }
}
