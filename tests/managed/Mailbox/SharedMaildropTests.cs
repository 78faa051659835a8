using System.Text;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Mailbox;

/// <summary>What the host sees of a mailbox beside POP3: without the lock, with folders, flags and times.</summary>
public sealed class SharedMaildropTests : IDisposable
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
    public void A_look_without_the_lock_is_beside_whoever_has_it_and_can_delete_nothing()
    {
        Deliver("id0000000001", "one\n");
        Assert.Equal(Fault.None, _store.Open(Home, out IMaildrop locked));
        using (locked)
        {
            Assert.Equal(Fault.None, _store.OpenShared(Home, "", out IMaildrop shared));
            using (shared)
            {
                Assert.Equal(1, shared.Count);
                Assert.Equal("one\n", Text(shared, 0));
                Assert.Equal(Fault.State, shared.Delete([0], out int failed));
                Assert.Equal(1, failed);
            }
            Assert.Equal(Fault.Locked, _store.Open(Home, out _)); // the look has given back no lock of others
            Assert.Equal(Fault.None, locked.Delete([0], out int left));
            Assert.Equal(0, left);
        }
        Assert.Empty(Directory.GetFiles(Home + "/Maildir/new"));
    }

    [Fact]
    public void A_look_without_the_lock_corrects_no_name()
    {
        Deliver("id0000000001", "one\n");
        string file = Assert.Single(Directory.GetFiles(Home + "/Maildir/new"));
        File.AppendAllText(file, "two\n");
        Assert.Equal(Fault.None, _store.OpenShared(Home, "", out IMaildrop shared));
        using (shared)
        {
            Assert.Equal("one\ntwo\n", Text(shared, 0));
            Assert.Equal(10, shared.Size(0));
            Assert.Equal(8, shared.Traits(0).Length);
        }
        Assert.Equal(file, Assert.Single(Directory.GetFiles(Home + "/Maildir/new")));
        Assert.Equal(Fault.None, _store.Open(Home, out IMaildrop locked));
        using (locked)
            Text(locked, 0);
        file = Assert.Single(Directory.GetFiles(Home + "/Maildir/new"));
        Assert.EndsWith(",S=8,W=10", file, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_and_flags_stand_in_names()
    {
        Deliver("id0000000001", "one\n");
        string cur = Home + "/Maildir/cur/";
        File.WriteAllText(cur + "1700000005.x.h,S=2,W=3:2,FRS", "x\n");
        File.WriteAllText(cur + "1700000006.y.h:2,T", "yy\n");
        File.WriteAllText(cur + "named", "z\n");
        using IMaildrop drop = Open();
        Assert.Equal(new MessageTraits(0, 2, MessageFlags.None), drop.Traits(0));
        Assert.Equal(new MessageTraits(1_700_000_000, 4, MessageFlags.None), drop.Traits(1));
        Assert.Equal(
            new MessageTraits(
                1_700_000_005, 2, MessageFlags.Seen | MessageFlags.Flagged | MessageFlags.Answered), drop.Traits(2));
        Assert.Equal(new MessageTraits(1_700_000_006, 3, MessageFlags.None), drop.Traits(3));
    }

    [Theory]
    [InlineData("1.a.h:2,S", MessageFlags.Seen)]
    [InlineData("1.a.h,S=1,W=1:2,F", MessageFlags.Flagged)]
    [InlineData("1.a.h,S=1,W=1", MessageFlags.None)]
    [InlineData("1.a.h:1,S", MessageFlags.None)]
    [InlineData("1.a.h:", MessageFlags.None)]
    [InlineData("SRF", MessageFlags.None)]
    public void Flags_are_what_stands_behind_the_mark(string name, MessageFlags flags)
        => Assert.Equal(flags, MaildirName.Flags(Encoding.ASCII.GetBytes(name)));

    [Fact]
    public void A_message_is_found_by_the_unique_id_that_it_tells()
    {
        Deliver("id0000000001", "one\n");
        Directory.CreateDirectory(Home + "/Maildir/cur");
        File.WriteAllText($"{Home}/Maildir/cur/{new string('n', 120)}:2,S", "x\n"); // its id is a digest
        using IMaildrop drop = Open();
        byte[] id = new byte[70];
        for (int i = 0; i < drop.Count; i++)
            Assert.Equal(i, drop.IndexOf(id.AsSpan(0, drop.UniqueId(i, id))));
        Assert.True(drop.IndexOf("1700000000.id0000000002.mail.example"u8) < 0);
        Assert.True(drop.IndexOf(Encoding.ASCII.GetBytes(new string('0', 64))) < 0);
        Assert.True(drop.IndexOf([]) < 0);
        Assert.True(drop.IndexOf(Encoding.ASCII.GetBytes(_store.UniqueIdOf("id0000000001", Time))) >= 0);
    }

    [Fact]
    public void Folders_are_listed_by_the_names_that_open_them()
    {
        Assert.Equal(Fault.None, _store.ListFolders(Home, out IReadOnlyList<string> none));
        Assert.Empty(none);
        Assert.Equal(Fault.NotFound, _store.FindFolder(Home, "spam"));
        Assert.Equal(Fault.None, Into("spam"));
        Assert.Equal(Fault.None, Into("lists/friends"));
        Assert.Equal(Fault.None, Into("lists"));
        Directory.CreateDirectory(Home + "/Maildir/.no-maildir");
        Directory.CreateDirectory(Home + "/Maildir/.a..b/cur");
        Directory.CreateSymbolicLink(Home + "/Maildir/.link", Home + "/Maildir/.spam");
        File.WriteAllText(Home + "/Maildir/.file", "");
        Assert.Equal(Fault.None, _store.ListFolders(Home, out IReadOnlyList<string> folders));
        Assert.Equal(["lists", "lists/friends", "spam"], folders);
        foreach (string folder in folders)
        {
            Assert.True(SubFolder.TryParse(folder, Home, out string parsed));
            Assert.Equal(folder, parsed);
            Assert.Equal(Fault.None, _store.FindFolder(Home, folder));
        }
    }

    private Fault Into(string folder)
        => _store.DeliverInto(Home, folder, "id0000000009", Time, new TextContent("x\n"));

    private void Deliver(string id, string text)
        => Assert.Equal(Fault.None, _store.Deliver(Home, id, Time, new TextContent(text), mayBeDuplicate: false));

    private IMaildrop Open()
    {
        Assert.Equal(Fault.None, _store.Open(Home, out IMaildrop drop));
        return drop;
    }

    private static string Text(IMaildrop drop, int index)
    {
        Assert.Equal(Fault.None, drop.OpenMessage(index, out Stream content));
        using var reader = new StreamReader(content);
        return reader.ReadToEnd();
    }
}
