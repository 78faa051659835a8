using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Faults;

/// <summary>Whenever the disk becomes full, what was accepted can be marked done, the log empties, and nothing comes
/// back.</summary>
public class SpoolFullDiskTests
{
    private const string Directory = "/spool";
    private const int SegmentLimit = 4096;
    private const long Large = 64 * 1024 * 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Full_from_the_nth_call_on_all_marks_become_durable_and_the_disk_empties(bool isGreedy)
    {
        bool isFull = true;
        for (int n = 1; isFull; n++)
        {
            var disk = new SimulatedDisk(n) { Size = Large };
            isFull = false;
            disk.Strike = (call, _) =>
            {
                if (call == n)
                {
                    isFull = true;
                    disk.FillUp();
                    disk.IsGreedy = isGreedy;
                }
                return Fault.None;
            };
            var entries = new BlockingCollection<ISpoolEntry>();
            using var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: SegmentLimit), entries.Add);
            if (run.Fault != Fault.None)
                continue;
            List<ISpoolEntry> accepted = PutSome(run, entries, $"full at call {n}");
            Assert.True(run.Spool.Flush() == Fault.None, $"full at call {n}: a part of the marks is not durable");
            MarkAll(run, accepted);
            Assert.True(run.Spool.Flush() == Fault.None, $"full at call {n}: the marks are not durable");
            CheckEmpty(run, disk, $"full at call {n}");
            using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing)));
            if (again.Fault == Fault.None)
                Assert.True(again.Found.Count == 0,
                    $"full at call {n}: {again.Found.Count} came back");
        }
    }

    [Fact]
    public void When_the_disk_has_emptied_mail_is_accepted_again_and_the_log_said_so_once_each()
    {
        var disk = new SimulatedDisk { Size = Large };
        var lines = new ConcurrentQueue<string>();
        var entries = new BlockingCollection<ISpoolEntry>();
        var options = new SpoolOptions
        {
            Directory = Directory,
            Disk = disk,
            RunJob = work => work.Run(),
            Log = new Log(LogLevel.Warning, (_, _, text) => lines.Enqueue(text)),
            SegmentLimit = SegmentLimit,
            MarkRest = TimeSpan.FromHours(1),
        };
        using var run = new SpoolRun(options, entries.Add);
        List<ISpoolEntry> accepted = [];
        for (int i = 0; i < 20; i++)
            accepted.Add(PutOne(run, entries)!);
        disk.FillUp();
        for (int i = 0; i < 20; i++)
            Assert.Null(PutOne(run, entries));
        MarkAll(run, accepted);
        Assert.Equal(Fault.None, run.Spool.Flush());
        Assert.Single(lines, line => line.Contains("is full", StringComparison.Ordinal));
        Assert.Single(lines);
        disk.Size = Large;
        run.Spool.Space.Measure();
        Assert.NotNull(PutOne(run, entries));
        Assert.NotNull(PutOne(run, entries));
        Assert.Equal(Fault.None, run.Spool.Flush());
        Assert.Single(lines, line => line.Contains("space again", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count);
    }

    [Fact]
    public void A_file_of_the_reserve_that_somebody_removes_is_replaced()
    {
        var disk = new SimulatedDisk { Size = Large };
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: SegmentLimit), entries.Add);
        Assert.NotNull(PutOne(run, entries));
        string[] removed = FreeFiles(disk);
        Assert.NotEmpty(removed);
        foreach (string name in removed)
            Assert.Equal(Fault.None, disk.Unlink($"{Directory}/{name}"));
        for (int i = 0; i < 200; i++)
            Assert.True(PutOne(run, entries) is not null, $"message {i} was refused");
        Assert.Equal(Fault.None, run.Spool.Flush());
        Assert.NotEmpty(FreeFiles(disk));
    }

    [Fact]
    public void Notes_of_done_messages_do_not_hold_segments_on_a_full_disk()
    {
        var disk = new SimulatedDisk { Size = Large };
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: SegmentLimit), entries.Add);
        List<ISpoolEntry> accepted = [];
        for (int i = 0; i < 30; i++)
        {
            accepted.Add(PutOne(run, entries)!);
            run.Spool.Annotate(accepted[i / 2], new byte[100]);
        }
        Assert.Equal(Fault.None, run.Spool.Flush());
        disk.FillUp();
        disk.IsGreedy = true;
        foreach (ISpoolEntry entry in accepted)
            run.Spool.Annotate(entry, new byte[200]);
        Assert.Equal(Fault.None, run.Spool.Flush());
        MarkAll(run, accepted);
        Assert.Equal(Fault.None, run.Spool.Flush());
        CheckEmpty(run, disk, "after all was done");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ended_and_begun_again_and_again_on_a_full_disk_what_is_marked_stays_marked(bool isKilled)
    {
        var disk = new SimulatedDisk { Size = Large };
        var entries = new BlockingCollection<ISpoolEntry>();
        int left = 60;
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: SegmentLimit), entries.Add))
            for (int i = 0; i < left; i++)
                Assert.NotNull(PutOne(run, entries));
        disk.FillUp();
        disk.IsGreedy = true;
        for (var random = new Random(7); left > 0;)
        {
            using var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: SegmentLimit));
            Assert.Equal(Fault.None, run.Fault);
            Assert.Equal(left, run.Found.Count);
            int count = Math.Min(left, random.Next(1, 6));
            // In no order, so that hardly any segment is done before all are.
            ISpoolEntry[] some = [.. run.Found.OrderBy(_ => random.Next()).Take(count)];
            MarkAll(run, some);
            Assert.Equal(Fault.None, run.Spool.Flush());
            left -= count;
            disk = isKilled ? disk.AfterRestart(Survival.Everything) : ClosedOf(run, disk);
        }
    }

    private static SimulatedDisk ClosedOf(SpoolRun run, SimulatedDisk disk)
    {
        run.Dispose();
        return disk.AfterRestart(Survival.Nothing);
    }

    // Some with two recipients, one of which is done at once; every fourth is done.
    private static List<ISpoolEntry> PutSome(SpoolRun run, BlockingCollection<ISpoolEntry> entries, string when)
    {
        var accepted = new List<ISpoolEntry>();
        for (int i = 0; i < 24; i++)
        {
            (Fault fault, _) = run.Put(SpoolRun.Text(i, i % 7 == 6 ? 6000 : 600), recipients: 2);
            Assert.True(fault is Fault.None or Fault.Full, $"{when}: {fault}");
            if (fault != Fault.None)
                continue;
            ISpoolEntry entry = entries.Take();
            accepted.Add(entry);
            run.Spool.MarkDone(entry, i % 4 == 0 ? [0, 1] : [1], soon: i % 3 == 0);
        }
        return accepted;
    }

    private static ISpoolEntry? PutOne(SpoolRun run, BlockingCollection<ISpoolEntry> entries)
    {
        (Fault fault, _) = run.Put(SpoolRun.Text(1, 700));
        Assert.True(fault is Fault.None or Fault.Full);
        return fault == Fault.None ? entries.Take() : null;
    }

    private static void MarkAll(SpoolRun run, IReadOnlyCollection<ISpoolEntry> entries)
    {
        foreach (ISpoolEntry entry in entries)
            run.Spool.MarkDone(entry, [.. Enumerable.Range(0, entry.Envelope.Recipients.Count)]);
    }

    // The active segment stays, and perhaps the one that it followed.
    private static void CheckEmpty(SpoolRun run, SimulatedDisk disk, string when)
    {
        for (int i = 0; i < 3; i++)
            Assert.True(run.Spool.Flush() == Fault.None, when);
        string[] names = [.. disk.Names(Directory).Where(name => name.EndsWith(".wal", StringComparison.Ordinal))];
        Assert.True(names.Length <= 2, $"{when}: {string.Join(' ', names)}");
        Assert.Empty(disk.Names(Directory + "/body"));
    }

    private static string[] FreeFiles(SimulatedDisk disk)
        => [.. disk.Names(Directory).Where(name => name.StartsWith("free-", StringComparison.Ordinal))];
}
