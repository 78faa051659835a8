using MailModule.Delivery;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery;

public class MailboxDetourTests
{
    private readonly List<string> _events = [];
    private readonly List<Detour> _begun = [];
    private readonly CollectedReports _reports = new();
    private readonly TurnedClock _clock = new();
    private readonly MemorySpool _spool;
    private readonly MemoryStore _store;
    private readonly MailboxRound _round;
    private readonly Rules _rules = new();

    public MailboxDetourTests()
    {
        _spool = new MemorySpool(_events);
        _store = new MemoryStore(_events);
        var parts = new LocalParts
        {
            Spool = _spool,
            Store = _store,
            HomeOf = name => name.StartsWith("list", StringComparison.Ordinal) ? null : $"/h/{name}",
            Rules = _rules,
            Reports = _reports,
            Time = _clock,
            Schedule = () => RetrySchedule.Default,
        };
        _round = new MailboxRound(parts, _begun.Add, step => step(5));
    }

    [Fact]
    public void A_message_comes_into_the_mailbox_after_its_detour()
    {
        Detour detour = Deliver("m1", "ann", "bob");
        Assert.Equal(["deliver m1 /h/bob"], _events);
        Assert.Equal(("ann", "/h/ann", 0), (detour.Maildrop, detour.Home, detour.Recipients.Single()));
        _round.EndDetour(detour, DetourEnd.Inbox, 0);
        _round.Sync(0);
        Assert.Equal(["deliver m1 /h/bob", "deliver m1 /h/ann", "sync", "mark m1 1", "mark m1 0"], _events);
    }

    [Fact]
    public void Folders_get_it_each_and_nothing_is_marked_before_the_sync()
    {
        Detour detour = Deliver("m1", "ann");
        _round.EndDetour(detour, new DetourEnd(Fault.None, ["spam", ""]), 0);
        Assert.Equal(["deliver m1 /h/ann/spam again", "deliver m1 /h/ann"], _events);
        _round.Sync(0);
        Assert.Equal(["sync", "mark m1 0"], _events[2..]);
    }

    [Fact]
    public void What_goes_nowhere_is_marked_at_once()
    {
        _round.EndDetour(Deliver("m1", "list\tx@y"), DetourEnd.Nowhere, 0);
        Assert.Equal(["mark m1 0"], _events);
    }

    [Fact]
    public void A_detour_that_failed_is_taken_again_later_and_later()
    {
        Detour detour = Deliver("m1", "ann");
        detour.Progress = "so far";
        _round.EndDetour(detour, DetourEnd.Failed(Fault.Full), 0);
        Assert.Equal((1, 1_000L), (_round.Waiting, _round.NextRetry));
        _round.Retry(1_000);
        Assert.Equal(0, _round.Waiting);
        Detour second = _begun[1];
        Assert.Equal(("so far", 1, true), (second.Progress, second.Failures, second.MayBeThere));
        _round.EndDetour(second, DetourEnd.Failed(Fault.Full), 1_000);
        Assert.Equal(3_000, _round.NextRetry);
        for (int i = 2; i < 20; i++)
        {
            long now = _round.NextRetry;
            _round.Retry(now);
            _round.EndDetour(_begun[i], DetourEnd.Failed(Fault.Full), now);
            Assert.InRange(_round.NextRetry - now, 4_000, 300_000);
        }
        Assert.Empty(_events);
    }

    [Fact]
    public void A_mailbox_that_fails_after_the_detour_does_not_repeat_it()
    {
        _store.Broken.Add("/h/ann");
        _round.EndDetour(Deliver("m1", "ann"), new DetourEnd(Fault.None, ["spam", ""]), 0);
        _store.Broken.Clear();
        _round.Retry(_round.NextRetry);
        _round.Sync(0);
        Assert.Single(_begun);
        Assert.Equal(["deliver m1 /h/ann/spam again", "fail m1 /h/ann", "deliver m1 /h/ann/spam again", "deliver m1 /h/ann again", "sync", "mark m1 0"], _events);
    }

    [Fact]
    public void Success_is_told_before_the_mark_to_those_who_asked()
    {
        var entry = new MemorySpool.Entry("m1", "bob", "bob", "carl");
        entry.Envelope.Recipients[1] = entry.Envelope.Recipients[1] with { Notify = Notify.Success };
        _round.Deliver(entry, mayBeThere: false, 0);
        Assert.Equal(["Delivered to <>:  2.0.0"], _reports.Sent);
        _round.Sync(0);
        Assert.Equal(["mark m1 0 1", "mark m1 2"], _events.Where(text => text.StartsWith("mark", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_report_that_cannot_be_written_is_tried_again_and_the_mark_waits()
    {
        _reports.Fault = Fault.Full;
        var entry = new MemorySpool.Entry("m1", "bob");
        entry.Envelope.Recipients[0] = entry.Envelope.Recipients[0] with { Notify = Notify.Success };
        _round.Deliver(entry, mayBeThere: false, 0);
        _round.Sync(0);
        Assert.Equal(["deliver m1 /h/bob"], _events);
        _reports.Fault = Fault.None;
        _round.Retry(_round.NextRetry);
        _round.Sync(0);
        Assert.Equal(["deliver m1 /h/bob", "deliver m1 /h/bob again", "sync", "mark m1 0"], _events);
        Assert.Single(_reports.Sent);
    }

    [Fact]
    public void What_cannot_be_delivered_in_time_is_reported_and_given_up()
    {
        _store.Broken.Add("/h/bob");
        var entry = new MemorySpool.Entry("m1", "bob");
        entry.Envelope.Received = _clock.GetUtcNow();
        _round.Deliver(entry, mayBeThere: false, 0);
        _clock.Turn(TimeSpan.FromHours(23));
        _round.Retry(_round.NextRetry);
        Assert.Empty(_reports.Sent);
        _clock.Turn(TimeSpan.FromHours(2));
        _reports.Fault = Fault.Full;
        _round.Retry(_round.NextRetry);
        Assert.Equal(1, _round.Waiting);
        _reports.Fault = Fault.None;
        _round.Retry(_round.NextRetry);
        Assert.Equal(["Failed to <>:  4.4.7"], _reports.Sent);
        Assert.Equal("mark m1 0", _events[^1]);
        Assert.Equal(0, _round.Waiting);
    }

    [Fact]
    public void A_stop_is_no_reason_to_give_up()
    {
        Detour detour = Deliver("m1", "ann");
        _clock.Turn(TimeSpan.FromHours(25));
        _round.EndDetour(detour, DetourEnd.Failed(Fault.Cancelled), 0);
        Assert.Empty(_reports.Sent);
        Assert.Equal(1, _round.Waiting);
    }

    private Detour Deliver(string id, params string?[] maildrops)
    {
        var entry = new MemorySpool.Entry(id, maildrops);
        entry.Envelope.Received = _clock.GetUtcNow();
        _round.Deliver(entry, mayBeThere: false, 0);
        return Assert.Single(_begun);
    }

    private sealed class Rules : ILocalRules
    {
        public bool Concern(string maildrop, string? home) => home is null or "/h/ann";
        public DetourEnd Take(Detour detour, CancellationToken cancel) => throw new NotSupportedException();
    }
}
