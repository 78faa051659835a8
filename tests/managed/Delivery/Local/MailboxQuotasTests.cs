using MailModule.Delivery.Local;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Tests.Engine.Serving;

namespace MailModule.Tests.Delivery.Local;

public class MailboxQuotasTests
{
    private readonly List<string> _events = [];
    private readonly List<string> _lines = [];
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
    public void The_log_says_once_that_a_mailbox_is_nearly_full()
    {
        MailboxQuotas quotas = Quotas();
        foreach (long octets in (long[])[800, 899, 900, 950, 1000])
        {
            long before = _usage.Octets;
            _usage = new MailboxUsage(octets, 1);
            _clock.Now += TimeSpan.FromHours(1);
            quotas.Delivered("ann", "/h/ann", octets - before);
        }
        Assert.Equal(["the mailbox of ann is 90 % full: 900 octets, 1 messages"], _lines);
    }

    private MailboxQuotas Quotas()
    {
        var rules = new QuotaRules(
            new Dictionary<string, MailboxQuota> { ["ann"] = new(1000, 0) }, default, WarnPercent: 90);
        var usages = new UsageCache((string _, out MailboxUsage usage) =>
        {
            usage = _usage;
            return Fault.None;
        }, _clock);
        return new MailboxQuotas(usages, () => rules, new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text)));
    }
}
