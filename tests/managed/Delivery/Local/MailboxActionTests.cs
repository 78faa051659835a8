using MailModule.Delivery;
using MailModule.Delivery.Local;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Local;

public class MailboxActionTests
{
    private readonly List<string> _events = [];
    private readonly List<string> _log = [];
    private readonly List<LocalAction> _begun = [];
    private readonly CollectedDsns _dsns = new();
    private readonly TurnedClock _clock = new();
    private readonly MemorySpool _spool;
    private readonly MemoryStore _store;
    private readonly MailboxDelivery _mailboxes;
    private readonly Rules _rules = new();

    public MailboxActionTests()
    {
        _spool = new MemorySpool(_events);
        _store = new MemoryStore(_events);
        var parts = new LocalDeliveryDependencies
        {
            Spool = _spool,
            Store = _store,
            HomeOf = name => name.StartsWith("list", StringComparison.Ordinal) ? null : $"/h/{name}",
            Rules = _rules,
            DsnSender = _dsns,
            Time = _clock,
            Log = new Log(LogLevel.Info, (_, _, text) => _log.Add(text)),
            Schedule = () => RetrySchedule.Default,
        };
        _mailboxes = new MailboxDelivery(parts, _begun.Add, step => step(5));
    }

    [Fact]
    public void A_message_comes_into_the_mailbox_after_its_action()
    {
        LocalAction action = Deliver("m1", "ann", "bob");
        Assert.Equal(["deliver m1 /h/bob"], _events);
        Assert.Equal(("ann", "/h/ann", 0), (action.Maildrop, action.Home, action.Recipients.Single()));
        _mailboxes.CompleteAction(action, LocalActionResult.Inbox, 0);
        _mailboxes.Sync(0);
        Assert.Equal(["deliver m1 /h/bob", "deliver m1 /h/ann", "sync", "mark m1 1", "mark m1 0"], _events);
    }

    [Fact]
    public void Folders_get_it_each_and_nothing_is_marked_before_the_sync()
    {
        LocalAction action = Deliver("m1", "ann");
        _mailboxes.CompleteAction(action, LocalActionResult.Stored(["spam", ""]), 0);
        Assert.Equal(["deliver m1 /h/ann/spam again", "deliver m1 /h/ann"], _events);
        _mailboxes.Sync(0);
        Assert.Equal(["sync", "mark m1 0"], _events[2..]);
    }

    [Fact]
    public void What_was_sent_on_is_marked_at_once()
    {
        _mailboxes.CompleteAction(
            Deliver("m1", "list\tx@y"), LocalActionResult.SentOn([LocalHost.Address("x@b.example")]), 0);
        Assert.Equal(["mark m1 0"], _events);
    }

    [Fact]
    public void An_action_that_failed_is_run_again_later_and_later()
    {
        LocalAction action = Deliver("m1", "ann");
        action.Progress = "so far";
        _mailboxes.CompleteAction(action, LocalActionResult.Failed(Fault.Full), 0);
        Assert.Equal((1, 1_000L), (_mailboxes.Waiting, _mailboxes.NextRetry));
        _mailboxes.Retry(1_000);
        Assert.Equal(0, _mailboxes.Waiting);
        LocalAction second = _begun[1];
        Assert.Equal(("so far", 1, true), (second.Progress, second.Failures, second.MayBeDuplicate));
        _mailboxes.CompleteAction(second, LocalActionResult.Failed(Fault.Full), 1_000);
        Assert.Equal(3_000, _mailboxes.NextRetry);
        for (int i = 2; i < 20; i++)
        {
            long now = _mailboxes.NextRetry;
            _mailboxes.Retry(now);
            _mailboxes.CompleteAction(_begun[i], LocalActionResult.Failed(Fault.Full), now);
            Assert.InRange(_mailboxes.NextRetry - now, 4_000, 300_000);
        }
        Assert.Empty(_events);
    }

    [Fact]
    public void A_mailbox_that_fails_after_the_action_does_not_repeat_it()
    {
        _store.Broken.Add("/h/ann");
        _mailboxes.CompleteAction(Deliver("m1", "ann"), LocalActionResult.Stored(["spam", ""]), 0);
        _store.Broken.Clear();
        _mailboxes.Retry(_mailboxes.NextRetry);
        _mailboxes.Sync(0);
        Assert.Single(_begun);
        Assert.Equal(["deliver m1 /h/ann/spam again", "fail m1 /h/ann", "deliver m1 /h/ann/spam again",
            "deliver m1 /h/ann again", "sync", "mark m1 0"], _events);
    }

