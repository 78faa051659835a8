using System.Collections.Concurrent;
using System.Text;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Faults;

/// <summary>The disk fails, or the power goes, at the n-th call of a busy life of the spool, for every n.</summary>
public class SpoolFaultTests
{
    private const string Directory = "/mail/spool";
    private const int SegmentLimit = 3 * 1024;

    public static TheoryData<int, bool> Lives
        => new() { { 1, false }, { 2, false }, { 3, true }, { 4, true }, { 5, true } };

    [Theory]
    [MemberData(nameof(Lives))]
    public void Whenever_the_power_goes_what_was_accepted_is_there_once_and_what_was_done_is_not(int seed,
        bool allAreDoneLater)
    {
        bool isCut = true;
        for (int n = 1; isCut; n++)
        {
            var disk = new SimulatedDisk(seed * 10_000 + n);
            isCut = false;
            disk.Strike = (call, _) =>
            {
                if (call == n)
                {
                    isCut = true;
                    disk.CutPower();
                }
                return Fault.None;
            };
            Life life = Live(disk, allAreDoneLater);
            foreach (Survival survival in Enum.GetValues<Survival>())
                Check(disk.AfterRestart(survival), life, $"power cut at call {n}, {survival} survives",
                    refusedMayComeBack: true);
        }
    }

    [Theory]
    [InlineData(Fault.Io)]
    [InlineData(Fault.Full)]
    public void Whichever_call_fails_what_was_accepted_is_there_once_and_what_was_refused_is_not(Fault fault)
    {
        bool isStruck = true;
        for (int n = 1; isStruck; n++)
        {
            var disk = new SimulatedDisk(n);
            isStruck = false;
            string struck = "";
            disk.Strike = (call, name) =>
            {
                isStruck |= call == n;
                struck = call == n ? name : struck;
                return call == n ? fault : Fault.None;
            };
            Life life = Live(disk, allAreDoneLater: false);
            disk.Strike = (_, _) => Fault.None;
            Assert.Equal(0, disk.OpenFiles);
            Assert.True(life.Accepted.Count >= Life.Messages - Life.MostRefused,
                $"{fault} at call {n}, {struck}: only {life.Accepted.Count} accepted");
            foreach (Survival survival in Enum.GetValues<Survival>())
                Check(disk.AfterRestart(survival), life, $"{fault} at call {n}, {struck}, {survival} survives",
                    refusedMayComeBack: false);
        }
    }

