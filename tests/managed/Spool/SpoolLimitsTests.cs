using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Spool;

public class SpoolLimitsTests
{
    private const string Directory = "/spool";
    private const long Small = 12 * 1024 * 1024;

    [Fact]
    public void A_small_disk_fills_up_refuses_and_takes_again_when_there_is_space()
    {
        var disk = new SimulatedDisk { Size = Small };
        var entries = new BlockingCollection<ISpoolEntry>();
        var accepted = new List<string>();
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk), entries.Add))
        {
            Assert.True(disk.FreeSpace(Directory) > Small * 9 / 10);
            Fill(run, accepted);
            Assert.InRange(accepted.Count, 150, 260);
            Assert.InRange(disk.FreeSpace(Directory), 0, Small / 4);
            ISpoolEntry[] all = [.. accepted.Select(_ => entries.Take())];
            foreach (ISpoolEntry entry in all[20..])
                run.Spool.MarkDone(entry, [0]);
            Assert.Equal(Fault.None, run.Spool.Flush());
            run.Spool.Space.Measure();
            Assert.Equal(Fault.None, run.Put(SpoolRun.Text(1, 50_000)).Fault);
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing)));
        Assert.Equal(accepted[..20], again.Found.Select(entry => entry.Id).Take(20));
        Assert.Equal(21, again.Found.Count);
    }

    [Fact]
    public void No_space_at_the_commit_refuses_that_message_and_spoils_nothing()
    {
        var disk = new SimulatedDisk { Size = Small };
        var ids = new List<string>();
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk)))
        {
            for (int i = 0; i < 40; i++)
            {
                // What other programs wrote meanwhile, after the spool looked.
                disk.Size = i is 10 or 20 or 30 ? 0 : Small;
                (Fault fault, string id) = run.Put(SpoolRun.Text(i, i % 10 == 0 ? 60_000 : 3000));
                Assert.Equal(i is 10 or 20 or 30 ? Fault.Full : Fault.None, fault);
                if (fault == Fault.None)
                    ids.Add(id);
            }
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing)));
        Assert.Equal(ids, again.Found.Select(entry => entry.Id));
        Assert.Equal(0, again.Spool.Damaged);
    }

    [Fact]
    public void A_declared_length_that_does_not_fit_is_refused_at_once()
    {
        using var run = new SpoolRun(SpoolRun.Options(Directory, new SimulatedDisk { Size = Small }));
        Assert.Equal(Fault.Full, run.Spool.TryBegin(SpoolRun.Envelope(), Small, out _));
        Assert.False(run.Spool.HasRoomFor(Small));
        Assert.True(run.Spool.HasRoomFor(Small / 2));
        Assert.False(run.Spool.HasRoomFor(long.MaxValue));
        Assert.Equal(Fault.Full, run.Spool.TryBegin(SpoolRun.Envelope(), long.MaxValue, out _));
    }

    [Fact]
    public void Lengths_that_are_only_declared_take_no_space_from_those_who_send()
    {
        using var run = new SpoolRun(SpoolRun.Options(Directory, new SimulatedDisk { Size = Small }));
        var idle = new List<ISpoolWriter>();
        for (int i = 0; i < 1500; i++)
        {
            Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), Small / 4, out ISpoolWriter one));
            idle.Add(one);
        }
        Assert.True(run.Spool.HasRoomFor(Small / 4));
        Assert.Equal(Fault.None, run.Put(SpoolRun.Text(1, 200_000)).Fault);
        idle.ForEach(one => one.Discard());
        Assert.True(run.Spool.HasRoomFor(Small * 3 / 4));
    }

    [Theory]
    [InlineData(4096, 220)]
    [InlineData(65536, 180)]
    public void Space_is_promised_to_what_has_come_and_one_that_finds_none_is_refused_at_its_end(int inline, int most)
    {
        var disk = new SimulatedDisk { Size = Small };
        var options = new SpoolOptions
        {
            Directory = Directory,
            Disk = disk,
            RunJob = work => work.Run(),
            InlineLimit = inline,
        };
        using var run = new SpoolRun(options);
        byte[] text = SpoolRun.Text(1, 60_000);
        var writers = new List<ISpoolWriter>();
        for (; writers.Count < 300 && run.Spool.HasRoomFor(16 * 1024); writers.Add(Begin(run, text)))
            run.Spool.Space.Measure();
        List<Fault> faults = [.. writers.Select(Commit)];
        int taken = faults.Count(fault => fault == Fault.None);
        Assert.InRange(taken, 100, most);
        Assert.Equal(faults.Count - taken, faults.Count(fault => fault == Fault.Full));
        Assert.NotEqual(faults.Count, taken);
    }

    [Theory]
    [InlineData(12L << 20, 1 << 20)]
    [InlineData(1L << 20, 256 << 10)]
    [InlineData(100L << 30, 16 << 20)]
    [InlineData(0, 256 << 10)]
    public void Segments_follow_the_free_space(long free, int most)
    {
        SegmentSize size = SegmentSize.For(free, 16 << 20);
        Assert.InRange(size.Limit, 1, most);
        Assert.InRange(size.Step, 1, Math.Min(size.Limit, 1 << 20));
        Assert.True((long)size.Pool * size.Limit <= free / 16);
    }

    [Fact]
    public void More_large_messages_than_descriptors_allow_are_open_only_while_they_are_written()
    {
        var disk = new SimulatedDisk();
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(WithBodyLimit(disk, 2), entries.Add);
        run.Put(SpoolRun.Text(1, 100));
        entries.Take();
        int before = disk.OpenFiles;
        byte[] part = SpoolRun.Text(1, 150_000);
        ISpoolWriter[] writers = [.. Enumerable.Range(0, 5).Select(_ => Begin(run, part))];
        Assert.Equal(before + 2, disk.OpenFiles);
        foreach (ISpoolWriter writer in writers)
        {
            writer.Append(part, () => { });
            Assert.Equal(Fault.None, Commit(writer));
            Assert.Equal(SpoolRun.AtRest([.. part, .. part]), SpoolRun.Read(entries.Take().Content));
        }
        Assert.Equal(before, disk.OpenFiles);
    }

    [Fact]
    public void Wherever_the_disk_fails_a_message_without_a_place_of_its_own_is_whole_or_refused()
    {
        byte[] part = SpoolRun.Text(1, 150_000);
        for (int at = 1, calls = int.MaxValue; at <= calls; at++)
        {
            var disk = new SimulatedDisk();
            using var run = new SpoolRun(WithBodyLimit(disk, 1));
            ISpoolWriter other = Begin(run, part);
            int from = disk.Calls;
            disk.Strike = (call, name) => call == from + at ? Fault.Io : Fault.None;
            Fault fault = Commit(Begin(run, part));
            calls = disk.Calls - from;
            disk.Strike = (_, _) => Fault.None;
            Assert.True(fault == Fault.Io || at >= calls, $"call {at} failed and the message was taken");
            other.Discard();
        }
    }

    [Fact]
    public void The_next_segment_opens_when_no_descriptor_is_left_because_some_were_kept()
    {
        var disk = new SimulatedDisk();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: 4096));
        run.Put(SpoolRun.Text(1, 3000));
        int refusals = 0;
        disk.Strike = (_, name) => name == "create" && refusals++ == 0 ? Fault.Full : Fault.None;
        Assert.Equal(Fault.None, run.Put(SpoolRun.Text(2, 3000)).Fault);
        Assert.Equal(2, refusals);
    }

    [Fact]
    public void A_sender_faster_than_the_disk_is_told_to_wait_and_resumed_once()
    {
        var work = new ConcurrentQueue<IJob>();
        var disk = new SimulatedDisk();
        var options = new SpoolOptions
        {
            Directory = Directory,
            Disk = disk,
            RunJob = work.Enqueue,
        };
        using var run = new SpoolRun(options);
        Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
        int resumed = 0, sent = 0;
        byte[] wire = SpoolRun.Text(1, 30_000);
        for (; writer.Append(wire, () => resumed++); sent++)
            Assert.InRange(sent, 0, 40);
        Assert.Equal(0, resumed);
        Assert.True(work.TryDequeue(out IJob? job));
        job.Run();
        Assert.Equal(1, resumed);
        Assert.True(writer.Append(wire, () => resumed++));
        Fault fault = Fault.Internal;
        using var done = new ManualResetEventSlim();
        writer.Commit(result =>
        {
            fault = result;
            done.Set();
        });
        while (work.TryDequeue(out job))
            job.Run();
        Assert.True(done.Wait(SpoolRun.WaitLimit));
        Assert.Equal(Fault.None, fault);
        Assert.Equal(1, resumed);
    }

    [Fact]
    public void Beyond_its_memory_limit_small_messages_are_read_back_from_the_log()
    {
        var entries = new BlockingCollection<ISpoolEntry>();
        var options = new SpoolOptions
        {
            Directory = Directory,
            Disk = new SimulatedDisk(),
            RunJob = work => work.Run(),
            MemoryLimit = 1000,
            SegmentLimit = 4096,
        };
        using var run = new SpoolRun(options, entries.Add);
        byte[][] wires = [.. Enumerable.Range(0, 10).Select(i => SpoolRun.Text(i, 700))];
        foreach (byte[] wire in wires)
            Assert.Equal(Fault.None, run.Put(wire).Fault);
        ISpoolEntry[] all = [.. wires.Select(_ => entries.Take())];
        Assert.Equal(1, all.Count(entry => !entry.Content.Memory.IsEmpty));
        Assert.Equal(wires.Select(SpoolRun.AtRest), all.Select(entry => SpoolRun.Read(entry.Content)));
        run.Spool.MarkDone(all[0], [0]);
        Assert.Equal(Fault.None, run.Spool.Flush());
        run.Put(wires[0]);
        Assert.False(entries.Take().Content.Memory.IsEmpty);
    }

    private static SpoolOptions WithBodyLimit(SimulatedDisk disk, int limit) => new()
    {
        Directory = Directory,
        Disk = disk,
        RunJob = work => work.Run(),
        InlineLimit = 4096,
        BodyFileLimit = limit,
    };

    private static ISpoolWriter Begin(SpoolRun run, byte[] wire)
    {
        Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
        writer.Append(wire, () => { });
        return writer;
    }

    private static Fault Commit(ISpoolWriter writer)
    {
        Fault fault = Fault.Internal;
        using var done = new ManualResetEventSlim();
        writer.Commit(result =>
        {
            fault = result;
            done.Set();
        });
        Assert.True(done.Wait(SpoolRun.WaitLimit));
        return fault;
    }

    // The body files make most of it; each message is promised its length while it is received.
    private static void Fill(SpoolRun run, List<string> accepted)
    {
        while (accepted.Count < 1000)
        {
            run.Spool.Space.Measure();
            (Fault fault, string id) = run.Put(SpoolRun.Text(accepted.Count, 50_000));
            if (fault != Fault.None)
            {
                Assert.Equal(Fault.Full, fault);
                return;
            }
            accepted.Add(id);
        }
    }
}
