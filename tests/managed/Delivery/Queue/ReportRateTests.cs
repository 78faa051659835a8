using MailModule.Delivery;
using MailModule.Delivery.Queue;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>How many reports the queue has under way.</summary>
public class ReportRateTests
{
    private const int Messages = 2_000;

    [Fact]
    public void A_report_that_waits_for_other_recipients_of_its_message_holds_up_no_others()
    {
        var dsns = new WaitingDsns();
        using var bench = new NotifierBench(dsns);
        for (int i = 0; i < Messages; i++)
            AddFailed(bench, $"m{i}");
        while (bench.Notifier.BeginNext())
        {
        }
        Assert.Equal(Messages, dsns.Waiting.Count);
        dsns.Waiting.ForEach(committed => committed(Fault.None));
        Assert.Equal(Messages, bench.Spool.Marks.Count);
    }

    private static void AddFailed(NotifierBench bench, string id)
    {
        DateTimeOffset now = bench.Clock.GetUtcNow();
        var entry = new QueueSpool.Entry(id, now, Notify.Default, "a@one.test");
        lock (bench.Table.Lock)
        {
            QueueItem item = bench.Table.Admit(entry, RetrySchedule.Default, now)!;
            item.Recipients[0].Keep(
                AttemptResult.Kept(
                    AttemptResultKind.Failed, Fault.RefusedPermanent, 550, "", "said so", "mx.one.test", null),
                now);
            bench.Table.Fail(item.Recipients[0]);
            bench.Notifier.AddIfDue(item);
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