    [Fact]
    public void A_disk_that_fails_every_sync_refuses_everything_and_recovers_when_it_is_well()
    {
        var disk = new SimulatedDisk();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk));
        disk.Strike = (_, name) => name == "fdatasync" ? Fault.Io : Fault.None;
        for (int i = 0; i < 20; i++)
            Assert.Equal(Fault.Io, run.Put(SpoolRun.Text(i, i % 3 == 0 ? 6000 : 300)).Fault);
        Assert.InRange(disk.Names(Directory).Count, 2, 4);
        Assert.Empty(disk.Names(Directory + "/body"));
        disk.Strike = (_, _) => Fault.None;
        (Fault fault, string id) = run.Put(SpoolRun.Text(99, 300));
        Assert.Equal(Fault.None, fault);
        run.Dispose();
        using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Everything)));
        Assert.Equal(id, Assert.Single(again.Found).Id);
    }

    [Fact]
    public void A_refused_batch_does_not_come_back_even_if_its_octets_reached_the_disk()
    {
        var disk = new SimulatedDisk();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk));
        (_, string kept) = run.Put(SpoolRun.Text(1, 300));
        bool failed = false;
        disk.Strike = (_, name) => name == "fdatasync" && !failed && (failed = true) ? Fault.Io : Fault.None;
        Assert.Equal(Fault.Io, run.Put(SpoolRun.Text(2, 300)).Fault);
        (_, string after) = run.Put(SpoolRun.Text(3, 300));
        run.Dispose();
        using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Everything)));
        Assert.Equal([kept, after], again.Found.Select(entry => entry.Id));
    }

    [Fact]
    public void A_segment_with_marks_does_not_go_before_the_segment_they_are_about_is_gone_for_good()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var disk = new SimulatedDisk(seed);
            var entries = new BlockingCollection<ISpoolEntry>();
            using var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: 3 * 1024), entries.Add);
            // 0, 1 and 2 fill the first segment; the mark of 0 lies in the second, which 3, 4 and 5 fill; 6 is in the
            // third.
            ISpoolEntry[] first = PutSome(run, entries, 4);
            run.Spool.MarkDone(first[0], [0]);
            Assert.Equal(Fault.None, run.Spool.Flush());
            ISpoolEntry[] second = PutSome(run, entries, 3);
            foreach (ISpoolEntry entry in first[1..].Concat(second[..2]))
                run.Spool.MarkDone(entry, [0]);
            Assert.Equal(Fault.None, run.Spool.Flush());
            using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Some)));
            Assert.Equal(second[2].Id, Assert.Single(again.Found).Id);
        }
    }

    // Six messages, a restart, six more: small and large, with and without fields put in front, half done, done,
    // flushed. What fails is tried once more where an engine would.
    private static Life Live(SimulatedDisk disk, bool allAreDoneLater)
    {
        var life = new Life();
        for (int part = 0; part < 2; part++)
            LivePart(disk, life, part, allAreDoneLater);
        return life;
    }

    private static ISpoolEntry[] PutSome(SpoolRun run, BlockingCollection<ISpoolEntry> entries, int count)
        => [.. Enumerable.Range(0, count).Select(i =>
        {
            Assert.Equal(Fault.None, run.Put(SpoolRun.Text(i, 700)).Fault);
            return entries.Take();
        })];

    private static void LivePart(SimulatedDisk disk, Life life, int part, bool allAreDoneLater)
    {
        var entries = new BlockingCollection<ISpoolEntry>();
        SpoolOptions options = SpoolRun.Options(Directory, disk, SegmentLimit);
        using var first = new SpoolRun(options, entries.Add);
        using SpoolRun run = first.Fault == Fault.None ? first : new SpoolRun(options, entries.Add);
        if (run.Fault != Fault.None)
            return;
        for (int i = 0; i < Life.Messages / 2; i++)
        {
            byte[] wire = SpoolRun.Text(part * 100 + i, i % 3 == 1 ? 9000 : 900);
            byte[]? front = i % 2 == 1 ? Encoding.ASCII.GetBytes($"Authentication-Results: {i}; none\r\n") : null;
            (Fault fault, string id) = run.Put(wire, recipients: 2, front);
            if (fault != Fault.None)
            {
                life.Refused.Add(id);
                continue;
            }
            life.Accepted.Add(id, SpoolRun.AtRest([.. front ?? [], .. wire]));
            if (allAreDoneLater)
                MarkOlder(run, life, entries.Take());
            else
                Mark(run, life, entries.Take(), i);
            if (allAreDoneLater || i % 4 == 3)
                Flush(run, life);
        }
        Flush(run, life);
    }

    private static void Mark(SpoolRun run, Life life, ISpoolEntry entry, int i)
    {
        if (i % 2 == 0)
        {
            run.Spool.MarkDone(entry, [0, 1]);
            life.Marked.Add(entry.Id);
        }
        if (i % 5 == 1)
        {
            run.Spool.MarkDone(entry, [1]);
            life.HalfMarked.Add(entry.Id);
        }
    }

    // Done in the order of their coming, but some messages later: marks lie in later segments, and one segment's going
    // lets the next one go.
    private static void MarkOlder(SpoolRun run, Life life, ISpoolEntry entry)
    {
        life.Waiting.Enqueue((run, entry));
        if (life.Waiting.Count <= Life.MostWaiting)
            return;
        while (life.Waiting.TryDequeue(out (SpoolRun Run, ISpoolEntry Entry) older))
            if (older.Run == run)
            {
                run.Spool.MarkDone(older.Entry, [0, 1]);
                life.Marked.Add(older.Entry.Id);
            }
    }

    private static void Flush(SpoolRun run, Life life)
    {
        if (run.Spool.Flush() != Fault.None)
            return;
        life.Done.UnionWith(life.Marked);
        life.HalfDone.UnionWith(life.HalfMarked);
    }

    private static void Check(SimulatedDisk disk, Life life, string when, bool refusedMayComeBack)
    {
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk)))
        {
            Assert.True(run.Fault == Fault.None, $"{when}: {run.Problem}");
            IReadOnlyList<ISpoolEntry> found = run.Found;
            Assert.True(found.Select(entry => entry.Id).Distinct().Count() == found.Count, $"{when}: twice the same");
            Assert.True(run.Spool.Damaged == 0 || refusedMayComeBack, $"{when}: {run.Spool.Damaged} damaged");
            foreach (ISpoolEntry entry in found)
                CheckFound(entry, life, when, refusedMayComeBack);
            foreach (string id in life.Accepted.Keys.Except(life.Marked))
                Assert.True(found.Any(entry => entry.Id == id), $"{when}: accepted and lost");
            foreach (ISpoolEntry entry in found)
                run.Spool.MarkDone(entry, [0, 1]);
            Assert.Equal(Fault.None, run.Put(SpoolRun.Text(1, 100)).Fault);
            Assert.Equal(Fault.None, run.Spool.Flush());
        }
        Assert.Empty(disk.Names(Directory + "/body"));
        using var last = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing)));
        Assert.Single(last.Found);
    }

    private static void CheckFound(ISpoolEntry entry, Life life, string when, bool refusedMayComeBack)
    {
        Assert.False(life.Done.Contains(entry.Id), $"{when}: done and back");
        if (life.Accepted.TryGetValue(entry.Id, out string? text))
            Assert.True(text == SpoolRun.WithoutFilling(SpoolRun.Read(entry.Content)),
                $"{when}: not what was accepted");
        else
            Assert.True(refusedMayComeBack, $"{when}: refused and back");
        if (life.HalfDone.Contains(entry.Id))
            Assert.True(entry.IsDone(1), $"{when}: a recipient done and back");
    }

    private sealed class Life
    {
        public const int Messages = 12;

        /// <summary>One fault costs at most the half in which the spool could not be opened twice.</summary>
        public const int MostRefused = 1;

        public const int MostWaiting = 3;

        public Queue<(SpoolRun Run, ISpoolEntry Entry)> Waiting { get; } = new();

        public Dictionary<string, string> Accepted { get; } = [];
        public HashSet<string> Refused { get; } = [];
        public HashSet<string> Marked { get; } = [];
        public HashSet<string> HalfMarked { get; } = [];
        public HashSet<string> Done { get; } = [];
        public HashSet<string> HalfDone { get; } = [];
    }
}
