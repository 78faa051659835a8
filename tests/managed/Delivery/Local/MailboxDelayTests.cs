using MailModule.Delivery.Local;
using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery.Local;

/// <summary>What senders hear of mail that waits for a mailbox, and of what it waited for in vain.</summary>
public class MailboxDelayTests
{
    private readonly List<string> _events = [];
    private readonly CollectedDsns _dsns = new();
    private readonly TurnedClock _clock = new();
    private readonly MemorySpool _spool;
    private readonly MemoryStore _store;
    private MailboxDelivery _mailboxes;

    public MailboxDelayTests()
    {
        _spool = new MemorySpool(_events);
        _store = new MemoryStore(_events);
        _mailboxes = Start();
    }

    [Fact]
    public void Whoever_waits_for_long_is_told_once_and_so_is_who_waits_behind()
    {
        _store.Broken.Add("/h/bob");
        _store.BrokenBy = Fault.Io;
        Deliver(Entry("m1", "bob"));
        Deliver(Entry("m2", "bob"));
        Wait(TimeSpan.FromHours(3));
        Assert.Empty(_dsns.Sent);
        Wait(TimeSpan.FromHours(1));
        Wait(TimeSpan.FromHours(1));
        Assert.Equal(["Delayed to <m1@far.example>:  4.3.0", "Delayed to <m2@far.example>:  4.3.0"], _dsns.Sent);
        _store.Broken.Clear();
        Wait(TimeSpan.FromHours(1));
        Assert.Equal(2, _dsns.Sent.Count);
        Assert.Equal(0, _mailboxes.Waiting);
    }

    [Fact]
    public void A_report_of_delay_that_could_not_be_written_is_written_later()
    {
        _store.Broken.Add("/h/bob");
        Deliver(Entry("m1", "bob"));
        _dsns.Fault = Fault.Full;
        Wait(TimeSpan.FromHours(5));
        Assert.Empty(_dsns.Sent);
        _dsns.Fault = Fault.None;
        Wait(TimeSpan.FromMinutes(5));
        Assert.Equal(["Delayed to <m1@far.example>:  4.3.1"], _dsns.Sent);
    }

    // RFC 2852 §4
    [Fact]
    public void A_sender_who_has_said_when_it_is_late_is_told_then()
    {
        _store.Broken.Add("/h/bob");
        MemorySpool.Entry entry = Entry("m1", "bob");
        entry.Envelope.DeliverBy = new DeliverBy(TimeSpan.FromMinutes(10), Returns: false, Traces: false);
        Deliver(entry);
        Wait(TimeSpan.FromMinutes(9));
        Assert.Empty(_dsns.Sent);
        Wait(TimeSpan.FromMinutes(1));
        Assert.Equal(["Delayed to <m1@far.example>:  4.3.1"], _dsns.Sent);
    }

    [Fact]
    public void A_start_tells_nobody_again()
    {
        _store.Broken.Add("/h/bob");
        _store.Broken.Add("/h/ann");
        MemorySpool.Entry entry = Entry("m1", "bob", "ann");
        Deliver(entry);
        Wait(TimeSpan.FromHours(5));
        Assert.Equal(2, _dsns.Sent.Count);
        _mailboxes = Start();
        _mailboxes.Deliver(entry, mayBeDuplicate: true, now: 0);
        Wait(TimeSpan.FromHours(1));
        Assert.Equal(2, _dsns.Sent.Count);
    }

    [Fact]
    public void The_queues_note_of_a_message_that_goes_elsewhere_too_is_left_alone()
    {
        _store.Broken.Add("/h/bob");
        MemorySpool.Entry entry = Entry("m1", "bob", null);
        entry.Note = new byte[] { 1, 0, 0 };
        Deliver(entry);
        Wait(TimeSpan.FromHours(5));
        Assert.Single(_dsns.Sent);
        Assert.Equal([1, 0, 0], entry.Note.ToArray());
    }

    // RFC 3463 §3.3
    [Fact]
    public void Whose_mailbox_stays_full_is_what_the_sender_is_told()
    {
        var full = new UsageCache((string _, out MailboxUsage usage) =>
        {
            usage = new MailboxUsage(1000, 1);
            return Fault.None;
        }, _clock);
        var rules = new QuotaRules(
            new Dictionary<string, MailboxQuota> { ["bob"] = new(1000, 0) }, default, WarnPercent: 90);
        _mailboxes = Start(new MailboxQuotas(full, () => rules, Log.None, (_, _) => { }));
        Deliver(Entry("m1", "bob"));
        Wait(TimeSpan.FromHours(5));
        Wait(TimeSpan.FromHours(20));
        Assert.Equal(["Delayed to <m1@far.example>:  4.2.2", "Failed to <m1@far.example>:  4.2.2"], _dsns.Sent);
        Assert.Equal(["mark m1 0"], _events);
    }

    private MailboxDelivery Start(MailboxQuotas? quotas = null)
        => new(
            new LocalDeliveryDependencies
            {
                Spool = _spool,
                Store = _store,
                HomeOf = name => $"/h/{name}",
                Quotas = quotas,
                DsnSender = _dsns,
                Time = _clock,
            }, _ => { }, step => step(0));

    private MemorySpool.Entry Entry(string id, params string?[] maildrops)
    {
        var entry = new MemorySpool.Entry(id, maildrops);
        entry.Envelope.Received = _clock.GetUtcNow();
        Assert.True(MailAddress.TryParse($"{id}@far.example", out MailAddress sender));
        entry.Envelope.ReversePath = sender;
        return entry;
    }

    private void Deliver(MemorySpool.Entry entry) => _mailboxes.Deliver(entry, mayBeDuplicate: false, now: 0);

    // One attempt, when the time has passed.
    private void Wait(TimeSpan time)
    {
        _clock.Turn(time);
        _mailboxes.Retry(_mailboxes.NextRetry);
    }
}
