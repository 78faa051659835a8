using MailModule.Delivery;
using MailModule.Delivery.Queue;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>The notifier with a table and nothing else of the queue: copy, then DSN, then mark.</summary>
public sealed class NotifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FailingDsns _dsns = new();
    private readonly NotifierBench _bench;

    public NotifierTests()
    {
        _bench = new NotifierBench(_dsns, CopyFolder);
        _dsns.Sending = () =>
        {
            Assert.True(File.Exists(Copy), "the DSN comes before the copy");
            Assert.Empty(_bench.Spool.Marks);
        };
    }

    private string CopyFolder => Path.Combine(_folder.Path, "copies");
    private string Copy => Path.Combine(CopyFolder, "m1.eml");

    [Fact]
    public void What_another_engine_may_have_by_now_is_let_go_without_a_word()
    {
        QueueItem item = AddFinal(QueueState.Failed);
        ((QueueSpool.Entry)item.Entry).IsClaimed = false;
        Turn();
        Assert.Empty(_dsns.Sent);
        Assert.Empty(_bench.Spool.Marks);
        Assert.Equal(default, _bench.Table.Counts);
        Assert.False(_bench.Table.Holds(item));
    }

    [Fact]
    public void What_failed_is_copied_then_told_then_marked()
    {
        QueueItem item = AddFinal(QueueState.Failed);
        Turn();
        Assert.Equal(["Failed"], _dsns.Sent);
        Assert.Equal(["m1 0"], _bench.Spool.Marks);
        Assert.Equal(default, _bench.Table.Counts);
        Assert.False(_bench.Table.Holds(item));
    }

    [Fact]
    public void What_was_relayed_is_marked_soon_and_told_only_if_that_is_owed()
    {
        AddFinal(QueueState.Relayed);
        Turn();
        Assert.Empty(_dsns.Sent);
        Assert.True(File.Exists(Copy));
        Assert.Equal(["m1 0 soon"], _bench.Spool.Marks);
    }

    [Fact]
    public void Without_a_copy_nothing_is_told_or_marked_until_there_is_one()
    {
        File.WriteAllText(CopyFolder, "a file where the folder should be");
        QueueItem item = AddFinal(QueueState.Failed);
        Turn();
        AssertOwed(item);
        Assert.Equal(0, _dsns.Asked);
        File.Delete(CopyFolder);
        AssertDoneAfterTheWait();
    }

    [Theory]
    [InlineData(Fault.Full, false)]
    [InlineData(Fault.Internal, true)]
    public void Without_a_DSN_nothing_is_marked_until_it_is_durable(Fault fault, bool throws)
    {
        (_dsns.Fault, _dsns.Throws) = (fault, throws);
        QueueItem item = AddFinal(QueueState.Failed);
        Turn();
        AssertOwed(item);
        Assert.True(File.Exists(Copy));
        (_dsns.Fault, _dsns.Throws) = (Fault.None, false);
        AssertDoneAfterTheWait();
    }

    [Fact]
    public void A_message_whose_recipient_is_still_being_tried_waits_with_its_report()
    {
        QueueItem item = AddFinal(QueueState.Failed, "a@one.test", "b@one.test");
        Turn();
        Assert.Equal(0, _dsns.Asked);
        using (new HeldLock(_bench.Table))
        {
            _bench.Table.Fail(item.Recipients[1]);
            _bench.Notifier.AddIfDue(item);
        }
        Turn();
        Assert.Equal(["Failed Failed"], _dsns.Sent);
        Assert.Equal(["m1 0 1"], _bench.Spool.Marks);
    }

    [Fact]
    public void A_table_that_is_closed_keeps_what_is_owed_for_the_next_start()
    {
        QueueItem item = AddFinal(QueueState.Failed);
        using (new HeldLock(_bench.Table))
            _bench.Table.Close();
        Assert.False(_bench.Notifier.BeginNext());
        AssertOwed(item);
    }

    public void Dispose()
    {
        _bench.Dispose();
        _folder.Dispose();
    }

    /// <summary>A message whose first recipient is final.</summary>
    private QueueItem AddFinal(QueueState state, params string[] to)
    {
        string[] recipients = to.Length > 0 ? to : ["a@one.test"];
        var entry = new QueueSpool.Entry("m1", _bench.Clock.GetUtcNow(), Notify.Default, recipients);
        using var held = new HeldLock(_bench.Table);
        QueueItem item = _bench.Table.Admit(entry, RetrySchedule.Default, _bench.Clock.GetUtcNow())!;
        bool isFailed = state == QueueState.Failed;
        foreach (QueueRecipient recipient in item.Recipients)
            recipient.Keep(
                AttemptResult.Kept(
                    isFailed ? AttemptResultKind.Failed : AttemptResultKind.Delivered,
                    isFailed ? Fault.RefusedPermanent : Fault.None, isFailed ? 550 : 250, "", "said so", "mx.one.test",
                    null),
                _bench.Clock.GetUtcNow());
        item.Recipients[0].OwesDsn = isFailed;
        if (isFailed)
            _bench.Table.Fail(item.Recipients[0]);
        else
            _bench.Table.Relay(item.Recipients[0]);
        _bench.Notifier.AddIfDue(item);
        return item;
    }

    /// <summary>Has everything that is due done, and waits until it is.</summary>
    private void Turn()
    {
        while (_bench.Notifier.BeginNext())
        {
        }
        using var held = new HeldLock(_bench.Table);
        while (_bench.Notifier.IsBusy)
            _bench.Table.Wait(TimeSpan.FromSeconds(30));
    }

    private void AssertOwed(QueueItem item)
    {
        Assert.Empty(_dsns.Sent);
        Assert.Empty(_bench.Spool.Marks);
        Assert.True(_bench.Table.Holds(item));
        Assert.Equal(1, _bench.Table.Counts.Failed);
    }

    private void AssertDoneAfterTheWait()
    {
        Turn();
        Assert.Empty(_bench.Spool.Marks);
        _bench.Clock.TurnTo(_bench.Notifier.NextDue!.Value);
        Turn();
        Assert.Equal(["Failed"], _dsns.Sent);
        Assert.Equal(["m1 0"], _bench.Spool.Marks);
        Assert.True(File.Exists(Copy));
        Assert.Equal(default, _bench.Table.Counts);
    }

    /// <summary>Fails, or throws, as it is told.</summary>
    private sealed class FailingDsns : IDsnSender
    {
        public Fault Fault { get; set; }
        public bool Throws { get; set; }
        public int Asked { get; private set; }
        public List<string> Sent { get; } = [];
        public Action Sending { get; set; } = () => { };

        public void Send(
            ISpoolEntry original, DsnKind kind, IReadOnlyList<DsnRecipient> recipients, Action<Fault> committed)
        {
            Asked++;
            if (Throws)
                throw new InvalidOperationException("a sender's fault");
            Sending();
            if (Fault == Fault.None)
                Sent.Add(string.Join(' ', recipients.Select(_ => kind)));
            committed(Fault);
        }
    }
}
