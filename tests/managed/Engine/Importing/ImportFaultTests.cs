using MailModule.Engine.Importing;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Importing;

/// <summary>
/// Every call of the disk fails, and the process dies at every call: each message is taken over all the same, and once.
/// </summary>
public class ImportFaultTests
{
    private const int Messages = 3;

    [Theory]
    [InlineData(Errno.NoSpace, false)]
    [InlineData(Errno.Io, false)]
    [InlineData(Errno.Io, true)]
    public void Whichever_call_fails_each_message_comes_once_into_the_mailbox(int error, bool diesThere)
    {
        bool hasFailed = true;
        for (int n = 1; hasFailed; n++)
        {
            using var world = new ImportWorld();
            for (int i = 0; i < Messages; i++)
                world.Write("ann", i == 2 ? "friends/00000002.msg" : $"0000000{i}.msg", Stored(i));
            var calls = new FailingFileCalls(n, error, andAllAfter: diesThere);
            Fault fault = world.Import(calls: calls);
            hasFailed = calls.HasFailed;
            Assert.True(hasFailed || fault == Fault.None, $"call {n}: {fault}");
            long taken = world.Counts.Messages;
            Assert.Equal(Fault.None, world.Import());
            Assert.Equal(Messages, world.Counts.Messages + world.Counts.Known);
            Assert.True(world.Counts.Known >= taken, $"call {n}: {taken} told, {world.Counts.Known} known");
            string[] all = [.. world.Mailbox("ann"), .. world.Mailbox("ann", ".friends")];
            Assert.Equal(Enumerable.Range(0, Messages).Select(i => $"Subject: {i}"), SubjectsOf(all));
            Assert.Equal(Fault.None, world.Import());
            Assert.Equal(new ImportCounts(0, 0, Messages, 0, 0), world.Counts);
        }
    }

    [Theory]
    [InlineData(Errno.NoSpace, false)]
    [InlineData(Errno.Io, true)]
    public void Whichever_call_fails_each_queued_message_comes_once(int error, bool diesThere)
    {
        bool hasFailed = true;
        for (int n = 1; hasFailed; n++)
        {
            using var world = new ImportWorld();
            for (int i = 0; i < Messages; i++)
                world.WriteQueued($"0000000{i}.msg", Queued(i));
            var calls = new FailingFileCalls(n, error, andAllAfter: diesThere);
            var options = new ImportOptions("bob", world.Queue, false, false);
            var heard = new List<string>();
            using (var run = new ImportRun(world, calls))
            {
                run.Import(options);
                heard.AddRange(run.Remote.Entries.Select(entry => entry.Id));
            }
            hasFailed = calls.HasFailed;
            long taken = world.Counts.Queued;
            using (var run = new ImportRun(world))
            {
                Assert.Equal(Fault.None, run.Import(options));
                Assert.True(world.Counts.Known >= taken, $"call {n}: {taken} told, {world.Counts.Known} known");
                heard.AddRange(run.Remote.Entries.Select(entry => entry.Id));
            }
            Assert.Equal(Messages, world.Counts.Queued + world.Counts.Known);
            // An entry that is not done comes again after the start, under its own id.
            Assert.Equal(Messages, heard.Distinct().Count());
            Assert.Equal(Messages, File.ReadAllLines(Path.Combine(world.Queue, "mailmodule.imported"))
                .Distinct().Count(line => line.EndsWith(".msg", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Whenever_the_power_goes_spool_and_notes_agree()
    {
        foreach (Survival survival in Enum.GetValues<Survival>())
            for (int n = 1; IsCutAt(n, survival); n++)
            {
            }
    }

    private static bool IsCutAt(int n, Survival survival)
    {
        using var world = new ImportWorld();
        for (int i = 0; i < Messages; i++)
            world.WriteQueued($"0000000{i}.msg", Queued(i));
        var disk = new SimulatedDisk(n);
        bool isCut = false;
        disk.Strike = (call, _) =>
        {
            if (call == n)
            {
                isCut = true;
                disk.CutPower();
            }
            return Fault.None;
        };
        var options = new ImportOptions("bob", world.Queue, false, false);
        using (var run = new ImportRun(world, disk: disk, spool: "/spool"))
            if (run.Fault == Fault.None)
                run.Import(options);
        long taken = world.Counts.Queued;
        disk = disk.AfterRestart(survival);
        using var again = new ImportRun(world, disk: disk, spool: "/spool");
        Assert.Equal(Fault.None, again.Fault);
        Assert.Equal(Fault.None, again.Import(options));
        Assert.Equal(Messages, world.Counts.Queued + world.Counts.Known);
        Assert.True(world.Counts.Known >= taken, $"call {n}: {taken} told, {world.Counts.Known} known");
        Assert.Equal(Messages, again.Remote.Entries.Select(entry => entry.Id).Distinct().Count());
        return isCut;
    }

    private static string Stored(int i)
        => "Received: from b@far.example (h [192.0.2.7]) Sat, 14 Mar 2015 09:26:53 GMT\r\n"
            + $"Subject: {i}\r\n\r\n..dot\r\n";

    private static string Queued(int i)
        => "From b@far.example (h [192.0.2.7]) Sat, 14 Mar 2015 09:26:53 GMT For eve@far.example \r\n"
            + $"Subject: {i}\r\n\r\n..dot\r\n";

    private static IEnumerable<string> SubjectsOf(IEnumerable<string> messages)
        => messages
            .Select(text => text.Split('\n').Single(line => line.StartsWith("Subject", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal);
}
