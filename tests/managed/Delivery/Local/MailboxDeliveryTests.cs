using MailModule.Delivery.Local;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery.Local;

public class MailboxDeliveryTests
{
    private readonly List<string> _events = [];
    private readonly MemorySpool _spool;
    private readonly MemoryStore _store;
    private readonly MailboxDelivery _mailboxes;

    public MailboxDeliveryTests()
    {
        _spool = new MemorySpool(_events);
        _store = new MemoryStore(_events);
        var parts = new LocalDeliveryDependencies
        {
            Spool = _spool,
            Store = _store,
            HomeOf = name => name == "gone" ? null : name == "alias" ? "/h/a" : $"/h/{name}"
        };
        _mailboxes = new MailboxDelivery(parts, _ => Assert.Fail("no rules, no local actions"), step => step(0));
    }

    [Fact]
    public void Delivered_then_synced_then_marked()
    {
        _mailboxes.Deliver(new MemorySpool.Entry("m1", "a", "b"), mayBeDuplicate: false, 0);
        Assert.Equal(Fault.None, _mailboxes.Sync(0));
        Assert.Equal(["deliver m1 /h/a", "deliver m1 /h/b", "sync", "mark m1 0", "mark m1 1"], _events);
        Assert.Equal(0, _mailboxes.Unsynced);
    }

    [Fact]
    public void Recipients_that_share_a_mailbox_get_one_copy()
    {
        _mailboxes.Deliver(new MemorySpool.Entry("m1", "a", null, "alias", "b", "a"), mayBeDuplicate: false, 0);
        _mailboxes.Sync(0);
        Assert.Equal(["deliver m1 /h/a", "deliver m1 /h/b", "sync", "mark m1 0 2 4", "mark m1 3"], _events);
    }

    [Fact]
    public void What_is_done_already_is_not_delivered_again()
    {
        var entry = new MemorySpool.Entry("m1", "a", "b", "alias");
        entry.Done.Add(0);
        _mailboxes.Deliver(entry, mayBeDuplicate: true, 0);
        _mailboxes.Sync(0);
        Assert.Equal(["deliver m1 /h/b again", "deliver m1 /h/a again", "sync", "mark m1 1", "mark m1 2"], _events);
    }

    [Fact]
    public void Nothing_is_marked_when_the_sync_failed()
    {
        _store.SyncFault = Fault.Io;
        _mailboxes.Deliver(new MemorySpool.Entry("m1", "a"), mayBeDuplicate: false, 0);
        Assert.Equal(Fault.Io, _mailboxes.Sync(0));
        Assert.Equal(1, _mailboxes.Unsynced);
        _store.SyncFault = Fault.None;
        Assert.Equal(Fault.None, _mailboxes.Sync(0));
        Assert.Equal(["deliver m1 /h/a", "sync", "sync", "mark m1 0"], _events);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_mailbox_that_fails_is_tried_again_later_and_later_and_holds_up_no_other(bool throws)
    {
        _store.Throws = throws;
        _store.Broken.Add("/h/a");
        _mailboxes.Deliver(new MemorySpool.Entry("m1", "a", "b"), mayBeDuplicate: false, 0);
        _mailboxes.Deliver(new MemorySpool.Entry("m2", "a"), mayBeDuplicate: false, 0);
        Assert.Equal(["fail m1 /h/a", "deliver m1 /h/b"], _events);
        Assert.Equal((2, 1_000L), (_mailboxes.Waiting, _mailboxes.NextRetry));
        _events.Clear();
        _mailboxes.Retry(999);
        Assert.Empty(_events);
        _mailboxes.Retry(1_000);
        Assert.Equal(["fail m1 /h/a again"], _events);
        Assert.Equal(3_000, _mailboxes.NextRetry);
        _store.Broken.Clear();
        _mailboxes.Retry(3_000);
        Assert.Equal(["fail m1 /h/a again", "deliver m1 /h/a again", "deliver m2 /h/a again"], _events);
        Assert.Equal((0, long.MaxValue), (_mailboxes.Waiting, _mailboxes.NextRetry));
    }

    [Fact]
    public void An_entry_whose_claim_has_lapsed_is_not_begun_and_not_tried_again()
    {
        var lost = new MemorySpool.Entry("m1", "a") { IsClaimed = false };
        _mailboxes.Deliver(lost, mayBeDuplicate: false, 0);
        Assert.Empty(_events);
        _store.Broken.Add("/h/a");
        var failing = new MemorySpool.Entry("m2", "a");
        _mailboxes.Deliver(failing, mayBeDuplicate: false, 0);
        failing.IsClaimed = false;
        _events.Clear();
        _mailboxes.Retry(1_000);
        Assert.Empty(_events);
        Assert.Equal(0, _mailboxes.Waiting);
    }

    [Fact]
    public void The_delay_between_attempts_ends_growing_at_five_minutes()
    {
        _store.Broken.Add("/h/a");
        _mailboxes.Deliver(new MemorySpool.Entry("m1", "a"), mayBeDuplicate: false, 0);
        long last = 0;
        for (int i = 0; i < 20; i++)
        {
            last = _mailboxes.NextRetry;
            _mailboxes.Retry(last);
        }
        Assert.Equal(300_000, _mailboxes.NextRetry - last);
    }

    [Fact]
    public void A_message_for_a_user_who_is_gone_stays()
    {
        _mailboxes.Deliver(new MemorySpool.Entry("m1", "gone", "a"), mayBeDuplicate: false, 0);
        _mailboxes.Sync(0);
        Assert.Equal(["deliver m1 /h/a", "sync", "mark m1 1"], _events);
        Assert.Equal(1, _mailboxes.Waiting);
    }
}
