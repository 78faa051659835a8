using System.Text;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Spool;

/// <summary>
/// Header fields that are known only after the body, as what checks SPF, DKIM and DMARC will write them: between the
/// Return-Path and the Received field, for a message in the log and for one in a file of its own.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ReservedHeaderTests : IDisposable
{
    private const string ReturnPath = "Return-Path: <ann@a.example>\r\n";
    private const string Received = "Received: from a.example by mx.example;\r\n\tSat, 28 Nov 2026 12:00:00 +0000\r\n";
    private const string Results = "Authentication-Results: mx.example; spf=pass smtp.mailfrom=a.example;\r\n"
        + "\tdkim=pass header.d=a.example\r\n";
    private const int Room = 1024;
    private const int Small = 300;
    private const int Large = 200_000;

    private readonly TemporaryFolder _folder = new();
    private readonly List<ISpoolEntry> _entries = [];
    private string Directory => _folder.In("spool");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void The_message_is_the_same_in_every_way_of_reading(int length)
    {
        string text = Encoding.ASCII.GetString(SpoolRun.Text(1, length));
        using (SpoolRun run = Open())
        {
            ISpoolEntry entry = Put(run, text, writer => Assert.Equal(Fault.None, Put(writer, Results)));
            Assert.Equal(length == Small, !entry.Content.Memory.IsEmpty);
            Check(entry, text, Results);
        }
        using SpoolRun again = Open();
        Check(Assert.Single(again.Found), text, Results);
        Assert.True(again.Found[0].Content.Memory.IsEmpty);
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void Fields_come_with_the_message_when_it_is_carried_forward(int length)
    {
        string text = Encoding.ASCII.GetString(SpoolRun.Text(1, length));
        using (SpoolRun run = Open())
        {
            Put(run, text, writer => Put(writer, Results));
            for (int i = 0; i < 100; i++)
            {
                ISpoolEntry other = Put(run, Encoding.ASCII.GetString(SpoolRun.Text(i, 900)), _ => { });
                run.Spool.MarkDone(other, [0]);
            }
            Assert.Equal(Fault.None, run.Spool.Compact());
            Check(_entries[0], text, Results);
        }
        using SpoolRun again = Open();
        Check(again.Found[0], text, Results);
    }

    /// <summary>In the log's buffer, and in a file that is being written: as often as wanted, and then it goes on.
    /// </summary>
    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void What_stands_behind_the_room_can_be_read_before_the_commit(int length)
    {
        string text = Encoding.ASCII.GetString(SpoolRun.Text(1, length)) + "a CR at the end\r";
        using SpoolRun run = Open();
        ISpoolEntry entry = Put(run, text, writer =>
        {
            Func<Stream>? open = writer.ReadBack();
            Assert.NotNull(open);
            for (int i = 0; i < 2; i++)
            {
                using Stream stream = open();
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                Assert.Equal(SpoolRun.AtRest(Encoding.ASCII.GetBytes(Received + text)),
                    Encoding.ASCII.GetString(copy.ToArray()));
            }
            Assert.Equal(Fault.None, Put(writer, Results));
        });
        Assert.EndsWith(SpoolRun.AtRest(Encoding.ASCII.GetBytes(text)), SpoolRun.Read(entry.Content),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_room_was_kept_nothing_is_read_back()
    {
        using SpoolRun run = Open();
        Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
        writer.Append("Subject: x\r\n\r\nx\r\n"u8, () => { });
        Assert.Null(writer.ReadBack());
        writer.Discard();
    }

    [Fact]
    public void Of_room_that_is_not_used_a_small_message_has_nothing()
    {
        string text = Encoding.ASCII.GetString(SpoolRun.Text(1, Small));
        using SpoolRun run = Open();
        ISpoolEntry entry = Put(run, text, _ => { });
        Assert.Equal(SpoolRun.AtRest(Encoding.ASCII.GetBytes(ReturnPath + Received + text)),
            SpoolRun.Read(entry.Content));
        Check(entry, text, "");
    }

    [Fact]
    public void Of_room_that_is_not_used_a_large_message_has_one_field_that_says_nothing()
    {
        string text = Encoding.ASCII.GetString(SpoolRun.Text(1, Large));
        using SpoolRun run = Open();
        Check(Put(run, text, _ => { }), text, "X-Reserved: unused\r\n");
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void Too_many_octets_are_refused_and_fewer_can_take_their_place(int length)
    {
        const string less = "Authentication-Results: mx.example; none\r\n";
        string text = Encoding.ASCII.GetString(SpoolRun.Text(1, length));
        using SpoolRun run = Open();
        ISpoolEntry entry = Put(run, text, writer =>
        {
            Assert.Equal(Fault.None, Put(writer, Results));
            Assert.Equal(Fault.Limit, Put(writer, Results + new string('x', Room) + "\r\n"));
            Assert.Equal(Fault.None, Put(writer, less));
        });
        Check(entry, text, less);
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void Fields_may_be_put_before_the_text_comes(int length)
    {
        string text = Encoding.ASCII.GetString(SpoolRun.Text(1, length));
        using SpoolRun run = Open();
        ISpoolWriter writer = Begin(run);
        Assert.Equal(Fault.None, Put(writer, Results));
        writer.Append(Encoding.ASCII.GetBytes(text), () => { });
        Check(Commit(writer), text, Results);
    }

    [Fact]
    public void Whatever_is_left_of_the_room_is_filled_by_lines_that_rfc_5322_allows()
    {
        string text = Encoding.ASCII.GetString(SpoolRun.Text(1, 5000));
        using SpoolRun run = Open();
        for (int left = 0; left < 240; left++)
        {
            string field = "A: " + new string('b', Room - left - 4) + "\r\n";
            Check(Put(run, text, writer => Put(writer, field)), text, field);
        }
    }

    [Theory]
    [InlineData("no end")]
    [InlineData(" folded: nowhere\r\n")]
    [InlineData("\r\n")]
    [InlineData("A: b\r\n\r\n")]
    [InlineData("A: b\r\n\r\nC: d\r\n")]
    public void What_is_no_field_or_ends_the_header_is_refused(string fields)
    {
        using SpoolRun run = Open();
        ISpoolWriter writer = Begin(run);
        Assert.Equal(Fault.Argument, Put(writer, fields));
        writer.Discard();
    }

    [Fact]
    public void Without_room_nothing_is_put_and_room_is_kept_once_and_early()
    {
        using SpoolRun run = Open();
        Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter writer));
        Assert.Equal(Fault.State, Put(writer, Results));
        writer.ReserveInFront(Room);
        Assert.Throws<InvalidOperationException>(() => writer.ReserveInFront(Room));
        writer.Append("A: b\r\n\r\ntext\r\n"u8, () => { });
        Commit(writer);
        Assert.Equal(Fault.State, Put(writer, Results));
        Assert.Equal(Fault.None, run.Spool.TryBegin(SpoolRun.Envelope(), 0, out ISpoolWriter late));
        late.Append(SpoolRun.Text(1, Large), () => { });
        Assert.Throws<InvalidOperationException>(() => late.ReserveInFront(Room));
        late.Discard();
    }

    [Fact]
    public void A_message_of_a_gibibyte_costs_at_most_a_hundredth_more_than_that_written()
    {
        const long gibibyte = 1L << 30;
        var disk = new CountingDisk(new SimulatedDisk(), keepsBodies: false);
        using var run = new SpoolRun(SpoolRun.Options("/spool", disk), _entries.Add);
        ISpoolWriter writer = Begin(run);
        byte[] piece = SpoolRun.Text(1, 1 << 16);
        while (writer.Length < gibibyte)
            writer.Append(piece, () => { });
        Assert.Equal(Fault.None, Put(writer, Results));
        ISpoolEntry entry = Commit(writer);
        Assert.True(entry.Content.Length >= gibibyte);
        Assert.InRange(disk.Written, gibibyte, entry.Content.Length + gibibyte / 100);
        // A mailbox links it: nothing is written again.
        Assert.NotNull(entry.Content.FilePath);
    }

    private SpoolRun Open() => new(SpoolRun.Options(Directory), _entries.Add);

    private static Fault Put(ISpoolWriter writer, string fields) => writer.PutInFront(Encoding.ASCII.GetBytes(fields));

    private static ISpoolWriter Begin(SpoolRun run)
    {
        Envelope envelope = SpoolRun.Envelope();
        Assert.True(MailAddress.TryParse("ann@a.example", out MailAddress ann));
        envelope.ReversePath = ann;
        Assert.Equal(Fault.None, run.Spool.TryBegin(envelope, 0, out ISpoolWriter writer));
        writer.Append(Encoding.ASCII.GetBytes(ReturnPath), () => { });
        writer.ReserveInFront(Room);
        writer.Append(Encoding.ASCII.GetBytes(Received), () => { });
        return writer;
    }

    private ISpoolEntry Put(SpoolRun run, string text, Action<ISpoolWriter> atTheEnd)
    {
        ISpoolWriter writer = Begin(run);
        writer.Append(Encoding.ASCII.GetBytes(text), () => { });
        atTheEnd(writer);
        return Commit(writer);
    }

    private ISpoolEntry Commit(ISpoolWriter writer)
    {
        using var done = new ManualResetEventSlim();
        Fault fault = Fault.Internal;
        writer.CommitAfterConsumer(result =>
        {
            fault = result;
            done.Set();
        });
        Assert.True(done.Wait(SpoolRun.WaitLimit));
        Assert.Equal(Fault.None, fault);
        Assert.Equal(_entries[^1].Content.Length, writer.Length);
        return _entries[^1];
    }

    // In the spool, in a mailbox and on its way to another host.
    private void Check(ISpoolEntry entry, string text, string fields)
    {
        string atRest = SpoolRun.Read(entry.Content);
        Assert.Equal(atRest.Length, entry.Content.Length);
        Assert.Equal(atRest.Length + atRest.Count(c => c == '\n'), entry.Content.WireLength);
        if (!entry.Content.Memory.IsEmpty)
            Assert.Equal(atRest, Encoding.Latin1.GetString(entry.Content.Memory.Span));
        CheckText(atRest, text, fields, isFilled: entry.Content.FilePath is not null);
        CheckMailbox(entry, atRest);
        using var workers = new Workers(4);
        using var remote = new RemoteContent(entry, workers, Log.None);
        string sent = ReadAll(remote);
        Assert.Equal(atRest[ReturnPath[1..].Length..], sent);
        Assert.Equal(sent.Length + sent.Count(c => c == '\n'), remote.WireLength);
    }

    private static void CheckText(string atRest, string text, string fields, bool isFilled)
    {
        string before = ToLf(ReturnPath + fields), after = ToLf(Received + text);
        Assert.StartsWith(before.TrimEnd('\n'), atRest, StringComparison.Ordinal);
        Assert.EndsWith("\n" + after, atRest, StringComparison.Ordinal);
        string filling = atRest[before.TrimEnd('\n').Length..^(after.Length + 1)];
        if (!isFilled)
            Assert.Equal("", filling);
        Assert.Matches(@"^(?: {0,3}|\n \([^()\n]*(?:\n [^()\n ]*)*\))$", filling);
        Assert.All(filling.Split('\n'), line => Assert.InRange(line.Length, 0, 78));
        Assert.All(filling.Split('\n').Skip(1), line => Assert.NotEqual("", line.Trim()));
    }

    private void CheckMailbox(ISpoolEntry entry, string atRest)
    {
        string home = _folder.In("home");
        var store = new MaildirStore("mx.example");
        Assert.Equal(Fault.None,
            store.Deliver(home, entry.Id, entry.Envelope.Received, entry.Content, mayBeDuplicate: true));
        string[] files = System.IO.Directory.GetFiles(home + "/Maildir/new");
        string file = Assert.Single(files, path => path.Contains(entry.Id, StringComparison.Ordinal));
        Assert.Equal(atRest, File.ReadAllText(file, Encoding.Latin1));
        Assert.Equal(Fault.None, store.Open(home, out IMaildrop maildrop));
        using (maildrop)
            Assert.Contains(entry.Content.WireLength, Enumerable.Range(0, maildrop.Count).Select(maildrop.Size));
    }

    private static string ReadAll(IMessageSource source)
    {
        var all = new StringBuilder();
        byte[] buffer = new byte[8192];
        using var ready = new SemaphoreSlim(0);
        for (int count = 1; count > 0;)
        {
            while (!source.TryRead(buffer, () => ready.Release(), out count))
                Assert.True(ready.Wait(SpoolRun.WaitLimit));
            Assert.True(count >= 0);
            all.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return all.ToString();
    }

    private static string ToLf(string wire) => wire.Replace("\r\n", "\n", StringComparison.Ordinal);
}