    [Fact]
    public void Success_is_told_before_the_mark_to_those_who_asked()
    {
        var entry = new MemorySpool.Entry("m1", "bob", "bob", "carl");
        entry.Envelope.Recipients[1] = entry.Envelope.Recipients[1] with { Notify = Notify.Success };
        _mailboxes.Deliver(entry, mayBeDuplicate: false, 0);
        Assert.Equal(["Delivered to <>:  2.0.0"], _dsns.Sent);
        _mailboxes.Sync(0);
        Assert.Equal(["mark m1 0 1", "mark m1 2"],
            _events.Where(text => text.StartsWith("mark", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_report_that_cannot_be_written_is_tried_again_and_the_mark_waits()
    {
        _dsns.Fault = Fault.Full;
        var entry = new MemorySpool.Entry("m1", "bob");
        entry.Envelope.Recipients[0] = entry.Envelope.Recipients[0] with { Notify = Notify.Success };
        _mailboxes.Deliver(entry, mayBeDuplicate: false, 0);
        _mailboxes.Sync(0);
        Assert.Equal(["deliver m1 /h/bob"], _events);
        _dsns.Fault = Fault.None;
        _mailboxes.Retry(_mailboxes.NextRetry);
        _mailboxes.Sync(0);
        Assert.Equal(["deliver m1 /h/bob", "deliver m1 /h/bob again", "sync", "mark m1 0"], _events);
        Assert.Single(_dsns.Sent);
    }

    [Fact]
    public void What_cannot_be_delivered_in_time_is_reported_and_given_up()
    {
        _store.Broken.Add("/h/bob");
        var entry = new MemorySpool.Entry("m1", "bob");
        entry.Envelope.Received = _clock.GetUtcNow();
        _mailboxes.Deliver(entry, mayBeDuplicate: false, 0);
        _clock.Turn(TimeSpan.FromHours(23));
        _mailboxes.Retry(_mailboxes.NextRetry);
        Assert.Equal(["Delayed to <>:  4.3.1"], _dsns.Sent);
        _clock.Turn(TimeSpan.FromHours(2));
        _dsns.Fault = Fault.Full;
        _mailboxes.Retry(_mailboxes.NextRetry);
        Assert.Equal(1, _mailboxes.Waiting);
        _dsns.Fault = Fault.None;
        _mailboxes.Retry(_mailboxes.NextRetry);
        Assert.Equal(["Delayed to <>:  4.3.1", "Failed to <>:  4.3.1"], _dsns.Sent);
        Assert.Equal("mark m1 0", _events[^1]);
        Assert.Equal(0, _mailboxes.Waiting);
    }

    [Theory]
    [InlineData(true, 60, "Failed to <>:  5.4.7", "mark m1 0")]
    [InlineData(true, -1, "Failed to <>:  5.4.7", "mark m1 0")]
    [InlineData(false, -1, null, "deliver m1 /h/bob")]
    public void What_comes_too_late_for_its_sender_is_returned_if_he_wants_it_so(
        bool returns, int seconds, string? told, string last)
    {
        var entry = new MemorySpool.Entry("m1", "bob");
        entry.Envelope.Received = _clock.GetUtcNow();
        entry.Envelope.DeliverBy = new DeliverBy(TimeSpan.FromSeconds(seconds), returns, false);
        if (seconds > 0)
        {
            _store.Broken.Add("/h/bob");
            _mailboxes.Deliver(entry, mayBeDuplicate: false, 0);
            Assert.Empty(_dsns.Sent);
            _store.Broken.Clear();
            _clock.Turn(TimeSpan.FromSeconds(seconds));
            _mailboxes.Retry(_mailboxes.NextRetry);
        }
        else
            _mailboxes.Deliver(entry, mayBeDuplicate: false, 0);
        Assert.Equal(told ?? "", string.Join(';', _dsns.Sent));
        Assert.Equal(last, _events[^1]);
        Assert.Equal(0, _mailboxes.Waiting);
    }

    [Fact]
    public void What_is_given_up_and_nobody_can_be_told_of_is_thrown_away_and_logged()
    {
        _store.Broken.Add("/h/bob");
        var entry = new MemorySpool.Entry("m1", "bob", "bob");
        entry.Envelope.ReversePath = LocalHost.Address("sender@c.example");
        entry.Envelope.Received = _clock.GetUtcNow();
        entry.Envelope.Recipients[0] = new Recipient(LocalHost.Address("one@a.example"), "bob")
        { Notify = Notify.Never };
        _mailboxes.Deliver(entry, mayBeDuplicate: false, 0);
        _clock.Turn(TimeSpan.FromHours(25));
        _dsns.Fault = Fault.Full;
        _mailboxes.Retry(_mailboxes.NextRetry);
        Assert.DoesNotContain(_log, line => line.Contains("thrown away", StringComparison.Ordinal));
        _dsns.Fault = Fault.None;
        _mailboxes.Retry(_mailboxes.NextRetry);
        Assert.Equal(["m1: thrown away for <one@a.example> (user bob): There is no space for mail on this host, and "
            + "its sender wants no report of it"],
            _log.Where(line => line.Contains("thrown away", StringComparison.Ordinal)));
        Assert.Equal("mark m1 0 1", _events[^1]);
    }

    [Fact]
    public void What_an_action_owes_is_told_before_the_mark_and_each_report_is_written_once()
    {
        LocalAction action = Deliver("m1", "list\tx@y");
        DsnRecipient[] told =
            [new DsnRecipient(action.FirstRecipient, AttemptResult.OfThisHost(Fault.None, "5.1.1", "x"), null)];
        var owed = new OwedDsn(committed => _dsns.Send(action.Entry, DsnKind.Failed, told, committed));
        var done = new OwedDsn(_ => Assert.Fail("it is durable already")) { IsDurable = true };
        _dsns.Fault = Fault.Full;
        _mailboxes.CompleteAction(
            action, LocalActionResult.SentOn([LocalHost.Address("x@b.example")], [owed, done]), 0);
        Assert.Empty(_events);
        Assert.Equal(1, _mailboxes.Waiting);
        _dsns.Fault = Fault.None;
        _mailboxes.Retry(_mailboxes.NextRetry);
        Assert.Equal(["Failed to <>:  5.1.1"], _dsns.Sent);
        Assert.Equal(["mark m1 0"], _events);
        Assert.Single(_begun);
    }

    [Fact]
    public void A_stop_is_no_reason_to_give_up()
    {
        LocalAction action = Deliver("m1", "ann");
        _clock.Turn(TimeSpan.FromHours(25));
        _mailboxes.CompleteAction(action, LocalActionResult.Failed(Fault.Cancelled), 0);
        Assert.Empty(_dsns.Sent);
        Assert.Equal(1, _mailboxes.Waiting);
    }

    [Fact]
    public void A_folder_that_the_envelope_names_comes_before_the_users_rules()
    {
        var entry = new MemorySpool.Entry("m1", "folder\tspam\tann", "folder\tspam\tann");
        _mailboxes.Deliver(entry, mayBeDuplicate: false, 0);
        Assert.Empty(_begun);
        _mailboxes.Sync(0);
        Assert.Equal(["deliver m1 /h/ann/spam again", "sync", "mark m1 0 1"], _events);
    }

    [Fact]
    public void A_list_hears_of_the_folder_and_is_told_by_its_own_name()
    {
        LocalAction action = Deliver("m1", "folder\tspam\tlist\tall@a.example");
        Assert.Equal(("list\tall@a.example", "spam"), (action.Maildrop, action.Folder));
        _mailboxes.CompleteAction(action, LocalActionResult.Failed(Fault.Io), 0);
        _clock.Turn(TimeSpan.FromHours(1));
        _begun.Clear();
        _mailboxes.Retry(long.MaxValue - 1);
        Assert.Equal("spam", Assert.Single(_begun).Folder);
    }

    private LocalAction Deliver(string id, params string?[] maildrops)
    {
        var entry = new MemorySpool.Entry(id, maildrops);
        entry.Envelope.Received = _clock.GetUtcNow();
        _mailboxes.Deliver(entry, mayBeDuplicate: false, 0);
        return Assert.Single(_begun);
    }

    private sealed class Rules : ILocalRules
    {
        public bool AppliesTo(string maildrop, string? home) => home is null or "/h/ann";
        public LocalActionResult Run(LocalAction action, CancellationToken cancel) => throw new NotSupportedException();
    }
}
