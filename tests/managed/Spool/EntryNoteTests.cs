using System.Collections.Concurrent;
using System.Text;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

public class EntryNoteTests
{
    private const string Directory = "/spool";

    [Fact]
    public void The_last_note_is_found_again_after_a_start()
    {
        var disk = new SimulatedDisk();
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk)))
            run.Put(SpoolRun.Text(1, 100));
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk)))
        {
            ISpoolEntry entry = Assert.Single(run.Found);
            Assert.True(entry.Note.IsEmpty);
            foreach (string note in (string[])["first", "second", "third"])
            {
                run.Spool.Annotate(entry, Octets(note));
                Assert.Equal(note, Text(entry));
            }
            Assert.Equal(Fault.None, run.Spool.Flush());
            Assert.Equal("third", Text(entry));
            run.Spool.Annotate(entry, Octets("fourth"));
            Assert.Equal("fourth", Text(entry));
            Assert.Equal(Fault.None, run.Spool.Flush());
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing)));
        Assert.Equal("fourth", Text(Assert.Single(again.Found)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40_000)]
    [InlineData(300_000)]
    [InlineData(1024 * 1024)]
    public void A_note_of_any_length_comes_back_as_it_was(int length)
    {
        var disk = new SimulatedDisk();
        byte[] note = new byte[length];
        new Random(length).NextBytes(note);
        var entries = new BlockingCollection<ISpoolEntry>();
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: 64 * 1024), entries.Add))
        {
            ISpoolEntry entry = PutOne(run, entries);
            run.Spool.Annotate(entry, note);
            Assert.Equal(Fault.None, run.Spool.Flush());
            Assert.Equal(note, entry.Note.ToArray());
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Nothing)));
        Assert.Equal(note, again.Found[0].Note.ToArray());
    }

    [Fact]
    public void A_note_beyond_its_limit_is_refused()
    {
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, new SimulatedDisk()), entries.Add);
        ISpoolEntry entry = PutOne(run, entries);
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Spool.Annotate(entry, new byte[1024 * 1024 + 1]));
        Assert.True(entry.Note.IsEmpty);
    }

    [Fact]
    public void The_giver_may_use_its_octets_again()
    {
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, new SimulatedDisk()), entries.Add);
        ISpoolEntry entry = PutOne(run, entries);
        byte[] octets = Octets("mine");
        run.Spool.Annotate(entry, octets);
        octets[0] = (byte)'f';
        Assert.Equal("mine", Text(entry));
        Assert.Equal(Fault.None, run.Spool.Flush());
        Assert.Equal("mine", Text(entry));
    }

    [Fact]
    public void A_segment_with_a_note_that_counts_stays_and_goes_when_the_note_does()
    {
        var disk = new SimulatedDisk();
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: 4096), entries.Add);
        ISpoolEntry waiting = PutOne(run, entries);
        Fill(run, entries, 2);
        run.Spool.Annotate(waiting, Octets("note"));
        Assert.Equal(Fault.None, run.Spool.Flush());
        Fill(run, entries, 20);
        using (var again = new SpoolRun(SpoolRun.Options(Directory, disk.AfterRestart(Survival.Some))))
            Assert.Equal("note", Text(Assert.Single(again.Found)));
        Assert.Equal("note", Text(waiting));
        run.Spool.MarkDone(waiting, [0]);
        Assert.Equal(Fault.None, run.Spool.Flush());
        Fill(run, entries, 10);
        Assert.InRange(disk.Names(Directory).Count(name => name.EndsWith(".wal", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public void What_got_a_note_leaves_memory_and_is_read_from_the_log()
    {
        var entries = new BlockingCollection<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(Directory, new SimulatedDisk()), entries.Add);
        ISpoolEntry entry = PutOne(run, entries);
        Assert.False(entry.Content.Memory.IsEmpty);
        run.Spool.Annotate(entry, Octets("note"));
        Assert.Equal(Fault.None, run.Spool.Flush());
        Assert.True(entry.Content.Memory.IsEmpty);
        Assert.Equal(SpoolRun.AtRest(SpoolRun.Text(1, 700)), SpoolRun.Read(entry.Content));
        run.Spool.MarkDone(entry, [0]);
        Assert.Equal(Fault.None, run.Spool.Flush());
        Assert.True(run.Spool.Memory.TryReserve(run.Spool.Options.MemoryLimit));
    }

    [Fact]
    public void A_note_for_what_is_done_changes_nothing()
    {
        var disk = new SimulatedDisk();
        var entries = new BlockingCollection<ISpoolEntry>();
        using (var run = new SpoolRun(SpoolRun.Options(Directory, disk), entries.Add))
        {
            ISpoolEntry entry = PutOne(run, entries);
            run.Spool.MarkDone(entry, [0]);
            run.Spool.Annotate(entry, Octets("late"));
            Assert.True(entry.Note.IsEmpty);
            Assert.Equal(Fault.None, run.Spool.Flush());
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory, disk));
        Assert.Empty(again.Found);
    }

    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ISpoolEntry entry) => Encoding.UTF8.GetString(entry.Note.Span);

    private static ISpoolEntry PutOne(SpoolRun run, BlockingCollection<ISpoolEntry> entries)
    {
        Assert.Equal(Fault.None, run.Put(SpoolRun.Text(1, 700)).Fault);
        return entries.Take();
    }

    private static void Fill(SpoolRun run, BlockingCollection<ISpoolEntry> entries, int count)
    {
        for (int i = 0; i < count; i++)
        {
            run.Spool.MarkDone(PutOne(run, entries), [0]);
            Assert.Equal(Fault.None, run.Spool.Flush());
        }
    }
}
