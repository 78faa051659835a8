using System.Collections.Concurrent;
using MailModule.Engine.Retrieving;
using MailModule.Primitives;
using MailModule.Tests.Delivery.Local;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Retrieving;

public sealed class FetchingTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly Workers _workers = new(20);
    private readonly SteppedClock _clock = new();
    private readonly SimulatedDisk _disk = new();
    private readonly ScriptedMailbox _outside = new();
    private readonly FetchWorld _world;
    private readonly Fetching _fetching;
    private readonly BlockingCollection<FetchResult> _heard = [];

    public FetchingTests()
    {
        _disk.MakeDirectory(FetchWorld.Root);
        _world = new FetchWorld(_disk, _outside, new FetchWorld.Ledger());
        FetchDependencies world = _world.Dependencies;
        _fetching = new Fetching(
            new FetchDependencies
            {
                Spool = world.Spool,
                Fetched = world.Fetched,
                Policy = world.Policy,
                HostName = world.HostName,
                AuthServerId = world.AuthServerId,
                SizeLimit = world.SizeLimit,
                ScratchFolder = world.ScratchFolder,
                NewSession = world.NewSession,
                Disk = world.Disk,
                Time = _clock,
                Ended = _heard.Add,
            },
            _workers.Run, () => 2, () => 1);
    }

    public void Dispose()
    {
        _fetching.Close();
        Assert.True(_fetching.WaitForEnd(Long));
        Assert.True(_workers.Stop(Long));
        _workers.Dispose();
        _world.Dispose();
        _heard.Dispose();
    }

    [Fact]
    public void Mailboxes_of_the_settings_are_looked_at_again_and_again()
    {
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        _fetching.Set([FetchWorld.Mailbox with { Interval = TimeSpan.FromSeconds(60) }]);
        FetchResult first = Heard();
        Assert.Equal((1, "ann.b@pop.b.example:110"), (first.Fetched, first.Account));
        Assert.NotNull(first.Next);
        _outside.Messages.Add(("u2", "Subject: two\r\n\r\nx\r\n"));
        _clock.Turn(TimeSpan.FromSeconds(59));
        Assert.False(_heard.TryTake(out _, 50));
        _clock.Turn(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Heard().Fetched);
        Assert.True(_fetching.TryMakeDue("ann.b@pop.b.example"));
        Assert.Equal(0, Heard().Found);
        Assert.False(_fetching.TryMakeDue("other@pop.b.example"));
        Assert.Equal(0, Assert.Single(_fetching.Results).Found);
        _fetching.Set([]);
        _clock.Turn(TimeSpan.FromSeconds(600));
        Assert.False(_heard.TryTake(out _, 50));
    }

    [Fact]
    public void Two_looks_at_one_mailbox_follow_each_other_and_what_waits_can_be_cancelled()
    {
        using var goesOn = new ManualResetEventSlim();
        using var began = new ManualResetEventSlim();
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        _outside.Strike = (_, name) =>
        {
            if (name == "retr")
            {
                began.Set();
                Assert.True(goesOn.Wait(Long));
            }
            return Fault.None;
        };
        FetchLook first = _fetching.Begin(FetchWorld.Mailbox)!, second = _fetching.Begin(FetchWorld.Mailbox)!,
            third = _fetching.Begin(FetchWorld.Mailbox)!;
        Assert.True(began.Wait(Long));
        Assert.False(second.Wait(TimeSpan.FromMilliseconds(20)));
        Assert.Null(second.Result.Began);
        Assert.NotNull(first.Result.Began);
        Assert.Equal((1, (DateTimeOffset?)null), (first.Result.Found, first.Result.Ended));
        _fetching.Cancel(second);
        Assert.True(second.Wait(TimeSpan.Zero));
        Assert.Equal(Fault.Cancelled, second.Result.Fault);
        goesOn.Set();
        Assert.True(first.Wait(Long) && third.Wait(Long));
        Assert.Equal((1, 0, 2), (first.Result.Fetched, third.Result.Fetched, _outside.Sessions));
    }

    [Fact]
    public void A_stop_ends_what_waits_and_what_runs_and_nothing_begins_after_it()
    {
        using var began = new ManualResetEventSlim();
        FetchLook? look = null;
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        _outside.Messages.Add(("u2", "Subject: two\r\n\r\nx\r\n"));
        _outside.Strike = (_, name) =>
        {
            if (name != "retr")
                return Fault.None;
            began.Set();
            SpinWait.SpinUntil(() => look?.Cancelled.IsCancellationRequested == true, Long);
            return Fault.None;
        };
        look = _fetching.Begin(FetchWorld.Mailbox);
        FetchLook waits = _fetching.Begin(FetchWorld.Mailbox)!;
        Assert.True(began.Wait(Long));
        _fetching.Close();
        Assert.True(_fetching.WaitForEnd(Long));
        Assert.True(look!.Wait(Long) && waits.Wait(Long));
        Assert.Equal((Fault.Cancelled, Fault.Cancelled), (look.Result.Fault, waits.Result.Fault));
        Assert.Equal(2, _outside.Messages.Count);
        Assert.Null(_fetching.Begin(FetchWorld.Mailbox));
        _outside.Strike = (_, _) => Fault.None;
    }

    [Fact]
    public void A_session_that_throws_is_a_look_that_failed()
    {
        _outside.Strike = (_, _) => throw new InvalidOperationException("a test");
        FetchLook look = _fetching.Begin(FetchWorld.Mailbox)!;
        Assert.True(look.Wait(Long));
        Assert.Equal((Fault.Internal, 0), (look.Result.Fault, _outside.OpenSessions));
        Assert.Equal(Fault.Internal, Heard().Fault);
    }

    private FetchResult Heard()
    {
        Assert.True(_heard.TryTake(out FetchResult? result, Long));
        return result!;
    }
}
