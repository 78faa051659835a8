using MailModule.Transport;

namespace MailModule.Tests.Transport;

/// <summary>
/// The ownership word against a model: all interleavings of threads that raise events, serve them and acquire a wait,
/// each call being one step; then real threads, for what happens inside a call.
/// </summary>
public class OwnershipWordTests
{
    /// <summary>The phase at first, what each thread raises, and how often one acquires a wait before it ends
    /// it.</summary>
    private static readonly (Phase First, Events[][] Raisers, int Acquires)[] s_programs =
    [
        (Phase.Read, [[Events.Input], [Events.Room], [Events.Idle], [Events.Stopping]], 0),
        (Phase.Read, [[Events.Input, Events.Resumed], [Events.Room, Events.Input], [Events.Aborted]], 0),
        (Phase.Wait, [[Events.Idle, Events.Room], [Events.Input], [Events.Stopping]], 2),
        (Phase.Wait, [[Events.Room, Events.Aborted], [Events.Room, Events.Input]], 3),
        (Phase.Throttled, [[Events.Input, Events.Room], [Events.Stopping, Events.Idle]], 0),
        (Phase.Handshake, [[Events.Input, Events.Input], [Events.Room, Events.Aborted]], 0),
        (Phase.Write, [[Events.Room, Events.Input], [Events.Stopping]], 0),
        (Phase.Drain, [[Events.Input, Events.Room], [Events.Resumed]], 0),
        (Phase.Linger, [[Events.Input, Events.Room], [Events.Aborted]], 0),
    ];

    [Fact]
    public void Whatever_the_order_each_event_is_served_once_by_one_owner()
    {
        foreach ((Phase first, Events[][] raisers, int acquires) in s_programs)
        {
            var explorer = new OwnershipExplorer<RealWord>(first, raisers, acquires);
            explorer.Explore(new RealWord());
            Assert.Empty(explorer.Wrongs);
            Assert.True(explorer.States > 20, $"{first}: {explorer.States} states");
        }
    }

    [Theory]
    [InlineData(Defect.None, "")]
    [InlineData(Defect.ReleasesBlindly, "lost")]
    [InlineData(Defect.RaisesWithoutOwning, "two owners")]
    [InlineData(Defect.ConsumesAll, "lost")]
    [InlineData(Defect.ConsumesNothing, "served twice")]
    [InlineData(Defect.AcquiresOwned, "two owners")]
    [InlineData(Defect.ForgetsPhase, "lost")]
    public void A_word_with_a_defect_is_found_out(Defect defect, string wrong)
    {
        var found = new List<string>();
        foreach ((Phase first, Events[][] raisers, int acquires) in s_programs)
        {
            var explorer = new OwnershipExplorer<DefectiveWord>(first, raisers, acquires);
            explorer.Explore(new DefectiveWord(defect));
            found.AddRange(explorer.Wrongs);
        }
        if (wrong.Length == 0)
            Assert.Empty(found);
        else
            Assert.Contains(found, one => one.Contains(wrong, StringComparison.Ordinal));
    }

    [Fact]
    public void Real_threads_lose_nothing_and_exclude_each_other()
    {
        const int Rounds = 30_000;
        var connection = new CountingOwner();
        Events[] raised = [Events.Input, Events.Input, Events.Room, Events.Resumed, Events.Idle];
        Thread[] threads = [.. raised.Select(one => new Thread(() =>
        {
            for (int i = 0; i < Rounds; i++)
                connection.Raise(one);
        })), new Thread(() =>
        {
            for (int i = 0; i < Rounds; i++)
                connection.Acquire();
        })];
        connection.Begin();
        foreach (Thread thread in threads)
            thread.Start();
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60))));
        for (int i = 0; i < 3; i++)
            connection.Raise(Events.Resumed); // so that each phase has come once more; the last of these may lie
        Assert.Equal((0, 0, 0, false), (connection.Unserved(Events.Input), connection.Unserved(Events.Room),
            connection.Unserved(Events.Idle), connection.HadTwoOwners));
    }

    /// <summary>A connection that waits for a call after each input, and counts what is not served yet.</summary>
    private sealed class CountingOwner
    {
        private readonly Dictionary<Events, StrongBox> _unserved =
            Enum.GetValues<Events>().Where(one => one != Events.None).ToDictionary(one => one, _ => new StrongBox());
        private OwnershipWord _word = new();
        private Phase _phase = Phase.Read;
        private int _owners;

        public bool HadTwoOwners { get; private set; }
        public int Unserved(Events which) => _unserved[which].Value;

        public void Begin()
        {
            _owners = 1;
            Serve();
        }

        public void Raise(Events one)
        {
            Interlocked.Increment(ref _unserved[one].Value);
            if (!_word.Raise(one))
                return;
            Enter();
            Serve();
        }

        public void Acquire()
        {
            if (!_word.TryAcquire(Phase.Wait))
                return;
            Enter();
            if (_word.TryConsume(Events.Room))
                MarkServed(Events.Room);
            Serve(); // whoever has ended the wait meanwhile
        }

        private void Serve()
        {
            while (true)
            {
                Events one = _word.ConsumeNextEvent(_phase);
                if (one != Events.None)
                {
                    MarkServed(one);
                    _phase = one == Events.Input ? Phase.Wait : one == Events.Resumed ? Phase.Read : _phase;
                }
                else if (TryRelease(_phase))
                {
                    return;
                }
            }
        }

        private void MarkServed(Events one) => Interlocked.Exchange(ref _unserved[one].Value, 0);

        private void Enter()
        {
            if (Interlocked.Increment(ref _owners) != 1)
                HadTwoOwners = true;
        }

        private bool TryRelease(Phase phase)
        {
            Interlocked.Decrement(ref _owners);
            if (_word.TryRelease(phase))
                return true;
            Enter();
            return false;
        }
    }

    private sealed class StrongBox
    {
        public int Value;
    }
}
