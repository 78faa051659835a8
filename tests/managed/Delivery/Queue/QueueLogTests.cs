using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Queue;

public class QueueLogTests
{
    private const int Lines = 100;

    private readonly QueueItem _item;

    public QueueLogTests()
    {
        var entry = new QueueSpool.Entry("m1", default, Notify.Default, "a@one.test");
        _item = new QueueItem(entry, [new QueueRecipient(0)], default);
    }

    [Fact]
    public void A_thread_writes_its_share_and_a_worker_the_rest_in_order()
    {
        using var workers = new Workers(1);
        using var all = new ManualResetEventSlim();
        var written = new List<(string Line, bool IsHere)>();
        int here = Environment.CurrentManagedThreadId;
        var log = new QueueLog(new Log(LogLevel.Info, (_, _, line) =>
        {
            written.Add((line, Environment.CurrentManagedThreadId == here));
            if (written.Count == Lines)
                all.Set();
        }), workers);
        for (int i = 0; i < Lines; i++)
            Add(log, i);
        log.Write();
        all.Wait();
        Assert.Equal(Enumerable.Range(0, Lines).Select(LineOf), written.Select(one => one.Line));
        Assert.Equal(16, written.Count(one => one.IsHere));
    }

    [Fact]
    public void Who_finds_another_writing_does_not_wait_and_its_lines_are_written()
    {
        using var workers = new Workers(1);
        using var all = new CountdownEvent(Lines);
        using var isWriting = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        var log = new QueueLog(new Log(LogLevel.Info, (_, _, _) =>
        {
            isWriting.Set();
            mayGoOn.Wait();
            all.Signal();
        }), workers);
        Add(log, 0);
        var slow = new Thread(log.Write);
        slow.Start();
        isWriting.Wait();
        for (int i = 1; i < Lines; i++)
        {
            Add(log, i);
            log.Write(); // would never return if it waited
        }
        mayGoOn.Set();
        slow.Join();
        all.Wait();
    }

    private void Add(QueueLog log, int number)
        => log.Add(_item, _item.Recipients[0], number % 2 == 0 ? QueueEventKind.Queued : QueueEventKind.Removed);

    private static string LineOf(int number) => $"m1 {(number % 2 == 0 ? "queued" : "removed")} to=<a@one.test>";
}
