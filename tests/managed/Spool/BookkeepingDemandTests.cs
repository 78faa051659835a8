using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

/// <summary>What is counted when a message is accepted is enough for what is written about it later.</summary>
public class BookkeepingDemandTests
{
    private const string Directory = "/spool";

    [Fact]
    public void Marks_never_take_more_octets_than_were_counted_when_their_messages_were_accepted()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var disk = new SimulatedDisk(seed);
            var entries = new BlockingCollection<ISpoolEntry>();
            var demand = new BookkeepingDemand();
            long before = demand.Marks;
            using (var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: 1024 * 1024), entries.Add))
                foreach ((ISpoolEntry entry, int recipient) in Accept(run, entries, random, demand))
                {
                    run.Spool.MarkDone(entry, [recipient]);
                    if (random.Next(1 + seed % 4) == 0)
                        Assert.Equal(Fault.None, run.Spool.Flush());
                }
            long counted = demand.Marks - before;
            Assert.InRange(OctetsOfMarks(disk), 1, counted);
        }
    }

    [Fact]
    public void The_reserve_is_on_the_disk_and_long_enough_before_a_message_is_accepted()
    {
        var disk = new SimulatedDisk();
        var demand = new BookkeepingDemand();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: 64 * 1024));
        for (int i = 0; i < 200; i++)
        {
            int recipients = 1 + i % 9;
            Assert.Equal(Fault.None, run.Put(SpoolRun.Text(i, 300), recipients).Fault);
            demand.Reserve(recipients);
            SimulatedDisk left = disk.AfterRestart(Survival.Nothing);
            long reserve = left.Names(Directory).Where(SpoolPaths.IsFree)
                .Sum(name => left[$"{Directory}/{name}"].Length - SegmentHeader.Size);
            Assert.True(reserve >= demand.Required,
                $"{reserve} octets after {i + 1} messages, {demand.Required} needed");
        }
    }

    // Marks come in any order, each recipient once.
    private static (ISpoolEntry Entry, int Recipient)[] Accept(
        SpoolRun run, BlockingCollection<ISpoolEntry> entries, Random random, BookkeepingDemand demand)
    {
        var marks = new List<(ISpoolEntry, int)>();
        for (int i = 0; i < 10; i++)
        {
            int recipients = random.Next(1, 6);
            demand.Reserve(recipients);
            Assert.Equal(Fault.None, run.Put(SpoolRun.Text(i, 200), recipients).Fault);
            ISpoolEntry entry = entries.Take();
            for (int recipient = 0; recipient < recipients; recipient++)
                marks.Add((entry, recipient));
        }
        return [.. marks.OrderBy(_ => random.Next())];
    }

    private static long OctetsOfMarks(SimulatedDisk disk)
    {
        long octets = 0;
        foreach (string name in disk.Names(Directory))
        {
            if (!SpoolPaths.IsSegment(name, out long number))
                continue;
            Assert.Equal(Fault.None, disk.Open($"{Directory}/{name}", DiskOpen.Existing, out IDiskFile file));
            using (file)
                for (var scan = new SegmentScan(file, number); scan.TryNext(out RecordHeader header, out _, out _);)
                    octets += header.Type == RecordType.Done ? RecordHeader.Padded(header.Length) : 0;
        }
        return octets;
    }
}
