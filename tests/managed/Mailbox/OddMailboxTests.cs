using System.Text;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Mailbox;

/// <summary>
/// What the owner of a home may put into the mailbox: nothing there is waited for, leads out of the home, or hides the
/// rest. A call that waited would hang the test.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OddMailboxTests : IDisposable
{
    private const string Mail = "Subject: x\n\nbody\n";
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly MaildirStore _store;
    private readonly string _outside;

    public OddMailboxTests()
    {
        _store = new MaildirStore("h", log: new Log(LogLevel.Warning, (_, _, text) => _lines.Add(text)));
        _outside = _folder.In("outside");
        File.WriteAllText(_outside, "secret\n");
        foreach (string part in new[] { "tmp", "new", "cur" })
            Directory.CreateDirectory(_folder.In("elsewhere/" + part));
        File.WriteAllText(_folder.In("elsewhere/cur/1.secret.h"), "secret\n");
    }

    public static IEnumerable<object[]> Kinds => OddFiles.Kinds.Select(kind => new object[] { kind });

    public static IEnumerable<object[]> KindsInParts
        => from kind in OddFiles.Kinds
           from part in new[] { "new", "cur", "tmp" }
           select new object[] { kind, part };

    public static IEnumerable<object[]> FoldersThatAreNone
        => from kind in OddFiles.Kinds.Where(kind => kind != OddFile.Folder)
           from place in new[] { "Maildir", "Maildir/tmp", "Maildir/new", "Maildir/cur" }
           select new object[] { kind, place };

    private string Home => _folder.In("users/a");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(KindsInParts))]
    public void What_is_no_file_of_the_user_is_no_message_and_hides_none(OddFile kind, string part)
    {
        Deliver("id0000000001");
        OddFiles.Make(kind, $"{Home}/Maildir/{part}/1700000001.odd.h", _outside);
        Deliver("id0000000002");
        using IMaildrop drop = Open();
        Assert.Equal([Mail, Mail], Texts(drop));
        if (kind != OddFile.Folder && part != "tmp")
            Assert.Single(_lines);
        Open(again: true);
        Assert.True(_lines.Count <= 1);
        Assert.Equal("secret\n", File.ReadAllText(_outside));
    }

    [Fact]
    public void A_file_that_has_a_name_elsewhere_is_not_given_out_and_deleting_takes_its_name_here_alone()
    {
        Deliver("id0000000001");
        OddFiles.Make(OddFile.HardLink, Home + "/Maildir/cur/1700000001.odd.h,S=99,W=99:2,", _outside);
        using IMaildrop drop = Open();
        Assert.Equal(2, drop.Count);
        Assert.Equal(Fault.Io, drop.OpenMessage(1, out _));
        Assert.Equal(Fault.Io, drop.ReadMessage(1, new byte[100], out int length));
        Assert.Equal(0, length);
        drop.EndReading();
        Assert.Equal(Mail, Text(drop, 0));
        Assert.Equal(Fault.None, drop.Delete([1], out _));
        Assert.Empty(Directory.GetFiles(Home + "/Maildir/cur"));
        Assert.Equal("secret\n", File.ReadAllText(_outside));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_that_became_something_else_after_the_log_in_is_not_given_out(OddFile kind)
    {
        Deliver("id0000000001");
        Deliver("id0000000002");
        using IMaildrop drop = Open();
        string first = Directory.GetFiles(Home + "/Maildir/new").Order().First();
        File.Delete(first);
        OddFiles.Make(kind, first, _outside);
        Assert.NotEqual(Fault.None, drop.OpenMessage(0, out _));
        Assert.NotEqual(Fault.None, drop.ReadMessage(0, new byte[100], out _));
        drop.EndReading();
        Assert.Equal(Mail, Text(drop, 1));
        drop.Delete([0, 1], out _);
        Assert.Equal("secret\n", File.ReadAllText(_outside));
    }

    [Theory]
    [MemberData(nameof(FoldersThatAreNone))]
    public void A_mailbox_that_is_no_folder_gets_nothing_and_gives_nothing(OddFile kind, string place)
    {
        Directory.CreateDirectory(Home + "/Maildir");
        if (place != "Maildir")
            foreach (string part in new[] { "tmp", "new", "cur" }.Where(part => "Maildir/" + part != place))
                Directory.CreateDirectory(Home + "/Maildir/" + part);
        else
            Directory.Delete(Home + "/Maildir");
        string target = kind == OddFile.HardLink ? _outside : _folder.In("elsewhere" + place["Maildir".Length..]);
        OddFiles.Make(kind, $"{Home}/{place}", target);
        Fault delivered = _store.Deliver(Home, "id0000000001", Time, new TextContent(Mail), mayBeDuplicate: true);
        Fault opened = _store.Open(Home, out IMaildrop drop);
        if (opened == Fault.None)
        {
            Assert.Equal("Maildir/tmp", place);
            drop.Dispose();
        }
        Assert.True(delivered != Fault.None || place == "Maildir/cur");
        Assert.Equal([_folder.In("elsewhere/cur/1.secret.h")],
            Directory.GetFiles(_folder.In("elsewhere"), "*", SearchOption.AllDirectories));
        Assert.NotEmpty(_lines);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_lock_that_is_no_file_of_ours_refuses_the_log_in_and_no_delivery(OddFile kind)
    {
        Directory.CreateDirectory(Home + "/Maildir");
        OddFiles.Make(kind, Home + "/Maildir/mailmodule.lock", _outside);
        Assert.Equal(Fault.Io, _store.Open(Home, out _));
        Deliver("id0000000001");
        Assert.False(File.Exists(_outside + ".missing"));
        Directory.Move(Home + "/Maildir/mailmodule.lock", Home + "/away");
        using IMaildrop drop = Open();
        Assert.Equal([Mail], Texts(drop));
    }

    [Theory]
    [InlineData(OddFile.SymbolicLink)]
    [InlineData(OddFile.DanglingLink)]
    [InlineData(OddFile.Pipe)]
    [InlineData(OddFile.Socket)]
    [InlineData(OddFile.HardLink)]
    public void A_message_for_a_folder_that_is_none_comes_into_the_inbox_once(OddFile kind)
    {
        Open().Dispose();
        OddFiles.Make(kind, Home + "/Maildir/.spam", kind == OddFile.HardLink ? _outside : _folder.In("elsewhere"));
        for (int i = 0; i < 2; i++)
            Assert.Equal(Fault.None, _store.DeliverInto(Home, "spam", "id0000000001", Time, new TextContent(Mail)));
        Assert.Equal(Fault.None, _store.Sync());
        Assert.Single(Directory.GetFiles(Home + "/Maildir/new"));
        Assert.Empty(Directory.GetFiles(_folder.In("elsewhere/new")));
        Assert.Single(_lines);
    }

    [Fact]
    public void Old_links_in_tmp_go_and_what_they_lead_to_stays()
    {
        Open().Dispose();
        File.CreateSymbolicLink(Home + "/Maildir/tmp/link", _outside);
        File.SetLastWriteTimeUtc(_outside, DateTime.UtcNow.AddDays(-9));
        Deliver("id0000000001");
        Assert.True(File.Exists(_outside));
    }

    [Fact]
    public void What_is_too_large_to_be_counted_is_announced_with_its_size_at_rest_and_read_no_further()
    {
        const long giant = 20L << 30;
        Deliver("id0000000001");
        string file = Home + "/Maildir/cur/1700000001.sparse.h";
        using (FileStream sparse = File.Create(file))
            sparse.SetLength(giant);
        using IMaildrop drop = Open();
        Assert.Equal(giant, drop.Size(1));
        Assert.Equal(Fault.None, drop.OpenMessage(1, out Stream content));
        using (content)
            Assert.Equal(1000, content.Read(new byte[1000]));
    }

    [Fact]
    public void A_file_that_grows_is_read_as_far_as_it_went_when_it_was_opened()
    {
        Deliver("id0000000001");
        using IMaildrop drop = Open();
        Assert.Equal(Fault.None, drop.OpenMessage(0, out Stream content));
        File.AppendAllText(Directory.GetFiles(Home + "/Maildir/new").Single(), "and more\n");
        using var reader = new StreamReader(content);
        Assert.Equal(Mail, reader.ReadToEnd());
    }

    [Fact]
    public void A_mailbox_that_is_moved_or_deleted_is_made_anew_for_the_next_message()
    {
        var clock = new SteppedTime();
        var store = new MaildirStore("h", clock: clock);
        Assert.Equal(Fault.None, store.Deliver(Home, "id0000000001", Time, new TextContent(Mail), false));
        Directory.Move(Home + "/Maildir", Home + "/old");
        clock.Now += TimeSpan.FromMilliseconds(100);
        Assert.Equal(Fault.None, store.Deliver(Home, "id0000000002", Time, new TextContent(Mail), false));
        Assert.Single(Directory.GetFiles(Home + "/Maildir/new"));
        Directory.Delete(Home + "/Maildir", recursive: true);
        Assert.Equal(Fault.None, store.Deliver(Home, "id0000000003", Time, new TextContent(Mail), false));
        Assert.Single(Directory.GetFiles(Home + "/Maildir/new"));
        Directory.Delete(Home + "/Maildir", recursive: true);
        Assert.Equal(Fault.None, store.Open(Home, out IMaildrop drop));
        Assert.Equal(0, drop.Count);
        drop.Dispose();
        Assert.Equal(Fault.None, store.Sync());
    }

    [RootFact]
    public void What_is_delivered_to_a_users_home_is_the_users_and_a_large_body_is_copied()
    {
        Directory.CreateDirectory(Home);
        OddFiles.GiveTo(OddFiles.Stranger, Home);
        Deliver("id0000000001");
        string body = _folder.In("body");
        Assert.Equal(Fault.None,
            _store.Deliver(Home, "id0000000002", Time, new TextContent(Mail, body), mayBeDuplicate: false));
        Assert.Equal(Fault.None, _store.DeliverInto(Home, "a/b", "id0000000003", Time, new TextContent(Mail)));
        using (IMaildrop drop = Open())
            Assert.Equal([Mail, Mail], Texts(drop));
        Assert.All(Directory.GetFileSystemEntries(Home, "*", SearchOption.AllDirectories),
            path => Assert.Equal(OddFiles.Stranger, OddFiles.OwnerOf(path)));
        File.WriteAllText(body, "changed");
        using IMaildrop after = Open();
        Assert.Equal([Mail, Mail], Texts(after));
        Assert.Equal(Fault.None, after.Delete([0, 1], out _));
        Assert.Empty(Directory.GetFiles(Home + "/Maildir/new"));
    }

    [RootFact]
    public void A_file_of_ours_that_the_user_named_is_not_given_out()
    {
        Directory.CreateDirectory(Home);
        OddFiles.GiveTo(OddFiles.Stranger, Home);
        Deliver("id0000000001");
        OddFiles.Make(OddFile.HardLink, Home + "/Maildir/cur/1700000001.odd.h,S=7,W=8", _outside);
        using IMaildrop drop = Open();
        Assert.NotEqual(Fault.None, drop.OpenMessage(1, out _));
    }

    [Fact]
    public void A_mailbox_of_a_million_names_is_not_read_whole_where_deliveries_wait()
    {
        var names = new FolderOfNames(1_000_000);
        var filter = new DuplicateFilter(new MailFolders(names, new PassedOver(Log.None), TimeProvider.System));
        Assert.False(filter.IsDuplicate("/home", FolderName.Inbox, "1.id.h"u8));
        Assert.True(filter.IsDuplicate("/home", FolderName.Inbox, "1.id.h"u8));
        Assert.InRange(names.Given, DuplicateFilter.NamesLimit, DuplicateFilter.NamesLimit + 1_000);
    }

    [Fact]
    public void Sizes_that_names_make_up_have_a_sum_all_the_same()
    {
        Deliver("1");
        for (int i = 0; i < 3; i++)
            File.WriteAllText($"{Home}/Maildir/cur/{i}.x.h,S={long.MaxValue},W={long.MaxValue}", Mail);
        using IMaildrop drop = Open();
        Assert.Equal((4, long.MaxValue), (drop.Count, drop.TotalSize));
    }

    private IMaildrop Open(bool again = false)
    {
        Fault fault = _store.Open(Home, out IMaildrop drop);
        Assert.Equal(again ? Fault.Locked : Fault.None, fault);
        return drop;
    }

    private void Deliver(string id)
        => Assert.Equal(Fault.None, _store.Deliver(Home, id, Time, new TextContent(Mail), mayBeDuplicate: false));

    private static IEnumerable<string> Texts(IMaildrop drop)
        => Enumerable.Range(0, drop.Count).Select(i => Text(drop, i));

    private static string Text(IMaildrop drop, int index)
    {
        Assert.Equal(Fault.None, drop.OpenMessage(index, out Stream content));
        using StreamReader reader = new(content, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private sealed class SteppedTime : TimeProvider
    {
        public TimeSpan Now { get; set; }
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
        public override long GetTimestamp() => Now.Ticks;
    }
}
