using MailModule.Engine.Importing;
using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Engine.Importing;

/// <summary>Mailboxes and queue of the old module are taken over, each file once.</summary>
public sealed class ImportTests : IDisposable
{
    private const string First = "Received: from bob@far.example (h [192.0.2.7]) Sat, 14 Mar 2015 09:26:53 GMT\r\n";
    private const string Queued = "From bob@far.example (h [192.0.2.7]) Sat, 14 Mar 2015 09:26:53 GMT For ";
    private static readonly ImportOptions All = new(null, null, false, false);

    private readonly ImportWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Mailboxes_come_with_their_folders_and_times()
    {
        _world.CopySamples();
        Assert.Equal(Fault.None, _world.Import());
        string[] inbox = _world.Mailbox("ann");
        Assert.Equal(2, inbox.Length);
        Assert.Equal(
            "Return-Path: <bob@far.example>\nReceived: from mail.far.example ([192.0.2.7])\n"
            + "\tby mx.a.example with SMTP id B5F995D0; Sat, 14 Mar 2015 09:26:53 +0000\n"
            + "From: Bob <bob@far.example>\nTo: ann@a.example\nSubject: dots\n\n.leading\n..two\n.\nlast\n", inbox[0]);
        Assert.Equal(
            "Return-Path: <ann@a.example>\nReceived: by mx.a.example (via Web [192.0.2.9])\n"
            + "\tid B6066010; Sun, 15 Mar 2015 00:00:01 +0000\n"
            + "Subject: from the web\n\n.one dot\n..two dots\nno end\n", inbox[1]);
        string bounce = Assert.Single(_world.Mailbox("ann", ".lists.friends"));
        Assert.StartsWith("Return-Path: <>\nReceived: by mx.a.example (mx.a.example)\n", bounce);
        Assert.EndsWith("\n\nNUL \0 and a long line " + new string('x', 2000) + "\n", bounce);
        Assert.All(_world.Names("ann"), name => Assert.StartsWith("1426", name));
        Assert.Equal(new ImportCounts(3, 0, 0, 0, _world.Told.Sum(one => one.Octets)), _world.Counts);
        Assert.Equal(["", "", "lists/friends"], _world.Told.Select(one => one.Folder));
        Assert.All(_world.Told, one => Assert.True(File.Exists(one.Path)));
    }

