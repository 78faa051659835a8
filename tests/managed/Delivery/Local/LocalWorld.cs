using System.Collections.Concurrent;
using System.Text;
using MailModule.Delivery;
using MailModule.Delivery.Forwarding;
using MailModule.Delivery.Local;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Local;

/// <summary>
/// Local delivery whole, on one thread and a clock turned by hand: mailboxes in memory, lists, files of members and
/// forward files on the disk, reports as messages that are delivered in their turn. It keeps account of what became of
/// each recipient. The domain is a.example.
/// </summary>
internal sealed class LocalWorld : IDisposable
{
    private const int MessageLimit = 5_000;

    private readonly Workers _workers = new(4);
    private readonly BlockingCollection<Action<long>> _steps = [];
    private readonly Queue<LocalAction> _begun = new();
    private readonly HashSet<(string Id, string Address)> _told = [];
    private readonly HashSet<(string Id, string Text)> _toldOfMembers = [];
    private readonly List<string> _log = [];
    private readonly RecordingStore _store = new();
    private readonly TurnedClock _clock = new();
    private readonly MailboxDelivery _mailboxes;
    private readonly LocalRules _rules;
    private long _now;

    public LocalWorld()
    {
        // The level of the settings: what must be logged shows by default.
        var log = new Log(LogLevel.Info, (_, _, text) => _log.Add(text));
        var dsnSender = new WatchedDsnSender(this, new DsnSender(new DsnDependencies
        {
            Spool = Spool,
            Workers = _workers,
            HostName = () => "mx.a.example",
            VerdictOf = address => Policy.CheckRecipient(address, mayRelay: true),
            Log = log,
            Time = _clock,
        }));
        _rules = new LocalRules(new LocalRulesDependencies
        {
            Spool = Spool,
            DsnSender = dsnSender,
            Policy = () => Policy,
            Forward = () => new DotForwardOptions(true, true, TimeSpan.FromSeconds(60)),
            HostName = () => "mx.a.example",
            ScratchFolder = Folder.In("scratch"),
            Log = log,
            Time = _clock,
        });
        var parts = new LocalDeliveryDependencies
        {
            Spool = Spool,
            Store = _store,
            HomeOf = user => Policy.Accounts.HomeOf(user),
            Rules = _rules,
            DsnSender = dsnSender,
            Time = _clock,
            Log = log,
        };
        _mailboxes = new MailboxDelivery(parts, _begun.Enqueue, _steps.Add);
        Spool.Marking = (entry, recipient) => Assert.True(
            EndsOf(entry, recipient).Count > 0, $"{entry.Id} to <{recipient.Address}> is done and ended nowhere");
    }

    public TemporaryFolder Folder { get; } = new();
    public InOrderSpool Spool { get; } = new();
    public RelayPolicy Policy { get; private set; } = null!;
    public IReadOnlyList<string> Log => _log;

    /// <summary>Asked before each delivery into a mailbox; a fault refuses it.</summary>
    public Func<Fault> MailboxRefusal { get => _store.Refusal; set => _store.Refusal = value; }

    public string Home(string user) => Folder.In($"users/{user}");

    /// <returns>The lists that are in order.</returns>
    public IReadOnlyList<string> SetPolicy(IEnumerable<string> users, IEnumerable<string> lists)
    {
        var domains = new LocalDomains(["a.example"], _ => false);
        Account[] accounts = [.. users.Select(name =>
        {
            Assert.True(Account.TryParse($"{name};x;{Home(name)};PS", "/", out Account account, out _));
            return account;
        })];
        var parsed = new Dictionary<string, MailingList>();
        var taken = new List<string>();
        foreach (string text in lists)
            if (MailingList.TryParse(text, Folder.Path, out MailingList list, out _)
                && parsed.TryAdd(MailingList.NameOf(list.Address), list))
                taken.Add(text);
        Policy = new RelayPolicy(new Accounts(accounts, domains, "shs", "/nowhere"), domains, AddressRanges.Empty)
        { Lists = new MailingLists(parsed.Values) };
        return taken;
    }

    public void WriteForward(string user, string text)
    {
        Directory.CreateDirectory(Home(user));
        File.WriteAllText(Home(user) + "/forward", text);
    }

    /// <summary>Takes a message as the SMTP server does; null if none of its recipients is accepted.</summary>
    public string? Put(string from, params (string Address, Notify Notify)[] to) => PutWith("", from, to);

