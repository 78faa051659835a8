using System.Text;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Tests.Delivery.Local;
using MailModule.Tests.Support;

namespace MailModule.Tests.Mailbox;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class MaildirStoreTests : IDisposable
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly TemporaryFolder _folder = new();
    private readonly MaildirStore _store = new("mail.example");
    private string Home => _folder.In("users/a");

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_first_look_makes_an_empty_maildir_that_only_its_owner_may_read()
    {
        using IMaildrop drop = Open();
        Assert.Equal(0, drop.Count);
        foreach (string part in new[] { "", "/tmp", "/new", "/cur" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Home + "/Maildir" + part));
    }

    [Fact]
    public void A_delivered_message_lies_in_new_under_its_name_and_mode_0600()
    {
        Deliver("id0000000001", "Subject: x\n\nbody\n");
        string file = Assert.Single(Directory.GetFiles(Home + "/Maildir/new"));
        Assert.Equal("1700000000.id0000000001.mail.example,S=17,W=20", Path.GetFileName(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal("Subject: x\n\nbody\n", File.ReadAllText(file));
        Assert.Empty(Directory.GetFiles(Home + "/Maildir/tmp"));
    }

    [Fact]
    public void A_store_that_has_ended_leaves_no_folder_open()
    {
        Deliver("id0000000001", "Subject: x\n\nbody\n");
        Assert.NotEmpty(DescriptorsBelow(Home));
        _store.Dispose();
        Assert.Empty(DescriptorsBelow(Home));
        Deliver("id0000000002", "Subject: x\n\nbody\n");
        _store.Sync();
        Assert.Empty(DescriptorsBelow(Home));
    }

    [Fact]
    public void A_mailbox_that_nobody_asks_for_is_closed_after_a_moment()
    {
        var clock = new SteppedClock();
        using var store = new MaildirStore("mail.example", clock: clock);
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(Fault.None, store.Open(Home, out IMaildrop drop));
            drop.Dispose();
            Assert.NotEmpty(DescriptorsBelow(Home));
            clock.Turn(TimeSpan.FromMilliseconds(60));
            Assert.Equal(Fault.None, store.Open(_folder.In("users/b"), out drop));
            drop.Dispose();
            clock.Turn(TimeSpan.FromMilliseconds(60));
            Assert.Empty(DescriptorsBelow(Home));
            Assert.NotEmpty(DescriptorsBelow(_folder.In("users/b")));
            clock.Turn(TimeSpan.FromMilliseconds(100));
            Assert.Empty(DescriptorsBelow(_folder.In("users")));
            Assert.Equal(0, clock.Timers);
        }
    }

    private static IEnumerable<string> DescriptorsBelow(string folder)
        => Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(link => new FileInfo(link).LinkTarget ?? "")
            .Where(target => target.StartsWith(folder, StringComparison.Ordinal));

    [Fact]
    public void Messages_come_in_the_order_of_their_times()
    {
        for (int i = 9; i >= 0; i--)
            Deliver($"id000000000{i}", $"{i}\n", Time.AddSeconds(i));
        using IMaildrop drop = Open();
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}\n"), Enumerable.Range(0, 10).Select(i => Text(drop, i)));
    }

    [Fact]
    public void Messages_of_one_second_come_in_the_order_of_their_names()
    {
        const int Count = 2_003;
        Open().Dispose();
        string[] ids = [.. Enumerable.Range(0, Count).Select(i => $"{1_700_000_000 + i / 7}.M{i:D6}P1.h")];
        for (int i = 0; i < Count; i++)
        {
            int at = (int)((long)i * 1_009 % Count);
            File.WriteAllText($"{Home}/Maildir/{(at % 3 == 0 ? "new" : "cur")}/{ids[at]},S={at + 1},W={at + 2}", "");
        }
        // Moved while it was listed: seen twice, and kept once.
        File.WriteAllText($"{Home}/Maildir/new/{ids[1]},S=2,W=3", "");
        using IMaildrop drop = Open();
        Assert.Equal(ids, Enumerable.Range(0, drop.Count).Select(i => IdAt(drop, i)));
        Assert.All(Enumerable.Range(0, Count), i => Assert.Equal(i + 2, drop.Size(i)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no final newline")]
    [InlineData(".\n..\n.a\n")]
    [InlineData("nul \0 here\n")]
    [InlineData("cr \r here\n")]
    [InlineData("crlf\r\n")]
    public void Sizes_are_exact_for_our_mail_and_for_that_of_other_programs(string text)
    {
        Deliver("id0000000001", text);
        File.WriteAllText(Home + "/Maildir/new/1700000001.M1P2.other", text, Encoding.Latin1);
        File.WriteAllText(Home + "/Maildir/cur/1700000002.M1P2.other:2,S", text, Encoding.Latin1);
        using IMaildrop drop = Open();
        Assert.Equal(3, drop.Count);
        long expected = new TextContent(text).WireLength;
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(expected, drop.Size(i)));
        Assert.Equal(3 * expected, drop.TotalSize);
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(text, Text(drop, i)));
    }

    [Fact]
    public void Unique_ids_stay_over_sessions_and_moves()
    {
        Deliver("id0000000001", "a\n");
        string first = OnlyId();
        Assert.Equal("1700000000.id0000000001.mail.example", first);
        MoveToCur(":2,");
        Assert.Equal(first, OnlyId());
        string file = Directory.GetFiles(Home + "/Maildir/cur").Single();
        File.Move(file, file + "RS");
        Assert.Equal(first, OnlyId());
    }

    [Fact]
    public void A_message_that_was_moved_meanwhile_is_still_opened_and_deleted()
    {
        Deliver("id0000000001", "text\n");
        using IMaildrop drop = Open();
        MoveToCur(":2,");
        Assert.Equal("text\n", Text(drop, 0));
        string file = Directory.GetFiles(Home + "/Maildir/cur").Single();
        File.Move(file, file + "S");
        Assert.Equal("text\n", Text(drop, 0));
        File.Move(file + "S", file + "FS");
        Assert.Equal(Fault.None, drop.Delete([0], out int failed));
        Assert.Equal(0, failed);
        Assert.Empty(Directory.GetFiles(Home + "/Maildir/cur"));
    }

    [Fact]
    public void A_message_that_was_deleted_meanwhile_is_not_found_and_counts_as_deleted()
    {
        Deliver("id0000000001", "text\n");
        using IMaildrop drop = Open();
        File.Delete(Directory.GetFiles(Home + "/Maildir/new").Single());
        Assert.Equal(Fault.NotFound, drop.OpenMessage(0, out _));
        Assert.Equal(Fault.None, drop.Delete([0], out int failed));
        Assert.Equal(0, failed);
    }

    [Fact]
    public void Deleting_takes_only_what_was_named()
    {
        for (int i = 0; i < 5; i++)
            Deliver($"id000000000{i}", $"{i}\n");
        using (IMaildrop drop = Open())
            Assert.Equal(Fault.None, drop.Delete([0, 3], out _));
        using IMaildrop after = Open();
        Assert.Equal(["1\n", "2\n", "4\n"], Enumerable.Range(0, 3).Select(i => Text(after, i)));
    }

    [Fact]
    public void A_maildrop_is_one_sessions_until_it_is_given_back()
    {
        IMaildrop drop = Open();
        Assert.Equal(Fault.Locked, _store.Open(Home, out _));
        Assert.Equal(Fault.Locked, new MaildirStore("other").Open(Home, out _));
        drop.Dispose();
        drop.Dispose();
        Open().Dispose();
        Assert.Equal(Fault.None, new MaildirStore("other").Open(Home, out IMaildrop others));
        Assert.Equal(Fault.Locked, _store.Open(Home, out _));
        others.Dispose();
        Open().Dispose();
    }

    [Fact]
    public void Mail_that_comes_during_a_session_waits_for_the_next()
    {
        Deliver("id0000000001", "a\n");
        using (IMaildrop drop = Open())
        {
            Deliver("id0000000002", "b\n");
            Assert.Equal(1, drop.Count);
        }
        using IMaildrop next = Open();
        Assert.Equal(2, next.Count);
    }

    [Fact]
    public void A_repeated_delivery_leaves_one_copy_read_or_unread()
    {
        Deliver("id0000000001", "a\n");
        Deliver("id0000000001", "a\n", again: true);
        Assert.Equal(Fault.None, _store.Sync());
        MoveToCur(":2,S");
        var restarted = new MaildirStore("renamed.example");
        Assert.Equal(Fault.None,
            restarted.Deliver(Home, "id0000000001", Time, new TextContent("a\n"), mayBeDuplicate: true));
        Assert.Equal(Fault.None,
            restarted.Deliver(Home, "id0000000002", Time, new TextContent("b\n"), mayBeDuplicate: true));
        using IMaildrop drop = Open();
        Assert.Equal(["a\n", "b\n"], [Text(drop, 0), Text(drop, 1)]);
        Assert.Equal(2, drop.Count);
    }

    [Fact]
    public void A_message_with_a_file_is_linked_not_copied()
    {
        string file = _folder.In("body");
        Assert.Equal(Fault.None,
            _store.Deliver(Home, "id0000000001", Time, new TextContent("a\n", file), mayBeDuplicate: false));
        Assert.Equal(Fault.None,
            _store.Deliver(Home, "id0000000001", Time, new TextContent("a\n"), mayBeDuplicate: true));
        using (FileStream stream = File.OpenWrite(file))
            stream.Write("z"u8);
        using IMaildrop drop = Open();
        Assert.Equal("z\n", Text(drop, 0));
        Assert.Equal(1, drop.Count);
    }

    [Fact]
    public void A_message_that_is_neither_in_memory_nor_in_a_file_is_copied()
    {
        string text = string.Concat(Enumerable.Repeat("0123456789\n", 30_000));
        Assert.Equal(Fault.None,
            _store.Deliver(Home, "id0000000001", Time, new TextContent(text, asStream: true), mayBeDuplicate: false));
        using IMaildrop drop = Open();
        Assert.Equal(text, Text(drop, 0));
    }

    [Theory]
    [InlineData("../../etc/x")]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("12345678901234567890123456789012345678901")]
    public void An_id_that_is_none_is_refused(string id)
        => Assert.Equal(Fault.Argument, _store.Deliver(Home, id, Time, new TextContent("a\n"), mayBeDuplicate: false));

    [Fact]
    public void Old_leftovers_in_tmp_go_and_young_ones_stay()
    {
        Open().Dispose();
        File.WriteAllText(Home + "/Maildir/tmp/old", "x");
        File.WriteAllText(Home + "/Maildir/tmp/young", "x");
        File.SetLastWriteTimeUtc(Home + "/Maildir/tmp/old", DateTime.UtcNow.AddHours(-37));
        Deliver("id0000000001", "a\n");
        Assert.Equal(Home + "/Maildir/tmp/young", Assert.Single(Directory.GetFiles(Home + "/Maildir/tmp")));
    }

    [Fact]
    public void A_leftover_of_the_same_delivery_is_replaced()
    {
        Open().Dispose();
        File.WriteAllText(Home + "/Maildir/tmp/1700000000.id0000000001.mail.example,S=2,W=3", "half");
        Deliver("id0000000001", "a\n");
        using IMaildrop drop = Open();
        Assert.Equal("a\n", Text(drop, 0));
    }

    [Fact]
    public void Folders_and_dot_files_are_no_messages()
    {
        Open().Dispose();
        Directory.CreateDirectory(Home + "/Maildir/new/folder");
        File.WriteAllText(Home + "/Maildir/new/.hidden", "x");
        using IMaildrop drop = Open();
        Assert.Equal(0, drop.Count);
    }

    [Fact]
    public void An_unchanged_mailbox_is_listed_once()
    {
        Deliver("id0000000001", "a\n");
        Age();
        for (int i = 0; i < 5; i++)
            Open().Dispose();
        Assert.Equal(1, _store.Listings);
        Deliver("id0000000002", "b\n");
        using IMaildrop drop = Open();
        Assert.Equal(2, drop.Count);
    }

    [Fact]
    public void A_mailbox_that_changed_just_now_is_listed_again()
    {
        Deliver("id0000000001", "a\n");
        Open().Dispose();
        Open().Dispose();
        Assert.Equal(2, _store.Listings);
    }

    [Fact]
    public void The_memory_for_snapshots_is_bounded()
    {
        var store = new MaildirStore("h", cacheBound: 1_000);
        for (int i = 0; i < 10; i++)
        {
            string home = _folder.In($"u{i}");
            Assert.Equal(Fault.None,
                store.Deliver(home, "id0000000001", Time, new TextContent("a\n"), mayBeDuplicate: false));
            Age(home);
            Assert.Equal(Fault.None, store.Open(home, out IMaildrop drop));
            drop.Dispose();
        }
        Assert.Equal(10, store.Listings);
        Assert.Equal(Fault.None, store.Open(_folder.In("u0"), out IMaildrop first));
        first.Dispose();
        Assert.Equal(11, store.Listings);
        Assert.Equal(Fault.None, store.Open(_folder.In("u9"), out IMaildrop last));
        last.Dispose();
        Assert.Equal(11, store.Listings);
    }

    [Fact]
    public void Sizes_found_by_reading_are_not_read_again_when_the_mailbox_changes()
    {
        Open().Dispose();
        File.WriteAllText(Home + "/Maildir/new/1700000001.M1P2.other", "abc\n");
        Open().Dispose();
        File.WriteAllText(Home + "/Maildir/new/1700000001.M1P2.other", "longer text\n");
        Deliver("id0000000001", "a\n");
        using IMaildrop drop = Open();
        Assert.Equal(5, drop.Size(1));
    }

    [Fact]
    public void A_hundred_thousand_messages_are_listed_without_opening_one()
    {
        var names = new FolderOfNames(100_000);
        var store = new MaildirStore("h", calls: names);
        Assert.Equal(Fault.None, store.Open(Home, out IMaildrop drop));
        Assert.Equal(0, names.MessagesOpened);
        Assert.Equal(100_000, drop.Count);
        Assert.Equal(4096L * 100_000, drop.TotalSize);
        drop.Dispose();
    }

    private IMaildrop Open()
    {
        Assert.Equal(Fault.None, _store.Open(Home, out IMaildrop drop));
        return drop;
    }

    private void Deliver(string id, string text, DateTimeOffset? time = null, bool again = false)
        => Assert.Equal(Fault.None, _store.Deliver(Home, id, time ?? Time, new TextContent(text), again));

    private string OnlyId()
    {
        using IMaildrop drop = Open();
        Assert.Equal(1, drop.Count);
        return IdAt(drop, 0);
    }

    private static string IdAt(IMaildrop drop, int index)
    {
        Span<byte> id = stackalloc byte[70];
        return Encoding.ASCII.GetString(id[..drop.UniqueId(index, id)]);
    }

    private void MoveToCur(string flags)
    {
        string file = Directory.GetFiles(Home + "/Maildir/new").Single();
        File.Move(file, Home + "/Maildir/cur/" + Path.GetFileName(file) + flags);
    }

    private void Age(string? home = null)
    {
        foreach (string part in new[] { "/Maildir/new", "/Maildir/cur" })
            Directory.SetLastWriteTimeUtc((home ?? Home) + part, DateTime.UtcNow.AddSeconds(-10));
    }

    private static string Text(IMaildrop drop, int index)
    {
        Assert.Equal(Fault.None, drop.OpenMessage(index, out Stream content));
        using StreamReader reader = new(content, Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
