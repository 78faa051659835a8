using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Faults;

/// <summary>
/// The disk fails, or the power goes, at the n-th call of the life of a spool with a queue in it, for every n: notes,
/// marks that are written soon, and messages that are carried forward.
/// </summary>
public class QueueFaultTests
{
    private const string Directory = "/spool";
    private const int SegmentLimit = 3 * 1024;
    private const int Puts = 16;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whenever_the_power_goes_the_queue_is_there(int seed)
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
            SpoolModel model = Live(disk);
            foreach (Survival survival in Enum.GetValues<Survival>())
                Check(disk.AfterRestart(survival), model, $"power cut at call {n}, {survival} survives",
                    refusedMayComeBack: true);
        }
    }

    [Theory]
    [InlineData(Fault.Io)]
    [InlineData(Fault.Full)]
    public void Whichever_call_fails_the_queue_is_there(Fault fault)
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
            SpoolModel model = Live(disk);
            disk.Strike = (_, _) => Fault.None;
            string when = $"{fault} at call {n}, {struck}";
            Assert.Equal(0, disk.OpenFiles);
            Assert.True(model.Accepted >= Puts - 1, $"{when}: only {model.Accepted} accepted");
            foreach (Survival survival in Enum.GetValues<Survival>())
                Check(disk.AfterRestart(survival), model, $"{when}, {survival} survives", refusedMayComeBack: false);
        }
    }

    private static SpoolModel Live(SimulatedDisk disk)
    {
        var model = new SpoolModel(Directory);
        for (int part = 0; part < 2; part++)
        {
            // What fails is tried once more, where an engine would.
            if (!model.Open(disk, SegmentLimit) && !model.Open(disk, SegmentLimit))
                continue;
            if (part == 0)
                Begin(model);
            else
                Continue(model);
            model.Close();
        }
        return model;
    }

    private static void Begin(SpoolModel model)
    {
        for (int i = 0; i < 12; i++)
        {
            if (model.Put(i == 5 ? 6000 : 350, recipients: 2) != Fault.None)
                continue;
            ISpoolEntry newest = model.Waiting[^1];
            if (i % 4 == 1)
                model.Annotate(newest, 40);
            if (i % 4 != 1)
                model.Mark(newest, [0, 1], soon: i % 2 == 0);
            if (i % 8 == 1)
                model.Mark(newest, [1], soon: true);
            if (i == 6)
                model.Flush();
        }
        model.Compact();
        AnnotateAll(model, 60);
        model.Flush();
    }

    private static void Continue(SpoolModel model)
    {
        model.Compact();
        for (int i = 0; i < 4; i++)
            if (model.Put(700, recipients: 1) == Fault.None)
                model.Mark(model.Waiting[^1], [0], soon: i % 2 == 1);
        AnnotateAll(model, 500);
        model.Compact();
        if (model.Waiting.Count > 0)
            model.Mark(model.Waiting[0], [0, 1], soon: true);
        AnnotateAll(model, 20);
        model.Flush();
        model.Compact();
    }

    private static void AnnotateAll(SpoolModel model, int length)
    {
        foreach (ISpoolEntry entry in model.Waiting)
            model.Annotate(entry, length);
    }

    // Also what comes after: all is marked, and nothing is left.
    private static void Check(SimulatedDisk disk, SpoolModel model, string when, bool refusedMayComeBack)
    {
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: SegmentLimit)))
        {
            Assert.True(run.Fault == Fault.None, $"{when}: {run.Problem}");
            Assert.True(run.Spool.Damaged == 0 || refusedMayComeBack, $"{when}: {run.Spool.Damaged} damaged");
            model.Check(run.Found, when, isExact: false, refusedMayComeBack);
            Assert.Equal(Fault.None, run.Spool.Compact());
            model.Check(run.Found, when + ", moved", isExact: false, refusedMayComeBack);
            foreach (ISpoolEntry entry in run.Found)
                run.Spool.MarkDone(entry, [.. Enumerable.Range(0, entry.Envelope.Recipients.Count)]);
            Assert.Equal(Fault.None, run.Spool.Flush());
        }
        Assert.Empty(disk.Names(Directory + "/body"));
        using var last = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing)));
        Assert.True(last.Found.Count == 0, $"{when}: back when all was done");
    }
}
