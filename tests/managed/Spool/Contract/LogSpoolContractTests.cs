using System.Diagnostics;
using System.Runtime.CompilerServices;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool.Contract;

/// <summary>The log keeps every promise, and keeps no list of what it found.</summary>
public sealed class LogSpoolContractTests : SpoolContract
{
    private SimulatedDisk _disk = new();

    [Fact]
    public void What_a_start_found_is_let_go_when_it_is_done()
    {
        Put(Open(), "a");
        LogSpool spool = (LogSpool)Open();
        WeakReference entry = StartAndFinish(spool);
        Assert.Equal(Fault.None, spool.Flush());
        // The committer may still have it on its stack.
        Assert.Equal(Fault.None, spool.Flush());
        GC.Collect();
        Assert.False(entry.IsAlive);
    }

    [Fact]
    public void While_a_consumer_is_behind_each_commit_waits_a_moment_for_it()
    {
        var local = new TakingConsumer { WantsMore = false };
        ISpool spool = Open();
        spool.Start(local, null);
        Put(spool, "a");
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < 5; i++)
            Put(spool, "a");
        Assert.True(Stopwatch.GetElapsedTime(began).TotalMilliseconds >= 5 * 10);
        Assert.Equal(Fault.None, spool.Flush());
        Assert.Equal(6, local.Waiting);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_held_for_its_sender_comes_to_mailboxes_when_its_time_has_come(bool isFound)
    {
        var (local, remote) = (new TakingConsumer(), new TakingConsumer());
        ISpool spool = Open();
        if (!isFound)
            spool.Start(local, remote);
        Envelope envelope = To("a @b");
        envelope.Hold = new HoldRequest(null, Clock.GetUtcNow() + TimeSpan.FromHours(1));
        string id = Put(spool, envelope);
        if (isFound)
        {
            spool = Open();
            spool.Start(local, remote);
        }
        Assert.Equal(id, remote.Next(isNew: !isFound).Id);
        LetHandOut(spool);
        Assert.Equal(0, local.Waiting);
        Assert.Equal(id, Assert.Single(spool.HeldFor(local)).Id);
        Assert.Equal(id, spool.FindHeld(local, id)?.Id);
        Assert.Null(spool.FindHeld(remote, id));
        Clock.Turn(TimeSpan.FromHours(1));
        LetHandOut(spool);
        Assert.Equal(id, local.Next(isNew: false).Id);
        Assert.Empty(spool.HeldFor(local));
        Assert.Null(spool.FindHeld(local, id));
    }

    [Fact]
    public void What_is_held_and_taken_out_does_not_come()
    {
        var local = new TakingConsumer();
        ISpool spool = Open();
        spool.Start(local, null);
        Envelope envelope = To("a");
        envelope.Hold = new HoldRequest(TimeSpan.FromHours(1), default);
        envelope.Received = Clock.GetUtcNow();
        string id = Put(spool, envelope);
        LetHandOut(spool);
        spool.MarkDone(spool.FindHeld(local, id)!, [0]);
        Assert.Empty(spool.HeldFor(local));
        Clock.Turn(TimeSpan.FromHours(1));
        LetHandOut(spool);
        Assert.Equal(0, local.Waiting);
    }

    private protected override ISpool Reopen()
    {
        _disk = _disk.AfterRestart(Survival.Everything);
        var options = new SpoolOptions
        {
            Directory = "/mail/spool",
            RunJob = work => work.Run(),
            Disk = _disk,
            Time = Clock,
        };
        Assert.Equal(Fault.None, LogSpool.Open(options, out LogSpool? spool, out _));
        return spool!;
    }

    // What is due is handed out behind a commit, on the same thread: the second flush comes after that.
    private protected override void LetHandOut(ISpool spool)
    {
        Assert.Equal(Fault.None, spool.Flush());
        Assert.Equal(Fault.None, spool.Flush());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference StartAndFinish(LogSpool spool)
    {
        var local = new TakingConsumer();
        spool.Start(local, null);
        ISpoolEntry entry = local.Next(isNew: false);
        spool.MarkDone(entry, [0]);
        return new WeakReference(entry);
    }
}
