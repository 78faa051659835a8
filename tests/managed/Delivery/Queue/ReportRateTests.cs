using MailModule.Delivery;
using MailModule.Delivery.Queue;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>How many reports the queue has under way.</summary>
public sealed class ReportRateTests : IDisposable
{
    private const int Messages = 2_000;

    private readonly Workers _workers = new(1);

    public void Dispose() => _workers.Stop(TimeSpan.FromSeconds(10));

    [Fact]
    public void A_report_that_waits_for_other_recipients_of_its_message_holds_up_no_others()
    {
        var clock = new ManualClock();
        var spool = new QueueSpool([]);
        var dsns = new WaitingDsns();
        var dependencies = new QueueDependencies
        {
            Spool = spool,
            RemoteDelivery = new ScriptedNetwork(),
            DsnSender = dsns,
            Workers = _workers,
            NextHopOf = (domain, _) => domain,
            ContentOf = _ => throw new InvalidOperationException("nothing is sent here"),
            VerdictOf = _ => default,
            Copies = new KeptCopies(_ => null, Disk.Real),
            Time = clock,
        };
        var table = new QueueTable(spool, dependencies.NextHopOf);
        var notifier = new Notifier(table, new QueueEvents(_workers, Log.None, clock), dependencies);
        for (int i = 0; i < Messages; i++)
            AddFailed(table, notifier, $"m{i}", clock.GetUtcNow());
        while (notifier.BeginNext())
        {
        }
        Assert.Equal(Messages, dsns.Waiting.Count);
        dsns.Waiting.ForEach(committed => committed(Fault.None));
        Assert.Equal(Messages, spool.Marks.Count);
    }

    private static void AddFailed(QueueTable table, Notifier notifier, string id, DateTimeOffset now)
    {
        var entry = new QueueSpool.Entry(id, now, Notify.Default, "a@one.test");
        lock (table.Lock)
        {
            QueueItem item = table.Admit(entry, RetrySchedule.Default, now)!;
            item.Recipients[0].Keep(
                AttemptResult.Kept(
                    AttemptResultKind.Failed, Fault.RefusedPermanent, 550, "", "said so", "mx.one.test", null),
                now);
            table.Fail(item.Recipients[0]);
            notifier.AddIfDue(item);
        }
    }

    private sealed class WaitingDsns : IDsnSender
    {
        public List<Action<Fault>> Waiting { get; } = [];

        public void Send(
            ISpoolEntry original, DsnKind kind, IReadOnlyList<DsnRecipient> recipients, Action<Fault> committed)
            => Waiting.Add(committed);
    }
}
