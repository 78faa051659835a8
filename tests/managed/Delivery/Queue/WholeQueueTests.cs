using MailModule.Delivery;
using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>The queue with what waits for mailboxes here, as one.</summary>
public sealed class WholeQueueTests : IDisposable
{
    private readonly QueueBench _bench = new();
    private readonly Waiting _waiting = new();
    private readonly WholeQueue _queue;

    public WholeQueueTests()
    {
        _queue = new WholeQueue(_bench.Queue, _waiting, () => RetrySchedule.Default);
        _bench.Network.Answers["one.test"] = _ => 451;
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void All_are_listed_oldest_first_and_each_once()
    {
        AddHere("m1", "me@here.test");
        _bench.Clock.Turn(TimeSpan.FromSeconds(1));
        _bench.Add("m2", "a@one.test");
        _bench.Clock.Turn(TimeSpan.FromSeconds(1));
        AddHere("m3", "me@here.test", "a@one.test");
        Assert.Equal(["m1", "m2", "m3"], _queue.List());
    }

    [Fact]
    public void Each_recipient_counts_once_and_each_message_too()
    {
        AddHere("m1", "me@here.test");
        AddHere("m2", "me@here.test", "you@here.test", "a@one.test");
        Assert.Equal((2, 4, 4), (_queue.Counts.Messages, _queue.Counts.Recipients, _queue.Counts.Deferred));
    }

    [Fact]
    public void A_message_has_its_recipients_of_both_kinds_in_their_order()
    {
        AddHere("m1", "me@here.test", "a@one.test", "you@here.test");
        Assert.Equal(Fault.None, _queue.Find("m1", out QueuedMessageView? message));
        Assert.Equal([0, 1, 2], message!.Recipients.Select(one => one.Index));
        Assert.Equal(_bench.Clock.GetUtcNow() + RetrySchedule.Default.Lifetime, message.Expires);
    }

    [Fact]
    public void What_waits_for_mailboxes_alone_is_read_tried_and_removed_and_nothing_else()
    {
        AddHere("m1", "me@here.test");
        Assert.Equal(Fault.None, _queue.OpenContent("m1", out Stream? content));
        Assert.Equal("Subject: x\n\ntext\n", new StreamReader(content!).ReadToEnd());
        Assert.Equal(Fault.NotSupported, _queue.Hold("m1"));
        Assert.Equal(Fault.NotSupported, _queue.Release("m1"));
        Assert.True(MailAddress.TryParse("me@here.test", out MailAddress to));
        Assert.Equal(Fault.NotSupported, _queue.Redirect("m1", null, to, out _));
        Assert.Equal(Fault.None, _queue.Retry("m1"));
        Assert.Equal(Fault.None, _queue.Remove("m1"));
        Assert.Equal(["retry m1", "remove m1"], _waiting.Asked);
        Assert.Equal(Fault.NotFound, _queue.Remove("m1"));
        Assert.Equal(Fault.NotFound, _queue.Hold("m1"));
        Assert.Throws<IOException>(() => OpenAndLose().ReadByte());
    }

    [Fact]
    public void What_is_asked_of_all_is_asked_of_both()
    {
        AddHere("m1", "me@here.test", "a@one.test");
        Assert.Equal(Fault.None, _queue.Hold(null));
        Assert.Equal(Fault.None, _queue.Hold("m1"));
        Assert.Equal(Fault.None, _queue.Release(null));
        Assert.Equal(Fault.None, _queue.Retry(null));
        Assert.Equal(Fault.None, _queue.Remove(null));
        Assert.Equal(["retry ", "remove "], _waiting.Asked);
        _bench.Network.Work();
        Assert.Equal(default, _queue.Counts);
    }

    private Stream OpenAndLose()
    {
        AddHere("m9", "me@here.test");
        Assert.Equal(Fault.None, _queue.OpenContent("m9", out Stream? content));
        _queue.Remove("m9");
        return content!;
    }

    private void AddHere(string id, params string[] to)
    {
        QueueSpool.Entry entry = _bench.Add(id, to);
        List<Recipient> recipients = entry.Envelope.Recipients;
        _waiting.Messages[id] = new WaitingMessage(
            entry, [.. Enumerable.Range(0, to.Length).Where(index => recipients[index].Maildrop is not null)
                .Select(index => new QueuedRecipientView(
                    index, recipients[index].Address, QueueState.Deferred, 1, null, null, null))]);
    }

    private sealed class Waiting : IWaitingMail
    {
        public Dictionary<string, WaitingMessage> Messages { get; } = [];
        public List<string> Asked { get; } = [];
        public IReadOnlyList<WaitingMessage> All => [.. Messages.Values];

        public WaitingMessage? Find(string id) => Messages.GetValueOrDefault(id);

        public void Retry(string? id) => Asked.Add($"retry {id}");

        public void Remove(string? id)
        {
            Asked.Add($"remove {id}");
            if (id is null)
                Messages.Clear();
            else
                Messages.Remove(id);
        }
    }
}
