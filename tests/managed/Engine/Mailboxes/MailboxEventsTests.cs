using System.Collections.Concurrent;
using MailModule.Engine;
using MailModule.Engine.Mailboxes;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Mailboxes;

/// <summary>The host hears of new mail.</summary>
public sealed class MailboxEventsTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly MailboxRun _run = new();
    private readonly BlockingCollection<MailboxEvent> _heard = [];

    public void Dispose()
    {
        _run.Dispose();
        _heard.Dispose();
    }

    [Fact]
    public void Mail_is_there_when_it_is_told()
    {
        var read = new BlockingCollection<string>();
        _run.Engine.MailboxEvents.SetListener(one =>
        {
            // Inside the call the mailbox can be opened: delivery does not wait for the listener.
            using HostMailbox mailbox = _run.Open(one.User, one.Folder, MailboxOpening.Shared);
            int index = mailbox.IndexOf(one.UniqueId);
            Assert.Equal(Fault.None, mailbox.Find(index, out MailboxMessage? message));
            Assert.Equal(one.Octets, message!.Octets);
            read.Add(MailboxRun.Read(mailbox, index));
            _heard.Add(one);
        });
        string first = _run.Deliver("ann", "Subject: one\n\n", from: "eve@there.example");
        string second = _run.Deliver("bob", "Subject: two\n\n", "spam");
        MailboxEvent ann = Next(), bob = Next();
        Assert.Equal((1, "ann", "", "eve@there.example"), (ann.Sequence, ann.User, ann.Folder, ann.Sender.Text));
        Assert.Equal((2, "bob", "spam", ""), (bob.Sequence, bob.User, bob.Folder, bob.Sender.Text));
        Assert.Contains(first, ann.UniqueId, StringComparison.Ordinal);
        Assert.Contains(second, bob.UniqueId, StringComparison.Ordinal);
        Assert.Contains("Subject: one", read.Take(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_listener_that_blocks_holds_up_no_delivery_and_misses_nothing()
    {
        using var go = new ManualResetEventSlim();
        _run.Engine.MailboxEvents.SetListener(one =>
        {
            go.Wait(Long);
            _heard.Add(one);
        });
        for (int i = 0; i < 30; i++)
            _run.Deliver("ann", $"Subject: {i}\n\n");
        using (HostMailbox mailbox = _run.Open("ann"))
            Assert.Equal(30, mailbox.Count);
        Assert.Empty(_heard);
        go.Set();
        for (int i = 1; i <= 30; i++)
            Assert.Equal(i, Next().Sequence);
    }

    [Fact]
    public void A_gap_tells_what_nobody_heard_and_a_listener_outlives_a_stop()
    {
        _run.Deliver("ann", "Subject: unheard\n\n");
        _run.Open("ann").Dispose();
        _run.Engine.MailboxEvents.SetListener(_heard.Add);
        _run.Deliver("ann", "Subject: heard\n\n");
        Assert.Equal(2, Next().Sequence);
        Assert.Equal(Fault.None, _run.Engine.Stop(Long));
        _run.Deliver("ann", "Subject: later\n\n");
        Assert.Equal(3, Next().Sequence);
        _run.Engine.MailboxEvents.SetListener(null);
        _run.Deliver("ann", "Subject: unheard\n\n");
        _run.Open("ann").Dispose();
        Assert.Empty(_heard);
    }

    [Fact]
    public void What_was_delivered_before_a_stop_is_heard_before_its_end()
    {
        using var go = new ManualResetEventSlim();
        _run.Engine.MailboxEvents.SetListener(one =>
        {
            go.Wait(Long);
            _heard.Add(one);
        });
        for (int i = 0; i < 10; i++)
            _run.Deliver("ann", $"Subject: {i}\n\n");
        Assert.Equal(Fault.None, _run.Engine.OpenMailData(out HostMailData? data));
        using CancellationTokenRegistration stopping = data!.Stopping.Register(go.Set);
        Assert.Equal(Fault.None, _run.Engine.Stop(Long));
        Assert.Equal(10, _heard.Count);
    }

    [Fact]
    public void When_a_listener_was_replaced_the_old_one_is_called_no_more()
    {
        using var inside = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        int old = 0;
        _run.Engine.MailboxEvents.SetListener(_ =>
        {
            inside.Set();
            go.Wait(Long);
            Interlocked.Increment(ref old);
        });
        _run.Deliver("ann", "Subject: 1\n\n");
        Assert.True(inside.Wait(Long));
        var replacing = new Thread(() => _run.Engine.MailboxEvents.SetListener(_heard.Add));
        replacing.Start();
        // It waits for the call that runs.
        Assert.True(SpinWait.SpinUntil(() => (replacing.ThreadState & ThreadState.WaitSleepJoin) != 0, Long));
        Assert.Equal(0, old);
        go.Set();
        Assert.True(replacing.Join(Long));
        Assert.Equal(1, old);
        _run.Deliver("ann", "Subject: 2\n\n");
        Assert.Equal(2, Next().Sequence);
        Assert.Equal(1, old);
    }

    [Fact]
    public void A_listener_may_replace_itself_and_may_throw()
    {
        _run.Engine.MailboxEvents.SetListener(one =>
        {
            _run.Engine.MailboxEvents.SetListener(_heard.Add);
            throw new InvalidOperationException("a fault of the listener's");
        });
        _run.Deliver("ann", "Subject: 1\n\n");
        _run.Open("ann").Dispose();
        _run.Deliver("ann", "Subject: 2\n\n");
        Assert.Equal(2, Next().Sequence);
    }

    private MailboxEvent Next()
    {
        Assert.True(_heard.TryTake(out MailboxEvent? one, Long), "no event came");
        return one!;
    }
}
