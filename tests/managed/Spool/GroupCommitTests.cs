using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

public class GroupCommitTests
{
    private const string Directory = "/spool";

    [Fact]
    public void Messages_that_come_while_the_disk_syncs_share_the_next_sync()
    {
        using var syncing = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var disk = new SimulatedDisk
        {
            OnSync = () =>
            {
                syncing.Set();
                goOn.Wait(SpoolRun.WaitLimit);
            },
        };
        goOn.Set();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk));
        Assert.Equal(Fault.None, run.Put(SpoolRun.Text(0, 100)).Fault);
        goOn.Reset();
        syncing.Reset();
        using var all = new CountdownEvent(101);
        Begin(run, all);
        Assert.True(syncing.Wait(SpoolRun.WaitLimit));
        long before = run.Spool.Syncs;
        for (int i = 0; i < 100; i++)
            Begin(run, all);
        Assert.Equal(101, all.CurrentCount);
        goOn.Set();
        Assert.True(all.Wait(SpoolRun.WaitLimit));
        Assert.Equal(Fault.None, run.Spool.Flush());
        Assert.Equal(102, run.Spool.Messages);
        Assert.Equal(before + 2, run.Spool.Syncs);
    }

    [Fact]
    public void Completions_come_before_entries_and_both_in_order()
    {
        var seen = new List<string>();
        var disk = new SimulatedDisk();
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk), entry => seen.Add("entry " + entry.Id)))
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
                writer.Commit(_ => seen.Add("done " + writer.Id));
            }
        }
        string[] done = [.. seen.Where(line => line.StartsWith("done",
            StringComparison.Ordinal)).Select(line => line[5..])];
        Assert.Equal(3, done.Length);
        Assert.Equal(done, done.Order(StringComparer.Ordinal));
        Assert.Equal(done,
            seen.Where(line => line.StartsWith("entry", StringComparison.Ordinal)).Select(line => line[6..]));
        Assert.All(done, id => Assert.True(seen.IndexOf("done " + id) < seen.IndexOf("entry " + id)));
    }

    [Fact]
    public void A_commit_after_the_consumer_completes_when_the_consumer_has_the_entry()
    {
        var seen = new List<string>();
        using (var run = new SpoolRun(SpoolRun.Options(Directory, new SimulatedDisk()),
            entry => seen.Add("entry " + entry.Id)))
        {
            Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
            writer.CommitAfterConsumer(fault => seen.Add($"{fault} {writer.Id}"));
            writer.Discard();
        }
        Assert.Equal(["entry", "None"], seen.Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void What_is_committed_after_the_end_is_cancelled()
    {
        var run = new SpoolRun(SpoolRun.Options(Directory, new SimulatedDisk()));
        Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
        run.Dispose();
        Fault fault = Fault.None;
        writer.Commit(result => fault = result);
        Assert.Equal(Fault.Cancelled, fault);
        Assert.Equal(Fault.Cancelled, run.Spool.Flush());
    }

    [Fact]
    public void A_completion_that_throws_does_not_end_the_log()
    {
        using var run = new SpoolRun(SpoolRun.Options(Directory, new SimulatedDisk()),
            _ => throw new InvalidOperationException("consumer"));
        Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
        writer.Commit(_ => throw new InvalidOperationException("completion"));
        Assert.Equal(Fault.None, run.Put(SpoolRun.Text(1, 100)).Fault);
    }

    [Fact]
    public void Marks_are_written_after_a_rest_without_any_message()
    {
        var disk = new SimulatedDisk();
        using var synced = new SemaphoreSlim(0);
        ISpoolEntry? entry = null;
        var options = new SpoolOptions
        {
            Directory = Directory,
            Disk = disk,
            RunJob = work => work.Run(),
            MarkRest = TimeSpan.FromMilliseconds(1),
        };
        using var run = new SpoolRun(options, one => entry = one);
        run.Put(SpoolRun.Text(1, 100));
        Assert.Equal(Fault.None, run.Spool.Flush());
        disk.OnSync = () => synced.Release();
        run.Spool.MarkDone(entry!, [0]);
        Assert.True(synced.Wait(SpoolRun.WaitLimit));
    }

    private static void Begin(SpoolRun run, CountdownEvent all)
    {
        Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
        writer.Append("x\r\n"u8, () => { });
        writer.Commit(fault =>
        {
            Assert.Equal(Fault.None, fault);
            all.Signal();
        });
    }
}
