using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Mailbox;

/// <summary>The file system fails at the n-th call, for every n.</summary>
public class MaildirFaultTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Theory]
    [InlineData(Errno.NoSpace, false)]
    [InlineData(Errno.NoSpace, true)]
    [InlineData(Errno.TooManyFiles, true)]
    [InlineData(Errno.Io, false)]
    public void A_delivery_that_failed_leaves_none_or_one_whole_copy_after_the_next(int error, bool andAllAfter)
        => ForEveryCall(error, andAllAfter, (calls, home) =>
        {
            var store = new MaildirStore("h", calls: calls);
            Fault fault = store.Deliver(home, "id0000000001", Time, new TextContent("text\n"), mayBeDuplicate: false);
            AssertWholeMessages(home);
            var restarted = new MaildirStore("h");
            Assert.Equal(Fault.None,
                restarted.Deliver(home, "id0000000001", Time, new TextContent("text\n"), mayBeDuplicate: true));
            Assert.Single(Directory.GetFiles(home + "/Maildir/new"));
            AssertWholeMessages(home);
            return fault;
        });

    [Fact]
    public void A_full_disk_is_told_as_such()
    {
        using var folder = new TemporaryFolder();
        string home = folder.In("u");
        Assert.Equal(Fault.None,
            new MaildirStore("h").Deliver(home, "id0000000009", Time, new TextContent("x\n"), mayBeDuplicate: false));
        var store = new MaildirStore("h", calls: new FailingFileCalls(1, Errno.NoSpace, andAllAfter: true));
        Assert.Equal(Fault.Full,
            store.Deliver(home, "id0000000001", Time, new TextContent("x\n"), mayBeDuplicate: false));
    }

    [Fact]
    public void A_failed_sync_is_owed_to_the_next()
        => ForEveryCall(Errno.Io, false, (calls, home) =>
        {
            Assert.Equal(Fault.None,
                new MaildirStore("h")
                .Deliver(home, "id0000000001", Time, new TextContent("x\n"), mayBeDuplicate: false));
            var store = new MaildirStore("h", calls: calls);
            if (store.Deliver(home, "id0000000002", Time, new TextContent("x\n"), mayBeDuplicate: false) != Fault.None)
                return Fault.Io;
            Fault first = store.Sync();
            if (first == Fault.None)
                return Fault.None;
            calls.Syncs.Clear();
            Assert.Equal(Fault.None, store.Sync());
            Assert.Equal(["system"], calls.Syncs);
            return first;
        });

    [Theory]
    [InlineData(1, "file,file")]
    [InlineData(8, "file,file,file,file,file,file,file,file,file")]
    [InlineData(9, "system")]
    [InlineData(500, "system")]
    public void Few_deliveries_are_synced_one_by_one_and_many_at_once(int count, string expected)
    {
        using var folder = new TemporaryFolder();
        string home = folder.In("u");
        var calls = new FailingFileCalls(0);
        var store = new MaildirStore("h", calls: calls);
        store.Deliver(home, "id0000000000", Time, new TextContent("x\n"), mayBeDuplicate: false);
        store.Sync();
        calls.Syncs.Clear();
        for (int i = 1; i <= count; i++)
            store.Deliver(home, $"id{i:D10}", Time, new TextContent("x\n"), mayBeDuplicate: false);
        Assert.Equal(Fault.None, store.Sync());
        Assert.Equal(expected, string.Join(',', calls.Syncs));
        Assert.Equal(Fault.None, store.Sync());
        Assert.Equal(expected, string.Join(',', calls.Syncs));
    }

    [Fact]
    public void A_deletion_that_failed_says_so()
        => ForEveryCall(Errno.Io, false, (calls, home) =>
        {
            var store = new MaildirStore("h");
            for (int i = 0; i < 3; i++)
                store.Deliver(home, $"id{i:D10}", Time, new TextContent("x\n"), mayBeDuplicate: false);
            Fault opened = new MaildirStore("h", calls: calls).Open(home, out IMaildrop drop);
            if (opened != Fault.None)
                return opened;
            Fault fault = drop.Delete([0, 1, 2], out int failed);
            drop.Dispose();
            Assert.Equal(fault != Fault.None, failed > 0);
            Assert.True(Directory.GetFiles(home + "/Maildir/new").Length <= failed);
            return fault;
        });

    [Fact]
    public void A_log_in_that_failed_leaves_no_lock()
        => ForEveryCall(Errno.TooManyFiles, false, (calls, home) =>
        {
            var store = new MaildirStore("h", calls: calls);
            Fault first = store.Open(home, out IMaildrop drop);
            if (first == Fault.None)
                drop.Dispose();
            calls.IsMended = true;
            Assert.Equal(Fault.None, store.Open(home, out drop));
            drop.Dispose();
            return first;
        });

    // Runs with a failure at call 1, 2, 3 … until a run makes fewer calls than that; at least one run must have
    // noticed.
    [Fact]
    public void A_look_without_the_lock_is_whole_or_fails_and_folders_are_listed_or_not()
        => ForEveryCall(Errno.Io, false, (calls, home) =>
        {
            var whole = new MaildirStore("h");
            var content = new TextContent("text\n");
            Assert.Equal(Fault.None, whole.Deliver(home, "id0000000001", Time, content, mayBeDuplicate: false));
            Assert.Equal(Fault.None, whole.DeliverInto(home, "spam", "id0000000002", Time, content));
            var store = new MaildirStore("h", calls: calls);
            Fault listed = store.ListFolders(home, out IReadOnlyList<string> folders);
            // A folder that cannot be looked into is left out.
            Assert.True(listed == Fault.None || folders.Count == 0);
            Fault found = store.FindFolder(home, "spam");
            Assert.NotEqual(Fault.NotFound, found);
            Fault opened = store.OpenShared(home, "spam", out IMaildrop drop);
            if (opened == Fault.None)
                using (drop)
                    Assert.Equal(1, drop.Count);
            Assert.Equal(Fault.None, whole.Open(home, "spam", out IMaildrop locked)); // no lock is left
            locked.Dispose();
            return listed != Fault.None ? listed : found != Fault.None ? found : opened;
        });

    private static void ForEveryCall(int error, bool andAllAfter, Func<FailingFileCalls, string, Fault> run)
    {
        int noticed = 0;
        for (int n = 1; ; n++)
        {
            using var folder = new TemporaryFolder();
            var calls = new FailingFileCalls(n, error, andAllAfter);
            noticed += run(calls, folder.In("u")) == Fault.None ? 0 : 1;
            if (!calls.HasFailed)
                break;
            Assert.True(n < 1_000);
        }
        Assert.True(noticed > 0);
    }

    private static void AssertWholeMessages(string home)
    {
        if (!Directory.Exists(home + "/Maildir/new"))
            return;
        foreach (string file in Directory.GetFiles(home + "/Maildir/new"))
            Assert.Equal("text\n", File.ReadAllText(file));
    }
}
