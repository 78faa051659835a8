using System.Collections.Concurrent;
using System.Net;
using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LogSpoolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Directory => Path.Join(_folder.Path, "deep", "spool");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_committed_message_goes_to_the_consumer_and_is_recovered()
    {
        var consumed = new BlockingCollection<ISpoolEntry>();
        byte[] wire = SpoolRun.Text(1, 1000);
        using (var run = new SpoolRun(SpoolRun.Options(Directory), consumed.Add))
        {
            Assert.Equal(Fault.None, run.Fault);
            Assert.Equal(Fault.None, run.Put(wire).Fault);
            Assert.True(consumed.TryTake(out ISpoolEntry? entry, SpoolRun.WaitLimit));
            Check(entry, wire);
            Assert.False(entry.Content.Memory.IsEmpty);
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory));
        Check(Assert.Single(again.Found), wire);
    }

    [Fact]
    public void A_large_body_has_a_file_in_its_final_form()
    {
        byte[] wire = SpoolRun.Text(1, 300_000);
        using (var run = new SpoolRun(SpoolRun.Options(Directory)))
            Assert.Equal(Fault.None, run.Put(wire).Fault);
        using var again = new SpoolRun(SpoolRun.Options(Directory));
        ISpoolEntry entry = Assert.Single(again.Found);
        Check(entry, wire);
        Assert.NotNull(entry.Content.FilePath);
        Assert.Equal(SpoolRun.AtRest(wire), File.ReadAllText(entry.Content.FilePath, Encoding.Latin1));
    }

    [Fact]
    public void The_envelope_comes_back_whole()
    {
        Envelope envelope = SpoolRun.Envelope(3);
        Assert.True(MailAddress.TryParse("\"odd name\"@example.net", out MailAddress sender));
        envelope.ReversePath = sender;
        envelope.Client = new IPEndPoint(IPAddress.Parse("2001:db8::1"), 4711);
        envelope.AuthenticatedUser = "jürgen";
        envelope.EightBit = true;
        envelope.Utf8 = true;
        using (var run = new SpoolRun(SpoolRun.Options(Directory)))
        {
            Assert.Equal(Fault.None, run.Spool.TryBegin(envelope, 0, out ISpoolWriter writer));
            writer.Append("x\r\n"u8, () => { });
            writer.Commit(_ => { });
            Assert.Equal(Fault.None, run.Spool.Flush());
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory));
        Envelope found = Assert.Single(again.Found).Envelope;
        Assert.Equal(envelope.ReversePath, found.ReversePath);
        Assert.Equal(envelope.Recipients, found.Recipients);
        Assert.Equal((envelope.Helo, envelope.Client, envelope.AuthenticatedUser, envelope.Received, envelope.EightBit,
            envelope.Utf8),
            (found.Helo, found.Client, found.AuthenticatedUser, found.Received, found.EightBit, found.Utf8));
        Assert.Equal(envelope.Received.Offset, found.Received.Offset);
    }

    [Theory]
    [InlineData("plain\n", 0, 4000)]
    [InlineData("plain\n", 0, 40)]
    [InlineData("\u00fc\n", 1, 4000)]
    [InlineData("\u00fc\n", 1, 40)]
    [InlineData("", 2, 4000)]
    [InlineData("", 2, 40)]
    public void A_record_says_what_its_text_asks_of_hosts(string line, byte traits, int lines)
    {
        byte[] text = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(line.PadLeft(50, 'x'), lines)));
        using (var run = new SpoolRun(SpoolRun.Options(Directory)))
            Assert.Equal(Fault.None, run.Put(text).Fault);
        using var again = new SpoolRun(SpoolRun.Options(Directory));
        Assert.Equal((ContentTraits)traits, Assert.Single(again.Found).Content.Traits);
    }

    [Fact]
    public void Half_done_recipients_stay_done()
    {
        using (var run = new SpoolRun(SpoolRun.Options(Directory)))
            Assert.Equal(Fault.None, run.Put(SpoolRun.Text(1, 100), recipients: 3).Fault);
        using (var run = new SpoolRun(SpoolRun.Options(Directory)))
        {
            run.Spool.MarkDone(Assert.Single(run.Found), [1]);
            Assert.Equal(Fault.None, run.Spool.Flush());
        }
        using (var run = new SpoolRun(SpoolRun.Options(Directory)))
        {
            ISpoolEntry entry = Assert.Single(run.Found);
            Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(entry.IsDone));
            run.Spool.MarkDone(entry, [0, 2]);
            Assert.Equal(Fault.None, run.Spool.Flush());
        }
        using var last = new SpoolRun(SpoolRun.Options(Directory));
        Assert.Empty(last.Found);
    }

    [Fact]
    public void A_second_engine_is_told_that_the_spool_is_in_use()
    {
        using var first = new SpoolRun(SpoolRun.Options(Directory));
        using var second = new SpoolRun(SpoolRun.Options(Directory));
        Assert.Equal(Fault.Locked, second.Fault);
        Assert.Contains("in use", second.Problem, StringComparison.Ordinal);
        first.Dispose();
        using var third = new SpoolRun(SpoolRun.Options(Directory));
        Assert.Equal(Fault.None, third.Fault);
    }

    [Fact]
    public void Discarded_messages_leave_nothing()
    {
        using var run = new SpoolRun(SpoolRun.Options(Directory));
        foreach (int length in (int[])[10, 100_000])
        {
            Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
            writer.Append(SpoolRun.Text(1, length), () => { });
            writer.Discard();
            writer.Discard();
        }
        Assert.Empty(System.IO.Directory.GetFiles(Path.Join(Directory, "body")));
    }

    [Fact]
    public void Everything_is_for_the_owner_alone()
    {
        using var run = new SpoolRun(SpoolRun.Options(Directory));
        run.Put(SpoolRun.Text(1, 100_000));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Directory));
        foreach (string file in System.IO.Directory.GetFiles(Directory, "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void Ids_are_letters_and_digits_and_never_the_same()
    {
        var ids = new HashSet<string>();
        for (int spool = 0; spool < 3; spool++)
        {
            var source = new MessageIds();
            for (int i = 0; i < 1000; i++)
                Assert.True(ids.Add(source.Next()));
        }
        Assert.All(ids, id => Assert.Matches("^[0-9a-zA-Z]{10,24}$", id));
    }

    [Fact]
    public void Ten_thousand_messages_leave_a_bounded_number_of_files()
    {
        LogSpool? spool = null;
        SpoolOptions options = SpoolRun.Options(Directory, segmentLimit: 64 * 1024);
        using var run = new SpoolRun(options, entry => spool!.MarkDone(entry, [0]));
        spool = run.Spool;
        using var all = new CountdownEvent(10_000);
        byte[] wire = SpoolRun.Text(1, 500);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
            writer.Append(wire, () => { });
            writer.Commit(_ => all.Signal());
        }
        Assert.True(all.Wait(SpoolRun.WaitLimit));
        Assert.Equal(Fault.None, run.Spool.Flush());
        Assert.InRange(System.IO.Directory.GetFiles(Directory).Length, 3, 14);
    }

    [Fact]
    public void One_waiting_message_keeps_its_segment_but_not_those_after_it()
    {
        var entries = new BlockingCollection<ISpoolEntry>();
        using (var run = new SpoolRun(SpoolRun.Options(Directory, segmentLimit: 16 * 1024), entries.Add))
        {
            for (int i = 0; i < 300; i++)
            {
                Assert.Equal(Fault.None, run.Put(SpoolRun.Text(i, 500)).Fault);
                ISpoolEntry entry = entries.Take();
                if (i != 3)
                    run.Spool.MarkDone(entry, [0]);
            }
            Assert.Equal(Fault.None, run.Spool.Flush());
            Assert.Equal(Fault.None, run.Spool.Flush());
            Assert.InRange(System.IO.Directory.GetFiles(Directory, "*.wal").Length, 2, 4);
        }
        using var again = new SpoolRun(SpoolRun.Options(Directory));
        Check(Assert.Single(again.Found), SpoolRun.Text(3, 500));
    }

    private static void Check(ISpoolEntry entry, byte[] wire)
    {
        Assert.Equal(SpoolRun.AtRest(wire), SpoolRun.Read(entry.Content));
        Assert.Equal(SpoolRun.AtRest(wire).Length, entry.Content.Length);
        Assert.Equal(wire.Length, entry.Content.WireLength);
        Assert.Matches("^[0-9a-zA-Z]{10,24}$", entry.Id);
    }
}
