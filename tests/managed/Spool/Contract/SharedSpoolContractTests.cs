using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Spool.Contract;

/// <summary>
/// The contract leaves room for a spool that several engines share, with claims and leases: the small one of these
/// tests keeps every promise, and what more such a spool promises.
/// </summary>
public sealed class SharedSpoolContractTests : SpoolContract
{
    private readonly SharedStore _store;

    public SharedSpoolContractTests() => _store = new SharedStore(Clock);

    [Fact]
    public void Of_two_engines_each_entry_is_claimed_by_one()
    {
        const int count = 1000;
        (SharedSpool first, TakingConsumer one) = Join();
        (SharedSpool second, TakingConsumer other) = Join();
        // Both are behind, so that all of it waits; then both claim at once.
        (one.WantsMore, other.WantsMore) = (false, false);
        string[] ids = [.. Enumerable.Range(0, count).Select(i => Put(i % 2 == 0 ? first : second, "@b"))];
        Assert.Equal((1, 1), (one.Waiting, other.Waiting));
        Parallel.Invoke(one.Resume, other.Resume);
        IEnumerable<string> Taken(TakingConsumer consumer)
            => Enumerable.Range(0, consumer.Waiting).Select(_ => consumer.Next(isNew: true).Id);
        Assert.Equal(ids, Taken(one).Concat(Taken(other)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_local_and_the_remote_part_of_an_entry_may_be_claimed_by_two_engines()
    {
        var mailboxes = new TakingConsumer();
        using var first = new SharedSpool(_store);
        first.Start(mailboxes, null);
        (SharedSpool second, TakingConsumer queue) = Join();
        string id = Put(first, "a @b");
        ISpoolEntry local = mailboxes.Next(isNew: true);
        ISpoolEntry remote = queue.Next(isNew: true);
        Assert.Equal((id, id), (local.Id, remote.Id));
        first.MarkDone(local, [0]);
        Assert.True(remote.IsDone(0));
        second.MarkDone(remote, [1]);
        Assert.True(local.IsDone(1));
    }

    [Fact]
    public void What_an_engine_had_that_died_goes_to_another_when_the_lease_has_lapsed()
    {
        (SharedSpool first, TakingConsumer one) = Join();
        string id = Put(first, "@b @c");
        ISpoolEntry lost = one.Next(isNew: true);
        first.MarkDone(lost, [0]);
        first.Die();
        (SharedSpool second, TakingConsumer other) = Join();
        Assert.Equal(0, other.Waiting);
        Clock.Turn(SharedStore.Lease);
        second.Poll();
        ISpoolEntry entry = other.Next(isNew: false);
        Assert.Equal((id, true, false), (entry.Id, entry.IsDone(0), entry.IsDone(1)));
        Assert.False(lost.IsClaimed);
        // The dead one was only slow: what it says counts, but it has lost the entry.
        first.MarkDone(lost, [1]);
        first.GiveBack(one, lost, default);
        Assert.True(entry.IsDone(1));
        Assert.True(entry.IsClaimed);
    }

    [Fact]
    public void An_engine_that_gives_signs_of_life_keeps_what_it_has()
    {
        (SharedSpool first, TakingConsumer one) = Join();
        Put(first, "@b");
        ISpoolEntry entry = one.Next(isNew: true);
        (SharedSpool second, TakingConsumer other) = Join();
        for (int i = 0; i < 5; i++)
        {
            Clock.Turn(SharedStore.Lease / 2);
            first.Renew();
            second.Poll();
        }
        Assert.True(entry.IsClaimed);
        Assert.Equal(0, other.Waiting);
    }

    [Fact]
    public void What_an_engine_gives_back_or_leaves_at_its_end_goes_to_another_at_once()
    {
        (SharedSpool first, TakingConsumer one) = Join();
        string[] ids = [Put(first, "@b"), Put(first, "@b")];
        ISpoolEntry given = one.Next(isNew: true);
        (_, TakingConsumer other) = Join();
        one.WantsMore = false;
        first.GiveBack(one, given, Clock.GetUtcNow() + SharedStore.Lease);
        Assert.False(given.IsClaimed);
        first.Dispose();
        Assert.Equal(ids[1], other.Next(isNew: false).Id);
        Assert.Equal(0, other.Waiting);
    }

    [Fact]
    public void A_consumer_that_is_behind_leaves_the_rest_to_others()
    {
        (SharedSpool first, TakingConsumer one) = Join();
        one.WantsMore = false;
        string[] ids = [Put(first, "@b"), Put(first, "@b"), Put(first, "@b")];
        Assert.Equal(1, one.Waiting);
        (_, TakingConsumer other) = Join();
        Assert.Equal(ids[1..], ids[1..].Select(_ => other.Next(isNew: false).Id));
    }

    private protected override ISpool Reopen() => new SharedSpool(_store);

    private protected override void LetHandOut(ISpool spool) => ((SharedSpool)spool).Poll();

    private (SharedSpool Spool, TakingConsumer Queue) Join()
    {
        var spool = new SharedSpool(_store);
        var queue = new TakingConsumer();
        spool.Start(null, queue);
        return (spool, queue);
    }
}
