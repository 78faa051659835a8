using System.Text;
using MailModule.Delivery.Forwarding;
using MailModule.Delivery.Local;
using MailModule.Engine.Importing;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Importing;

/// <summary>
/// The old module's mail of the domain a.example, whose users are ann and bob, and an engine's spool and mailboxes that
/// take it over.
/// </summary>
internal sealed class ImportWorld : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImportWorld()
    {
        Directory.CreateDirectory(Queue);
        Domains = new LocalDomains(["a.example"], _ => false);
        Account[] users = [.. new[] { "ann", "bob" }.Select(name =>
        {
            Assert.True(Account.TryParse($"{name};x;{Home(name)};PS", "/", out Account account, out _));
            return account;
        })];
        Policy = new RelayPolicy(new Accounts(users, Domains, "shs", "/nowhere"), Domains, AddressRanges.Empty);
    }

    public string Queue => _folder.In("old/smtp_out");
    public string SpoolFolder => _folder.In("spool");
    public RelayPolicy Policy { get; }
    public List<ImportedFile> Told { get; } = [];
    public ImportCounts Counts { get; private set; }
    private LocalDomains Domains { get; }

    public string Home(string user) => _folder.In($"users/{user}");

    /// <summary>The tree of tests/vectors/legacy.</summary>
    public void CopySamples()
    {
        string samples = Repository.In("tests", "vectors", "legacy");
        foreach (string file in Directory.GetFiles(samples, "*.msg", SearchOption.AllDirectories))
        {
            string target = file.Contains("/queue/", StringComparison.Ordinal)
                ? Path.Combine(Queue, Path.GetFileName(file))
                : Path.Combine(_folder.Path, Path.GetRelativePath(samples, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public void Write(string user, string name, string text)
    {
        string path = Path.Combine(Home(user), "mbox", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(text));
    }

    public void WriteQueued(string name, string text)
        => File.WriteAllBytes(Path.Combine(Queue, name), Encoding.Latin1.GetBytes(text));

    /// <summary>The messages of a mailbox, or of a folder of it, in the order of their names.</summary>
    public string[] Mailbox(string user, string folder = "")
    {
        string path = Path.Combine(Home(user), "Maildir", folder, "new");
        return Directory.Exists(path)
            ? [.. Directory.GetFiles(path).Order(StringComparer.Ordinal)
                .Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file)))]
            : [];
    }

    public string[] Names(string user, string folder = "")
        => [.. Directory.GetFiles(Path.Combine(Home(user), "Maildir", folder, "new")).Select(Path.GetFileName)
            .Order(StringComparer.Ordinal)!];

    /// <summary>One run of an engine: opened, mail taken over, and closed when all that can be noted is.</summary>
    public Fault Import(ImportOptions? options = null, FileCalls? calls = null, Func<ImportedFile, bool>? tell = null)
    {
        using var run = new ImportRun(this, calls);
        return run.Import(options ?? new ImportOptions(null, null, false, false), tell);
    }

    public void Note(ImportCounts counts) => Counts = counts;

    public void Dispose() => _folder.Dispose();
}

/// <summary>Spool, mailboxes and local delivery, from a start to a stop.</summary>
internal sealed class ImportRun : IDisposable
{
    private readonly ImportWorld _world;
    private readonly Workers _workers = new(4);
    private readonly LogSpool _spool;
    private readonly MaildirStore _store;
    private readonly LegacyImport _import = new();
    private readonly ImportSubject _subject;

    /// <param name="calls">Of mailboxes, notes and old files; a spool's are the disk's.</param>
    public ImportRun(
        ImportWorld world, FileCalls? calls = null, IDisk? disk = null, string? spool = null,
        CancellationToken stopping = default)
    {
        _world = world;
        Assert.True(_workers.TryStart());
        SpoolOptions options = new()
        {
            Directory = spool ?? world.SpoolFolder,
            RunJob = _workers.Run,
            Disk = disk ?? Disk.Real,
        };
        Fault = LogSpool.Open(options, out LogSpool? opened, out _);
        _spool = opened!;
        _store = new MaildirStore("mx", calls: calls);
        var rules = new LocalRules(new LocalRulesDependencies
        {
            Spool = _spool,
            DsnSender = new CollectedDsns(),
            Policy = () => world.Policy,
            Forward = () => new DotForwardOptions(false, false, TimeSpan.FromSeconds(1)),
            HostName = () => "mx.a.example",
            ScratchFolder = Path.Combine(world.SpoolFolder, "scratch"),
            Calls = calls ?? FileCalls.Real,
        });
        Delivery = new LocalDelivery(new LocalDeliveryDependencies
        {
            Spool = _spool,
            Store = _store,
            HomeOf = user => world.Policy.Accounts.HomeOf(user),
            Rules = rules,
            Workers = _workers,
        });
        _subject = new ImportSubject
        {
            Spool = _spool,
            Store = _store,
            Delivery = Delivery,
            Policy = () => world.Policy,
            HostName = () => "mx.a.example",
            ScratchFolder = Path.Combine(world.SpoolFolder, "scratch"),
            Calls = calls ?? FileCalls.Real,
            Stopping = stopping,
        };
        if (Fault != Fault.None)
            return;
        _spool.Start(local: Delivery, remote: Remote);
        Assert.True(Delivery.Start());
    }

    public Fault Fault { get; }
    public LocalDelivery Delivery { get; }
    public MaildirStore Store => _store;

    /// <summary>What the spool has for other hosts.</summary>
    public CollectingConsumer Remote { get; } = new();

    public Fault Import(ImportOptions options, Func<ImportedFile, bool>? tell = null)
    {
        _world.Told.Clear();
        Fault fault = _import.Run(_subject, options, file =>
        {
            _world.Told.Add(file);
            return tell?.Invoke(file) ?? true;
        }, out ImportCounts counts);
        _world.Note(counts);
        return fault;
    }

    public void Dispose()
    {
        _import.Close();
        if (Fault == Fault.None)
        {
            Delivery.CatchUpNotes(TimeSpan.FromSeconds(10));
            Delivery.Stop(TimeSpan.FromSeconds(10));
            Delivery.Join();
            _spool.Dispose();
        }
        _store.Dispose();
        _workers.Stop(TimeSpan.FromSeconds(10));
    }
}

/// <summary>Keeps what the spool hands out.</summary>
internal sealed class CollectingConsumer : ISpoolConsumer
{
    private readonly List<ISpoolEntry> _entries = [];

    public IReadOnlyList<ISpoolEntry> Entries
    {
        get
        {
            lock (_entries)
                return [.. _entries];
        }
    }

    public bool Take(ISpoolEntry entry, bool isNew, Action resume)
    {
        lock (_entries)
            _entries.Add(entry);
        return true;
    }
}
