using System.Collections.Concurrent;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

public class WorkersTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public void Every_job_runs_once_on_a_worker()
    {
        using var workers = new Workers(8);
        var seen = new ConcurrentDictionary<int, int>();
        using var all = new CountdownEvent(5000);
        Parallel.For(0, 5000, i => workers.Run(new Job(() =>
        {
            seen.AddOrUpdate(i, 1, (_, n) => n + 1);
            Assert.True(Workers.IsCurrent);
            all.Signal();
        })));
        Assert.True(all.Wait(Long));
        Assert.Equal(5000, seen.Count);
        Assert.All(seen.Values, count => Assert.Equal(1, count));
        Assert.False(Workers.IsCurrent);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void No_job_is_forgotten_while_threads_lie_down(int limit)
    {
        using var workers = new Workers(limit);
        using var ran = new AutoResetEvent(false);
        for (int i = 0; i < 5000; i++)
        {
            workers.Run(new Job(() => ran.Set()));
            Assert.True(ran.WaitOne(Long));
        }
        Assert.True(workers.Stop(Long));
    }

    [Fact]
    public void A_batch_of_jobs_runs_when_its_turn_ends()
    {
        using var workers = new Workers(4);
        using var others = new Workers(4);
        using var ran = new CountdownEvent(6);
        Thread turn = Loopback.Loop.InBackground(() =>
        {
            Workers.BeginBatches();
            for (int i = 0; i < 3; i++)
            {
                workers.Run(new Job(() => ran.Signal()));
                others.Run(new Job(() => ran.Signal()));
            }
            Workers.WakeForBatch();
        });
        turn.Join();
        Assert.True(ran.Wait(Long));
    }

    [Fact]
    public void A_job_that_blocks_delays_no_other()
    {
        using var workers = new Workers(64);
        using var gate = new ManualResetEventSlim();
        for (int round = 0; round < 30; round++)
        {
            using var ran = new CountdownEvent(3);
            workers.Run(new Job(() => gate.Wait(Long)));
            for (int i = 0; i < 3; i++)
                workers.Run(new Job(() => ran.Signal()));
            Assert.True(ran.Wait(Long));
        }
        gate.Set();
        Assert.True(workers.Stop(Long));
    }

    [Fact]
    public void Beyond_the_limit_jobs_wait_their_turn()
    {
        using var workers = new Workers(2);
        using var gate = new ManualResetEventSlim();
        int running = 0, most = 0;
        using var all = new CountdownEvent(20);
        for (int i = 0; i < 20; i++)
            workers.Run(new Job(() =>
            {
                int now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                gate.Wait(Long);
                Interlocked.Decrement(ref running);
                all.Signal();
            }));
        gate.Set();
        Assert.True(all.Wait(Long));
        Assert.True(most <= 2);
        Assert.True(workers.Threads <= 2);
    }

    [Fact]
    public void A_job_that_throws_ends_alone()
    {
        using var workers = new Workers(1);
        using var ran = new ManualResetEventSlim();
        workers.Run(new Job(() => throw new InvalidOperationException("test")));
        workers.Run(new Job(ran.Set));
        Assert.True(ran.Wait(Long));
    }

    [Fact]
    public void Stop_waits_for_jobs_and_says_when_time_is_up()
    {
        using var workers = new Workers(4);
        using var gate = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        workers.Run(new Job(() =>
        {
            started.Set();
            gate.Wait(Long);
        }));
        Assert.True(started.Wait(Long));
        Assert.False(workers.Stop(TimeSpan.FromMilliseconds(50)));
        gate.Set();
        Assert.True(workers.Stop(Long));
        Assert.Equal(0, workers.Threads);
    }

    [Fact]
    public void Its_threads_have_their_name_and_take_no_signal_but_faults()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var workers = new Workers(1);
        using var ran = new ManualResetEventSlim();
        string name = "", blocked = "";
        workers.Run(new Job(() =>
        {
            name = File.ReadAllText("/proc/thread-self/comm").Trim();
            blocked = File.ReadLines("/proc/thread-self/status")
                .First(line => line.StartsWith("SigBlk", StringComparison.Ordinal));
            ran.Set();
        }));
        Assert.True(ran.Wait(Long));
        Assert.Equal("mailmodule-w", name);
        ulong mask = Convert.ToUInt64(blocked.Split('\t')[1], 16);
        ulong killAndStop = Bits(9, 19), faults = Bits(4, 5, 6, 7, 8, 11, 31), suspension = Bits(34);
        ulong ofAHost = 0x7fffffff & ~killAndStop & ~faults;
        Assert.Equal(ofAHost, mask & ofAHost);
        // blocked, a null reference would end the process in place of being an exception
        Assert.Equal(0UL, mask & (faults | suspension));
    }

    private static ulong Bits(params int[] signals)
        => signals.Aggregate(0UL, (mask, signal) => mask | 1UL << (signal - 1));

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target))
            && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private sealed class Job(Action action) : IJob
    {
        public void Run() => action();
    }
}
