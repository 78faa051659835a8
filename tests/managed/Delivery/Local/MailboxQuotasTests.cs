using MailModule.Delivery.Local;
using MailModule.Delivery.Queue;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Tests.Engine.Serving;

namespace MailModule.Tests.Delivery.Local;

public class MailboxQuotasTests
{
    private readonly List<string> _events = [];
    private readonly List<string> _lines = [];
    private readonly List<MailboxLevel> _told = [];
    private readonly StillClock _clock = new();
    private MailboxUsage _usage;

    [Fact]
    public void A_full_mailbox_takes_nothing_until_there_is_room_and_others_go_on()
    {
        var spool = new MemorySpool(_events);
        var mailboxes = new MailboxDelivery(
            new LocalDeliveryDependencies
            {
                Spool = spool,
                Store = new MemoryStore(_events),
                HomeOf = name => $"/h/{name}",
                Quotas = Quotas(),
            }, _ => { }, _ => { });
        _usage = new MailboxUsage(1000, 1);
        mailboxes.Deliver(new MemorySpool.Entry("m1", "ann"), mayBeDuplicate: false, now: 0);
        mailboxes.Deliver(new MemorySpool.Entry("m2", "bob"), mayBeDuplicate: false, now: 0);
        Assert.Equal(["deliver m2 /h/bob"], _events);
        Assert.Equal(1, mailboxes.Waiting);
        _usage = default;
        _clock.Now += TimeSpan.FromSeconds(10);
        mailboxes.Retry(now: 10_000);
        Assert.Equal(["deliver m2 /h/bob", "deliver m1 /h/ann again"], _events);
        Assert.Equal(0, mailboxes.Waiting);
    }

    [Fact]
    public void Log_and_host_hear_once_that_a_mailbox_is_nearly_full_and_once_that_it_is_full()
    {
        MailboxQuotas quotas = Quotas();
        foreach (long octets in (long[])[894, 897, 900, 903, 999, 1002, 1005])
            Fill(quotas, octets);
        Assert.Equal(
            [
                "the mailbox of ann is 90 % full: 900 octets, 1 messages",
                "the mailbox of ann is 100 % full: 1002 octets, 1 messages",
            ], _lines);
        Assert.Equal(
            [
                new MailboxLevel("ann", 900, 1000, 1, 0), new MailboxLevel("ann", 1002, 1000, 1, 0) { IsFull = true },
            ], _told);
    }

    [Fact]
    public void It_is_told_again_when_there_was_room_between()
    {
        MailboxQuotas quotas = Quotas();
        foreach (long octets in (long[])[900, 500, 901])
            Fill(quotas, octets);
        Assert.Equal([900, 901], _told.Select(level => level.Octets));
    }

    [Fact]
    public void Where_settings_want_no_warning_none_is_given()
    {
        MailboxQuotas quotas = Quotas(warnPercent: 0);
        foreach (long octets in (long[])[900, 1000])
            Fill(quotas, octets);
        Assert.Empty(_told);
        Assert.Empty(_lines);
    }

    // Each message has 3 octets.
    private void Fill(MailboxQuotas quotas, long octets)
    {
        _usage = new MailboxUsage(octets, 1);
        _clock.Now += TimeSpan.FromHours(1);
        quotas.Delivered(
            new PendingDelivery(new MemorySpool.Entry("m1", "ann"), "ann", [0], MayBeDuplicate: false), "/h/ann");
    }

    private MailboxQuotas Quotas(int warnPercent = 90)
    {
        var rules = new QuotaRules(
            new Dictionary<string, MailboxQuota> { ["ann"] = new(1000, 0) }, default, warnPercent);
        var usages = new UsageCache((string _, out MailboxUsage usage) =>
        {
            usage = _usage;
            return Fault.None;
        }, _clock);
        return new MailboxQuotas(
            usages, () => rules, new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text)),
            (_, level) => _told.Add(level));
    }
}
