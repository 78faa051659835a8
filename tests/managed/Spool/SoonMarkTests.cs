using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

/// <summary>Marks for what another host has taken: in the file at once, on the platter within a moment.</summary>
public class SoonMarkTests
{
    private const string Directory = "/spool";

    [Fact]
    public async Task A_mark_written_soon_outlives_the_process_before_any_sync()
    {
        using var sync = new ManualResetEventSlim(true);
        var disk = new SimulatedDisk { OnSync = () => sync.Wait(SpoolRun.WaitLimit) };
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk), entries.Add);
        ISpoolEntry entry = PutSome(run, entries, 1)[0];
        sync.Reset();
        Task<bool> written = NextCall(disk, "write");
        run.Spool.MarkDone(entry, [0], soon: true);
        Assert.True(await written.WaitAsync(SpoolRun.WaitLimit));
        Assert.Empty(Recovered(disk.AfterRestart(Survival.Everything)));
        Assert.Single(Recovered(disk.AfterRestart(Survival.Nothing)));
        sync.Set();
    }

    [Fact]
    public async Task A_mark_written_soon_is_synced_by_itself()
    {
        var disk = new SimulatedDisk();
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk), entries.Add);
        ISpoolEntry entry = PutSome(run, entries, 1)[0];
        Task<bool> synced = NextCall(disk, "fdatasync");
        run.Spool.MarkDone(entry, [0], soon: true);
        Assert.True(await synced.WaitAsync(SpoolRun.WaitLimit));
        Assert.Empty(Recovered(disk.AfterRestart(Survival.Nothing)));
    }

    [Fact]
    public async Task A_mark_written_soon_takes_those_along_that_have_time()
    {
        var disk = new SimulatedDisk();
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk), entries.Add);
        ISpoolEntry[] all = PutSome(run, entries, 2, recipients: 3);
        Task<bool> synced = NextCall(disk, "fdatasync");
        run.Spool.MarkDone(all[0], [1]);
        run.Spool.MarkDone(all[0], [2], soon: true);
        run.Spool.MarkDone(all[1], [0]);
        Assert.True(await synced.WaitAsync(SpoolRun.WaitLimit));
        ISpoolEntry[] found = Recovered(disk.AfterRestart(Survival.Nothing));
        Assert.Equal([false, true, true], Enumerable.Range(0, 3).Select(found[0].IsDone));
    }

    [Fact]
    public void Marks_that_come_while_the_disk_is_busy_are_one_write_and_one_sync()
    {
        using var sync = new ManualResetEventSlim(true);
        using var syncing = new ManualResetEventSlim();
        var disk = new SimulatedDisk();
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk), entries.Add);
        ISpoolEntry[] all = PutSome(run, entries, 1001);
        sync.Reset();
        disk.OnSync = () =>
        {
            syncing.Set();
            sync.Wait(SpoolRun.WaitLimit);
        };
        run.Spool.MarkDone(all[0], [0], soon: true);
        Assert.True(syncing.Wait(SpoolRun.WaitLimit));
        int writes = 0, syncs = 0;
        using var last = new ManualResetEventSlim();
        disk.Strike = (_, name) =>
        {
            writes += name == "write" ? 1 : 0;
            if (name == "fdatasync" && ++syncs == 2)
                last.Set();
            return Fault.None;
        };
        foreach (ISpoolEntry entry in all[1..])
            run.Spool.MarkDone(entry, [0], soon: true);
        sync.Set();
        Assert.True(last.Wait(SpoolRun.WaitLimit));
        Assert.Equal((1, 2), (writes, syncs));
        Assert.Empty(Recovered(disk.AfterRestart(Survival.Nothing)));
    }

    [Fact]
    public void A_write_that_fails_is_made_again_in_the_next_segment()
    {
        var disk = new SimulatedDisk();
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk), entries.Add);
        ISpoolEntry[] all = PutSome(run, entries, 2);
        int writes = 0;
        using var synced = new ManualResetEventSlim();
        disk.Strike = (_, name) =>
        {
            if (name == "fdatasync")
                synced.Set();
            return name == "write" && writes++ == 0 ? Fault.Io : Fault.None;
        };
        run.Spool.MarkDone(all[0], [0], soon: true);
        Assert.True(synced.Wait(SpoolRun.WaitLimit));
        Assert.Equal(Fault.None, run.Spool.Flush());
        Assert.Equal(all[1].Id, Assert.Single(Recovered(disk.AfterRestart(Survival.Nothing))).Id);
    }

    private static ISpoolEntry[] PutSome(SpoolRun run, BlockingCollection<ISpoolEntry> entries, int count,
        int recipients = 1)
        => [.. Enumerable.Range(0, count).Select(i =>
        {
            Assert.Equal(Fault.None, run.Put(SpoolRun.Text(i, 100), recipients).Fault);
            return entries.Take();
        })];

    // Whoever looks at the disk after that waits until the call has done its work.
    private static Task<bool> NextCall(SimulatedDisk disk, string wanted)
    {
        var called = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        disk.Strike = (_, name) =>
        {
            if (name == wanted)
                called.TrySetResult(true);
            return Fault.None;
        };
        return called.Task;
    }

    private static ISpoolEntry[] Recovered(SimulatedDisk disk)
    {
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk));
        Assert.True(run.Fault == Fault.None, run.Problem);
        return [.. run.Found];
    }
}