    [Fact]
    public void Sizes_in_names_are_those_of_the_messages()
    {
        _world.CopySamples();
        _world.Write("ann", "00000001.msg", First + "S: x\r\n\r\n" + new string('y', 300_000) + "\rz");
        Assert.Equal(Fault.None, _world.Import());
        foreach (string folder in new[] { "", ".lists.friends" })
            foreach (string name in _world.Names("ann", folder))
            {
                string file = Path.Combine(_world.Home("ann"), "Maildir", folder, "new", name);
                string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file));
                MessageSize told = MaildirName.Sizes(System.Text.Encoding.UTF8.GetBytes(name));
                Assert.Equal(text.Length, told.Length);
                Assert.Equal(text.ReplaceLineEndings("\r\n").Length, told.WireLength);
            }
    }

    [Fact]
    public void A_second_run_takes_nothing_over_also_when_the_mail_is_gone()
    {
        _world.CopySamples();
        Assert.Equal(Fault.None, _world.Import());
        foreach (string name in _world.Names("ann"))
            File.Delete(Path.Combine(_world.Home("ann"), "Maildir/new", name));
        Assert.Equal(Fault.None, _world.Import());
        Assert.Empty(_world.Mailbox("ann"));
        Assert.Equal(new ImportCounts(0, 0, 3, 0, 0), _world.Counts);
        Assert.All(_world.Told, one => Assert.True(one is { IsKnown: true, Fault: Fault.None }));
    }

    [Fact]
    public void A_name_that_comes_again_with_other_octets_is_another_message()
    {
        _world.Write("ann", "00000001.msg", First + "Subject: one\r\n\r\n");
        Assert.Equal(Fault.None, _world.Import());
        _world.Write("ann", "00000001.msg", First + "Subject: two\r\n\r\n");
        Assert.Equal(Fault.None, _world.Import());
        Assert.Equal(2, _world.Mailbox("ann").Length);
    }

    [Fact]
    public void A_dry_run_tells_the_same_and_writes_nothing()
    {
        _world.CopySamples();
        var options = new ImportOptions(null, _world.Queue, IsDryRun: true, IsUnstuffed: false);
        Assert.Equal(Fault.None, _world.Import(options));
        ImportCounts dry = _world.Counts;
        ImportedFile[] told = [.. _world.Told];
        Assert.False(Directory.Exists(Path.Combine(_world.Home("ann"), "Maildir")));
        Assert.Empty(Directory.GetFiles(Path.Combine(_world.Home("ann"), "mbox"), "*imported*"));
        Assert.Empty(Directory.GetFiles(_world.Queue, "*imported*"));
        Assert.Equal(Fault.None, _world.Import(options with { IsDryRun = false }));
        Assert.Equal(dry, _world.Counts);
        Assert.Equal(told, _world.Told);
        Assert.Equal((3, 2, 1), (dry.Messages, dry.Queued, dry.Failed));
    }

    [Fact]
    public void Queued_mail_goes_to_whom_its_first_line_names()
    {
        _world.CopySamples();
        var options = new ImportOptions("bob", _world.Queue, false, false);
        using (var run = new ImportRun(_world))
        {
            Assert.Equal(Fault.None, run.Import(options));
            long octets = _world.Told.Where(one => one.Fault == Fault.None).Sum(one => one.Octets);
            Assert.Equal(new ImportCounts(0, 2, 0, 1, octets), _world.Counts);
            ISpoolEntry[] remote = [.. run.Remote.Entries];
            Assert.Equal(2, remote.Length);
            Assert.Equal("bob@far.example", remote[0].Envelope.ReversePath.Text);
            Assert.True(remote[1].Envelope.ReversePath.IsNull);
            Assert.All(remote, entry => Assert.Equal(
                "eve@far.example", entry.Envelope.Recipients.Single(one => one.Maildrop is null).Address.Text));
            Assert.EndsWith("\n\n.dot\n", Text(remote[0].Content));
            Assert.EndsWith("\n\n.dot\n", Text(remote[1].Content));
            Assert.True(run.Delivery.CatchUp(TimeSpan.FromSeconds(10)));
        }
        string local = Assert.Single(_world.Mailbox("ann"));
        Assert.Contains("id 0106AA50; Fri, 02 Jan 2026 03:04:05 +0000\nSubject: queued\n\n.dot\n", local);
        ImportedFile failed = _world.Told.Single(one => one.Fault != Fault.None);
        Assert.Equal("no such user here: nobody@a.example", failed.Text);
        Assert.Equal(Fault.None, _world.Import(options));
        Assert.Equal((0, 2, 1), (_world.Counts.Queued, _world.Counts.Known, _world.Counts.Failed));
        Assert.Equal(2, File.ReadAllLines(Path.Combine(_world.Queue, "mailmodule.imported")).Length);
    }

    [Theory]
    [InlineData("Subject: x\r\n\r\n", "its first line is not that of a queued message")]
    [InlineData("", "its first line is not that of a queued message")]
    [InlineData(Queued + "\r\nSubject: x\r\n", "it has no recipient")]
    [InlineData(Queued + "a@b@c \r\nSubject: x\r\n", "a recipient is not an address: a@b@c")]
    [InlineData(
        "From a@b@c (h) Sat, 14 Mar 2015 09:26:53 GMT For ann@a.example \r\nS: x\r\n",
        "the sender is not an address: a@b@c")]
    public void What_cannot_be_sent_stays_and_is_told(string text, string why)
    {
        _world.WriteQueued("00000001.msg", text);
        Assert.Equal(Fault.None, _world.Import(All with { Queue = _world.Queue }));
        Assert.Equal((Fault.Argument, why), (_world.Told.Single().Fault, _world.Told.Single().Text));
        Assert.True(File.Exists(Path.Combine(_world.Queue, "00000001.msg")));
    }

    [Fact]
    public void Other_files_and_links_are_passed_over()
    {
        _world.Write("ann", "00000001.msg", First + "Subject: one\r\n\r\n");
        _world.Write("ann", "notes.txt", "text");
        string mbox = Path.Combine(_world.Home("ann"), "mbox");
        File.CreateSymbolicLink(Path.Combine(mbox, "00000002.msg"), Path.Combine(mbox, "notes.txt"));
        Directory.CreateSymbolicLink(Path.Combine(mbox, "away"), "/etc");
        Assert.Equal(Fault.None, _world.Import());
        Assert.Equal((1, 1), (_world.Counts.Messages, _world.Counts.Failed));
        Assert.Single(_world.Mailbox("ann"));
    }

    [Fact]
    public void Notes_that_are_none_hold_up_nobody_else()
    {
        _world.Write("ann", "00000001.msg", First + "Subject: ann's\r\n\r\n");
        _world.Write("bob", "00000001.msg", First + "Subject: bob's\r\n\r\n");
        using (FileStream notes = File.Create(Path.Combine(_world.Home("ann"), "mbox/mailmodule.imported")))
            notes.SetLength(300L << 20);
        Assert.Equal(Fault.Io, _world.Import());
        Assert.Empty(_world.Mailbox("ann"));
        Assert.Single(_world.Mailbox("bob"));
    }

    [Fact]
    public void A_folder_that_leads_elsewhere_is_not_entered()
    {
        _world.Write("bob", "00000001.msg", First + "Subject: bob's\r\n\r\n");
        Directory.CreateDirectory(_world.Home("ann"));
        Directory.CreateSymbolicLink(
            Path.Combine(_world.Home("ann"), "mbox"), Path.Combine(_world.Home("bob"), "mbox"));
        Assert.Equal(Fault.Io, _world.Import(All with { User = "ann" }));
        Assert.Empty(_world.Mailbox("ann"));
        Assert.Equal("ann", _world.Told.Single().User);
    }

    [Fact]
    public void A_file_of_another_writer_is_taken_whole()
    {
        _world.Write("ann", "00000001.msg", "Subject: one\r\n\r\n..text\r\n");
        _world.Write("ann", "00000002.msg", "Return-Path: <x@y.example>\r\nSubject: two\r\n\r\n.text\r\n..text\r\n");
        var time = new DateTime(2014, 5, 6, 7, 8, 9, DateTimeKind.Utc);
        foreach (string name in new[] { "00000001.msg", "00000002.msg" })
            File.SetLastWriteTimeUtc(Path.Combine(_world.Home("ann"), "mbox", name), time);
        Assert.Equal(Fault.None, _world.Import());
        Assert.Equal(
            ["Return-Path: <>\nSubject: one\n\n.text\n", "Return-Path: <x@y.example>\nSubject: two\n\n.text\n..text\n"],
            _world.Mailbox("ann").OrderBy(text => text.Contains("two")));
        Assert.All(_world.Names("ann"), name => Assert.StartsWith("1399360089.", name));
    }

    [Fact]
    public void Dots_stay_where_that_is_asked_for()
    {
        _world.Write("ann", "00000001.msg", First + "Subject: x\r\n\r\n..text\r\n");
        Assert.Equal(Fault.None, _world.Import(All with { IsUnstuffed = true }));
        Assert.EndsWith("\n\n..text\n", _world.Mailbox("ann").Single());
    }

    [Fact]
    public void A_mailbox_in_use_is_told_and_the_others_go_on()
    {
        _world.Write("ann", "00000001.msg", First + "Subject: ann's\r\n\r\n");
        _world.Write("bob", "00000001.msg", First + "Subject: bob's\r\n\r\n");
        using (var run = new ImportRun(_world))
        {
            Assert.Equal(Fault.None, run.Store.Open(_world.Home("ann"), out IMaildrop held));
            Assert.Equal(Fault.Locked, run.Import(All));
            held.Dispose();
        }
        Assert.Empty(_world.Mailbox("ann"));
        Assert.Single(_world.Mailbox("bob"));
        Assert.Equal("the mailbox is in use", _world.Told.Single(one => one.Fault == Fault.Locked).Text);
        Assert.Equal(Fault.None, _world.Import());
        Assert.Single(_world.Mailbox("ann"));
    }

    [Fact]
    public void Whoever_wants_no_more_gets_no_more()
    {
        for (int i = 0; i < 5; i++)
            _world.WriteQueued($"0000000{i}.msg", Queued + "ann@a.example \r\nSubject: x\r\n\r\n");
        Assert.Equal(
            Fault.Cancelled, _world.Import(All with { Queue = _world.Queue }, tell: _ => _world.Told.Count < 2));
        Assert.Equal(2, _world.Told.Count);
        Assert.Equal(2, _world.Counts.Queued);
        Assert.Equal(Fault.None, _world.Import(All with { Queue = _world.Queue }));
        Assert.Equal((3, 2), (_world.Counts.Queued, _world.Counts.Known));
    }

    [Fact]
    public void One_run_at_a_time()
    {
        _world.Write("ann", "00000001.msg", First + "Subject: x\r\n\r\n");
        using var run = new ImportRun(_world);
        Fault inner = Fault.None;
        Assert.Equal(Fault.None, run.Import(All, file =>
        {
            inner = run.Import(All);
            return true;
        }));
        Assert.Equal(Fault.Locked, inner);
    }

    [Fact]
    public void A_stop_ends_it_before_the_next_file()
    {
        using var stopping = new CancellationTokenSource();
        for (int i = 0; i < 3; i++)
            _world.WriteQueued($"0000000{i}.msg", Queued + "ann@a.example \r\nSubject: x\r\n\r\n");
        using var run = new ImportRun(_world, stopping: stopping.Token);
        Assert.Equal(Fault.Cancelled, run.Import(All with { Queue = _world.Queue }, _ =>
        {
            stopping.Cancel();
            return true;
        }));
        Assert.Equal(1, _world.Counts.Queued);
    }

    [Fact]
    public void Who_or_what_is_not_there_is_not_found()
    {
        Assert.Equal(Fault.NotFound, _world.Import(All with { User = "nobody" }));
        Assert.Equal(Fault.NotFound, _world.Import(All with { Queue = _world.Queue + "/none" }));
        Assert.Equal(Fault.None, _world.Import(All with { User = "bob" }));
        Assert.False(Directory.Exists(_world.Home("bob")));
    }

    private static string Text(MessageContent content)
    {
        using var text = new StreamReader(content.OpenRead());
        return text.ReadToEnd();
    }
}
