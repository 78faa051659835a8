using System.Collections.Concurrent;
using System.Text;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

/// <summary>Messages that wait are carried forward, so that the segments they came in can go.</summary>
public class CompactorTests
{
    private const string Directory = "/spool";

    [Fact]
    public void What_waits_leaves_the_segments_it_came_in_and_all_about_it_goes_along()
    {
        var disk = new SimulatedDisk();
        string[] ids;
        using (Queue queue = Queue.On(disk))
        {
            ISpoolEntry[] waiting = queue.PutWaiting(6);
            ids = [.. waiting.Select(entry => entry.Id)];
            queue.Spool.MarkDone(waiting[1], [2, 0]);
            queue.Spool.Annotate(waiting[2], "a note"u8.ToArray());
            Assert.Equal(Fault.None, queue.Spool.Flush());
            Assert.InRange(Segments(disk), 6, 12);
            Assert.Equal(Fault.None, queue.Spool.Compact());
            Assert.Equal(Fault.None, queue.Spool.Flush());
            Assert.InRange(Segments(disk), 1, 3);
            Check(waiting);
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing)));
        Assert.Equal(ids, again.Found.Select(entry => entry.Id));
        Check(again.Found);
    }

    [Fact]
    public void Segments_are_compacted_by_themselves_after_a_while()
    {
        var disk = new SimulatedDisk();
        using Queue queue = Queue.On(disk, moveAfter: TimeSpan.FromMilliseconds(1));
        ISpoolEntry[] waiting = queue.PutWaiting(6);
        Assert.Equal(Fault.None, queue.Spool.Flush());
        WaitUntil(disk, () => Segments(disk) <= 3);
        Assert.All(waiting, (entry, i) => Assert.Equal(Queue.TextOf(i), SpoolRun.Read(entry.Content)));
    }

    [Fact]
    public void A_reader_of_content_reads_on_through_any_number_of_moves()
    {
        var disk = new SimulatedDisk();
        using Queue queue = Queue.On(disk, memoryLimit: 0);
        ISpoolEntry[] waiting = queue.PutWaiting(3);
        MailModule.Mail.MessageContent[] held = [.. waiting.Select(entry => entry.Content)];
        using Stream open = held[0].OpenRead();
        Assert.Equal(Queue.TextOf(0)[0], open.ReadByte());
        for (int round = 0; round < 5; round++)
        {
            Assert.Equal(Fault.None, queue.Spool.Compact());
            queue.PutDone(10);
            Assert.All(held, (content, i) => Assert.Equal(Queue.TextOf(i), SpoolRun.Read(content)));
        }
        using var rest = new StreamReader(open, Encoding.Latin1);
        Assert.Equal(Queue.TextOf(0)[1..], rest.ReadToEnd());
    }

    [Fact]
    public async Task Readers_beside_the_moves_always_find_the_message_and_its_note()
    {
        using Queue queue = Queue.On(new SimulatedDisk(), memoryLimit: 0);
        ISpoolEntry[] waiting = queue.PutWaiting(2);
        queue.Spool.Annotate(waiting[1], "a note"u8.ToArray());
        Assert.Equal(Fault.None, queue.Spool.Flush());
        bool isOver = false;
        Task<int> reader = Task.Run(() =>
        {
            int reads = 0;
            for (; !Volatile.Read(ref isOver) || reads == 0; reads++)
            {
                Assert.Equal(Queue.TextOf(1), SpoolRun.Read(waiting[1].Content));
                Assert.Equal("a note", Encoding.ASCII.GetString(waiting[1].Note.Span));
            }
            return reads;
        });
        for (int round = 0; round < 200; round++)
        {
            queue.PutDone(3);
            Assert.Equal(Fault.None, queue.Spool.Compact());
        }
        Volatile.Write(ref isOver, true);
        Assert.InRange(await reader, 1, int.MaxValue);
    }

    [Fact]
    public void Without_space_nothing_moves_nothing_is_lost_and_it_goes_on_later()
    {
        var disk = new SimulatedDisk();
        using Queue queue = Queue.On(disk);
        ISpoolEntry[] waiting = queue.PutWaiting(6);
        Assert.Equal(Fault.None, queue.Spool.Flush());
        int segments = Segments(disk);
        disk.Strike = (_, name) => name is "write" or "create" ? Fault.Full : Fault.None;
        Assert.NotEqual(Fault.None, queue.Spool.Compact());
        Assert.InRange(Segments(disk), segments, segments + 1);
        disk.Strike = (_, _) => Fault.None;
        using (var meanwhile = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing))))
            Assert.Equal(waiting.Select(entry => entry.Id), meanwhile.Found.Select(entry => entry.Id));
        Assert.Equal(Fault.None, queue.Spool.Compact());
        Assert.Equal(Fault.None, queue.Spool.Flush());
        Assert.InRange(Segments(disk), 1, 3);
        Assert.All(waiting, (entry, i) => Assert.Equal(Queue.TextOf(i), SpoolRun.Read(entry.Content)));
    }

    [Fact]
    public void A_record_that_cannot_be_read_back_stays_and_the_others_move()
    {
        var disk = new SimulatedDisk();
        using Queue queue = Queue.On(disk, memoryLimit: 0);
        ISpoolEntry[] waiting = queue.PutWaiting(6);
        Assert.Equal(Fault.None, queue.Spool.Flush());
        string path = disk.Names(Directory).Where(name => name.EndsWith(".wal",
            StringComparison.Ordinal)).Order(StringComparer.Ordinal).First();
        byte[] octets = disk[$"{Directory}/{path}"];
        octets[octets.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Queue.TextOf(0)))] ^= 1;
        disk[$"{Directory}/{path}"] = octets;
        Assert.Equal(Fault.None, queue.Spool.Compact());
        Assert.Equal(Fault.None, queue.Spool.Flush());
        Assert.Contains(path, disk.Names(Directory));
        Assert.InRange(Segments(disk), 2, 4);
        Assert.Throws<IOException>(() => SpoolRun.Read(waiting[0].Content));
        Assert.All(waiting[1..], (entry, i) => Assert.Equal(Queue.TextOf(i + 1), SpoolRun.Read(entry.Content)));
    }

    [Fact]
    public void A_large_body_stays_where_it_is_and_its_record_moves()
    {
        var disk = new SimulatedDisk();
        using (Queue queue = Queue.On(disk))
        {
            Assert.Equal(Fault.None, queue.Run.Put(SpoolRun.Text(1, 9000)).Fault);
            queue.PutDone(20);
            Assert.Equal(Fault.None, queue.Spool.Compact());
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing)));
        ISpoolEntry entry = Assert.Single(again.Found);
        Assert.Equal($"{Directory}/body/{entry.Id}", entry.Content.FilePath);
        Assert.Equal(SpoolRun.AtRest(SpoolRun.Text(1, 9000)), SpoolRun.Read(entry.Content));
        Assert.InRange(Segments(disk), 1, 2);
    }

    [Fact]
    public void Segments_with_nothing_but_marks_about_many_that_wait_go_by_and_by()
    {
        var disk = new SimulatedDisk();
        using Queue queue = Queue.On(disk);
        queue.PutWaiting(30, each: 3);
        queue.PutDone(100);
        Assert.Equal(Fault.None, queue.Spool.Flush());
        int segments = Segments(disk);
        queue.PutDone(200);
        Assert.Equal(Fault.None, queue.Spool.Flush());
        Assert.InRange(Segments(disk), 1, segments + 3);
    }

    private static int Segments(SimulatedDisk disk)
        => disk.Names(Directory).Count(name => name.EndsWith(".wal", StringComparison.Ordinal));

    private static void Check(IReadOnlyList<ISpoolEntry> waiting)
    {
        Assert.All(waiting, (entry, i) => Assert.Equal(Queue.TextOf(i), SpoolRun.Read(entry.Content)));
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(waiting[1].IsDone));
        Assert.Equal("a note", Encoding.ASCII.GetString(waiting[2].Note.Span));
        Assert.True(waiting[3].Note.IsEmpty);
    }

    private static void WaitUntil(SimulatedDisk disk, Func<bool> condition)
    {
        using var called = new SemaphoreSlim(0);
        disk.Strike = (_, _) =>
        {
            called.Release();
            return Fault.None;
        };
        while (!condition())
            Assert.True(called.Wait(SpoolRun.WaitLimit));
        disk.Strike = (_, _) => Fault.None;
    }

    /// <summary>A spool with small segments, in which some messages wait between many that are done.</summary>
    private sealed class Queue : IDisposable
    {
        private readonly BlockingCollection<ISpoolEntry> _entries = [];

        public required SpoolRun Run { get; init; }
        public LogSpool Spool => Run.Spool;

        public static Queue On(SimulatedDisk disk, TimeSpan? moveAfter = null, long memoryLimit = 1 << 20)
        {
            var entries = new BlockingCollection<ISpoolEntry>();
            var options = new SpoolOptions
            {
                Directory = Directory,
                Disk = disk,
                RunJob = work => work.Run(),
                SegmentLimit = 4096,
                InlineLimit = 4096,
                MemoryLimit = memoryLimit,
                MarkRest = TimeSpan.FromHours(1),
                MoveAfter = moveAfter ?? TimeSpan.FromHours(1),
            };
            return new Queue(entries) { Run = new SpoolRun(options, entries.Add) };
        }

        private Queue(BlockingCollection<ISpoolEntry> entries) => _entries = entries;

        public static string TextOf(int index) => SpoolRun.AtRest(SpoolRun.Text(index, 200));

        /// <summary>Messages of three recipients that wait, each followed by some that are done.</summary>
        public ISpoolEntry[] PutWaiting(int count, int each = 10)
        {
            var waiting = new ISpoolEntry[count];
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(Fault.None, Run.Put(SpoolRun.Text(i, 200), recipients: 3).Fault);
                waiting[i] = _entries.Take();
                PutDone(each);
            }
            return waiting;
        }

        public void PutDone(int count)
        {
            for (int i = 0; i < count; i++)
            {
                (Fault fault, string id) = Run.Put(SpoolRun.Text(i, 400));
                Assert.Equal(Fault.None, fault);
                ISpoolEntry entry = _entries.Take();
                // What came before and waits is not taken by anybody.
                while (entry.Id != id)
                    entry = _entries.Take();
                Spool.MarkDone(entry, [0]);
            }
        }

        public void Dispose() => Run.Dispose();
    }
}