    /// <param name="fields">Of its header, each with its LF.</param>
    public string? PutWith(string fields, string from, params (string Address, Notify Notify)[] to)
    {
        var envelope = new Envelope
        { ReversePath = from.Length == 0 ? MailAddress.Null : Address(from), Received = _clock.GetUtcNow() };
        foreach ((string text, Notify notify) in to)
        {
            RelayVerdict verdict = Policy.CheckRecipient(Address(text), mayRelay: true);
            if (verdict.IsAccepted)
                envelope.Recipients.Add(new Recipient(Address(text), verdict.Maildrop) { Notify = notify });
        }
        if (envelope.Recipients.Count == 0)
            return null;
        Func<Fault> refusal = Spool.Refusal;
        Spool.Refusal = () => Fault.None;
        Assert.Equal(Fault.None, Spool.TryBegin(envelope, 0, out ISpoolWriter writer));
        Spool.Refusal = refusal;
        writer.Append(Encoding.Latin1.GetBytes($"Return-Path: <{from}>\n{fields}Subject: x\n\nbody\n"), () => { });
        writer.Commit(_ => { });
        return writer.Id;
    }

    /// <summary>Lets time pass, then does all that is due, and all that comes of it.</summary>
    public void Pass(TimeSpan time)
    {
        _clock.Turn(time);
        _now += (long)time.TotalMilliseconds;
        _mailboxes.Retry(_now);
        while (DoNext())
            Assert.True(Spool.Entries.Count < MessageLimit, "it does not end");
        Assert.Equal(Fault.None, _mailboxes.Sync(_now));
    }

    /// <summary>What became of a recipient here, as far as it can be seen from the outside.</summary>
    public SortedSet<string> EndsOf(InOrderSpool.Entry entry, Recipient recipient)
    {
        string address = recipient.Address.Text;
        var ends = new SortedSet<string>();
        if (_store.Delivered.Contains((Policy.Accounts.HomeOf(recipient.Maildrop!) ?? Home(recipient.Maildrop!),
            entry.Id)))
            ends.Add("in a mailbox");
        if (Spool.Entries.Any(copy => copy.SentOnFrom == (entry.Id, address)))
            ends.Add("sent on");
        if (_told.Contains((entry.Id, address)))
            ends.Add("reported");
        if (_log.Exists(line => line.StartsWith($"{entry.Id}: thrown away for <{address}>", StringComparison.Ordinal)
            && !line.Contains("a member of", StringComparison.Ordinal)))
            ends.Add("thrown away");
        // A sender who is told of the members of an alias, none of whom is anybody, is told.
        if (ends.Count == 0 && _toldOfMembers.Any(
            one => one.Id == entry.Id && one.Text.Contains($"a member of {address})", StringComparison.Ordinal)))
            ends.Add("reported");
        return ends;
    }

    public void Dispose()
    {
        Assert.True(_workers.Stop(LocalHost.Long));
        _workers.Dispose();
        _steps.Dispose();
        Folder.Dispose();
    }

    private bool DoNext()
    {
        if (_steps.TryTake(out Action<long>? step))
            step(_now);
        else if (_begun.TryDequeue(out LocalAction? action))
            _mailboxes.CompleteAction(action, Run(action), _now);
        else if (Spool.Next() is { } entry)
            _mailboxes.Deliver(entry, mayBeDuplicate: false, _now);
        else
            return false;
        return true;
    }

    // One that finds that it runs commands is called again, as LocalActionQueue does.
    private LocalActionResult Run(LocalAction action)
    {
        LocalActionResult result = _rules.Run(action, CancellationToken.None);
        return action.CommandShare is null ? result : _rules.Run(action, CancellationToken.None);
    }

    private static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address), text);
        return address;
    }

    /// <summary>Waits for each report, so that all goes in one order, and remembers who was told of whom.</summary>
    private sealed class WatchedDsnSender(LocalWorld world, IDsnSender sender) : IDsnSender
    {
        public string? WhyUntold(ISpoolEntry original, DsnKind kind, Recipient recipient)
            => sender.WhyUntold(original, kind, recipient);

        public void Send(
            ISpoolEntry original, DsnKind kind, IReadOnlyList<DsnRecipient> recipients, Action<Fault> committed)
        {
            int before = world.Spool.Entries.Count;
            Fault written = Fault.None;
            using var done = new ManualResetEventSlim();
            sender.Send(original, kind, recipients, fault =>
            {
                written = fault;
                done.Set();
            });
            Assert.True(done.Wait(LocalHost.Long));
            if (kind == DsnKind.Failed && world.Spool.Entries.Count > before)
                foreach (DsnRecipient one in recipients)
                    if (DsnSender.IsWanted(kind, one.Recipient.Notify))
                        Remember(original, one);
            committed(written);
        }

        // What is no entry of the spool is about a list's members; of those of a list with an owner, the owner is told.
        private void Remember(ISpoolEntry original, DsnRecipient told)
        {
            MailAddress sender = world.Spool.Entries.First(entry => entry.Id == original.Id).Envelope.ReversePath;
            if (original is InOrderSpool.Entry)
                world._told.Add((original.Id, told.Recipient.Address.Text));
            else if (original.Envelope.ReversePath == sender)
                world._toldOfMembers.Add((original.Id, told.Diagnostic));
        }
    }
}
