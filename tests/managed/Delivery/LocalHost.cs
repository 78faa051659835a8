using System.Buffers;
using System.Text;
using MailModule.Delivery;
using MailModule.Delivery.Forwarding;
using MailModule.Delivery.Local;
using MailModule.Delivery.Reports;
using MailModule.Delivery.Resending;
using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery;

/// <summary>
/// Local delivery whole: a real spool on a simulated disk, Maildirs in a folder, lists and forward files. What is for
/// other hosts is only collected, DSNs too. The domain is a.example, its users ann, bob and carl.
/// </summary>
internal sealed class LocalHost : IDisposable
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly Workers _workers = new(64);
    private readonly WatchedSpool _spool = new();
    private readonly List<string> _lists = [];
    private readonly List<string> _lines = [];
    private LocalDelivery? _delivery;
    private LogSpool? _logSpool;

    public TemporaryFolder Folder { get; } = new();
    public SimulatedDisk Disk { get; set; } = new();
    public CollectedDsns Dsns { get; } = new();
    public DotForwardOptions Forward { get; set; } = new(true, true, TimeSpan.FromSeconds(60));
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public SenderRewriting? Rewriting { get; init; }
    public ArcSealer Sealer { get; init; } = ArcSealer.None;

    /// <summary>By which forward files are read.</summary>
    public FileCalls Calls { get; init; } = FileCalls.Real;

    public LocalDelivery Delivery => _delivery!;
    public WatchedSpool Spool => _spool;
    public ISpool Inner => _logSpool!;

    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>Messages for other hosts, in the order in which they came into the spool.</summary>
    public IReadOnlyList<ISpoolEntry> Remote
        => [.. _spool.Entries.Where(
            entry => entry.Envelope.Recipients.Exists(recipient => recipient.Maildrop is null))];

    public RelayPolicy Policy { get; private set; } = null!;

    /// <summary>The host whose users' homes are these too; null: own ones.</summary>
    public LocalHost? HomesOf { get; init; }

    public string Home(string user) => HomesOf?.Home(user) ?? Folder.In($"users/{user}");

    /// <summary>Sets the lists and starts; more may be set later.</summary>
    public LocalHost Start(params string[] lists)
    {
        SetLists(lists);
        var log = new Log(LogLevel.Info, (_, _, text) =>
        {
            lock (_lines)
                _lines.Add(text);
        });
        SpoolOptions options = SpoolRun.Options("/mail/spool", Disk);
        Assert.Equal(Fault.None, LogSpool.Open(options, out LogSpool? spool, out _));
        _logSpool = spool;
        _spool.Inner = spool!;
        var rules = new LocalRules(new LocalRulesDependencies
        {
            Spool = _spool,
            DsnSender = Dsns,
            Policy = () => Policy,
            Forward = () => Forward,
            HostName = () => "mx.a.example",
            Sealer = Sealer,
            ScratchFolder = Folder.In("scratch"),
            Log = log,
            Time = Time,
            Calls = Calls,
        });
        _delivery = new LocalDelivery(new LocalDeliveryDependencies
        {
            Spool = _spool,
            Store = new MaildirStore("mx.a.example"),
            HomeOf = user => Policy.Accounts.HomeOf(user),
            Log = log,
            Rules = rules,
            Workers = _workers,
            DsnSender = Dsns,
            Time = Time,
            Schedule = () => RetrySchedule.Default,
        });
        _spool.Start(_delivery, null);
        _delivery.Start();
        return this;
    }

    public void SetLists(params string[] lists)
    {
        _lists.AddRange(lists);
        var domains = new LocalDomains(["a.example"], _ => false);
        IEnumerable<Account> users = new[] { "ann", "bob", "carl" }.Select(name =>
        {
            Assert.True(Account.TryParse($"{name};x;{Home(name)};PS", "/", out Account account, out _));
            return account;
        });
        Policy = new RelayPolicy(new Accounts(users, domains, "shs", "/nowhere"), domains, AddressRanges.Empty)
        {
            Rewriting = Rewriting,
            Lists = new MailingLists(_lists.Select(text =>
            {
                Assert.True(MailingList.TryParse(text, Folder.Path, out MailingList list, out string error), error);
                return list;
            })),
        };
    }

    public void WriteForward(string user, string text)
    {
        Directory.CreateDirectory(Home(user));
        File.WriteAllText(Home(user) + "/forward", text);
    }

    /// <summary>Accepts a message as the SMTP server does.</summary>
    public string Put(string from, string to, string text = "Subject: x\r\n\r\nbody\r\n",
        Func<Recipient, Recipient>? with = null, Action<Envelope>? change = null)
    {
        var envelope = new Envelope
        { ReversePath = from.Length == 0 ? MailAddress.Null : Address(from), Received = Time.GetUtcNow() };
        foreach (string address in to.Split(' '))
        {
            RelayVerdict verdict = Policy.CheckRecipient(Address(address), mayRelay: true);
            Assert.True(verdict.IsAccepted);
            var recipient = new Recipient(Address(address), verdict.Maildrop);
            envelope.Recipients.Add(with is null ? recipient : with(recipient));
        }
        change?.Invoke(envelope);
        Assert.Equal(Fault.None, _spool.TryBegin(envelope, 0, out ISpoolWriter writer));
        var trace = new ArrayBufferWriter<byte>();
        ReturnPath.Write(trace, envelope.ReversePath);
        writer.Append(trace.WrittenSpan, () => { });
        writer.Append(Encoding.Latin1.GetBytes(text), () => { });
        using var done = new ManualResetEventSlim();
        Fault fault = Fault.None;
        writer.Commit(result =>
        {
            fault = result;
            done.Set();
        });
        Assert.True(done.Wait(Long));
        Assert.Equal(Fault.None, fault);
        return writer.Id;
    }

    /// <summary>Returns when every local recipient of every message is done.</summary>
    public void DeliverAll() => Assert.True(
        _spool.WaitUntil(() => _spool.Entries.All(IsLocallyDone), () => Delivery.MakeDurable()),
        "not all is delivered:\n" + string.Join('\n', Log));

    public bool WaitUntil(Func<bool> holds) => _spool.WaitUntil(holds, () => { });

    /// <summary>The messages in a folder of a user's mailbox, oldest first, as texts.</summary>
    public IReadOnlyList<string> Mail(string user, string folder = "")
    {
        string path = $"{Home(user)}/Maildir/{(folder.Length == 0 ? "" : $".{folder}/")}new";
        return Directory.Exists(path)
            ? [.. Directory.GetFiles(path).Order(StringComparer.Ordinal)
                .Select(file => File.ReadAllText(file, Encoding.Latin1))]
            : [];
    }

    public static string TextOf(ISpoolEntry entry) => SpoolRun.Read(entry.Content);

    public static IEnumerable<string> RecipientsOf(ISpoolEntry entry)
        => entry.Envelope.Recipients.Select(recipient => recipient.Address.Text);

    public static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address), text);
        return address;
    }

    public bool Stop(TimeSpan? timeout = null)
    {
        bool ended = _delivery is null || _delivery.Stop(timeout ?? Long) == Fault.None;
        _logSpool?.Dispose();
        return _workers.Stop(Long) && ended;
    }

    public void Dispose()
    {
        Stop();
        Folder.Dispose();
    }

    private static bool IsLocallyDone(ISpoolEntry entry)
    {
        for (int i = 0; i < entry.Envelope.Recipients.Count; i++)
            if (entry.Envelope.Recipients[i].Maildrop is not null && !entry.IsDone(i))
                return false;
        return true;
    }
}
