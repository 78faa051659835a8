using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Mailbox;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FolderDeliveryTests : IDisposable
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly TemporaryFolder _folder = new();
    private readonly MaildirStore _store = new("mail.example");
    private string Home => _folder.In("users/a");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_made_as_other_programs_make_it()
    {
        Assert.Equal(Fault.None,
            _store.DeliverInto(Home, "lists/friends", "id0000000001", Time, new TextContent("x\n\ny\n")));
        Assert.Equal(Fault.None, _store.Sync());
        string box = Home + "/Maildir/.lists.friends";
        foreach (string part in new[] { "", "/tmp", "/new", "/cur" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(box + part));
        Assert.True(File.Exists(box + "/maildirfolder"));
        string file = Assert.Single(Directory.GetFiles(box + "/new"));
        Assert.Equal("1700000000.id0000000001.mail.example,S=5,W=8", Path.GetFileName(file));
        Assert.Equal("x\n\ny\n", File.ReadAllText(file));
        Assert.Empty(Directory.GetFiles(Home + "/Maildir/new"));
    }

    [Fact]
    public void A_message_that_is_in_a_folder_already_stays_the_only_one()
    {
        for (int i = 0; i < 3; i++)
            Assert.Equal(Fault.None, _store.DeliverInto(Home, "spam", "id0000000001", Time, new TextContent("x\n")));
        string file = Assert.Single(Directory.GetFiles(Home + "/Maildir/.spam/new"));
        File.Move(file, file.Replace("/new/", "/cur/", StringComparison.Ordinal) + ":2,S");
        Assert.Equal(Fault.None,
            new MaildirStore("other.example").DeliverInto(Home, "spam", "id0000000001", Time, new TextContent("x\n")));
        Assert.Empty(Directory.GetFiles(Home + "/Maildir/.spam/new"));
    }

    [Fact]
    public void The_inbox_and_its_folders_do_not_know_each_other()
    {
        Assert.Equal(Fault.None, _store.DeliverInto(Home, "spam", "id0000000001", Time, new TextContent("x\n")));
        Assert.Equal(Fault.None,
            _store.Deliver(Home, "id0000000001", Time, new TextContent("x\n"), mayBeDuplicate: true));
        Assert.Equal(Fault.None, _store.DeliverInto(Home, "ham", "id0000000001", Time, new TextContent("x\n")));
        foreach (string box in new[] { "", "/.spam", "/.ham" })
            Assert.Single(Directory.GetFiles(Home + "/Maildir" + box + "/new"));
        Assert.Equal(Fault.None, _store.Open(Home, out IMaildrop drop));
        Assert.Equal(1, drop.Count);
        drop.Dispose();
    }

    [Fact]
    public void A_call_that_fails_leaves_nothing_behind_and_the_next_attempt_heals_it()
    {
        bool hasFailed = true;
        for (int n = 1; hasFailed; n++)
        {
            string home = _folder.In($"users/f{n}");
            var calls = new FailingFileCalls(n);
            var store = new MaildirStore("mail.example", calls: calls);
            store.DeliverInto(home, "spam", "id0000000001", Time, new TextContent("x\n"));
            hasFailed = calls.HasFailed;
            calls.IsMended = true;
            Assert.Equal(Fault.None, store.DeliverInto(home, "spam", "id0000000001", Time, new TextContent("x\n")));
            Assert.Equal(Fault.None, store.Sync());
            Assert.Single(Directory.GetFiles(home + "/Maildir/.spam/new"));
            Assert.Empty(Directory.GetFiles(home + "/Maildir/.spam/tmp"));
        }
    }
}
