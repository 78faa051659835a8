using MailModule.Mail;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>How often the queue tells a sender, for whom nobody vouches, that a message has failed.</summary>
public class ReportsToStrangersTests
{
    private const int Hosts = 50;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sender_who_may_be_forged_hears_of_the_first_failures_and_of_all_others_together(bool restarts)
    {
        var bench = new QueueBench();
        QueueSpool.Entry entry = Message(bench, isFromStranger: true);
        RefuseOneAfterAnother(bench, Hosts / 2, () => bench.Queue.Enqueue(entry));
        Assert.Single(Failures(bench));
        if (restarts)
        {
            bench.Dispose();
            bench = new QueueBench(recovered: [entry], clock: bench.Clock);
            Assert.Empty(Failures(bench));
        }
        bench.Network.Answers.Clear();
        bench.Pass(TimeSpan.FromHours(2));
        string last = Failures(bench)[^1];
        Assert.Equal(restarts ? 1 : 2, Failures(bench).Count);
        Assert.Equal(Hosts / 2 - 1, last.Split(", ").Length);
        Assert.Equal(Hosts, entry.Done.Count);
        bench.Dispose();
    }

    [Fact]
    public void A_sender_who_is_known_hears_of_each_failure_when_it_is_known()
    {
        using var bench = new QueueBench();
        QueueSpool.Entry entry = Message(bench, isFromStranger: false);
        RefuseOneAfterAnother(bench, 5, () => bench.Queue.Enqueue(entry));
        Assert.Equal(5, Failures(bench).Count);
    }

    private static QueueSpool.Entry Message(QueueBench bench, bool isFromStranger)
    {
        string[] to = [.. Enumerable.Range(0, Hosts).Select(i => $"a@h{i}.test")];
        var entry = new QueueSpool.Entry("m1", bench.Clock.GetUtcNow(), Notify.Default, to);
        entry.Envelope.IsFromStranger = isFromStranger;
        return entry;
    }

    // One more host refuses for good in each round of attempts, the others for now.
    private static void RefuseOneAfterAnother(QueueBench bench, int hosts, Action begin)
    {
        for (int i = 0; i < Hosts; i++)
            bench.Network.Answers[$"h{i}.test"] = _ => 451;
        for (int i = 0; i < hosts; i++)
        {
            bench.Network.Answers[$"h{i}.test"] = _ => 550;
            if (i == 0)
                begin();
            bench.Pass(i == 0 ? TimeSpan.Zero : bench.Queue.NextDue!.Value - bench.Clock.GetUtcNow());
        }
    }

    private static List<string> Failures(QueueBench bench)
        => [.. bench.Dsns.Sent.Where(text => text.StartsWith("Failed", StringComparison.Ordinal))];
}
