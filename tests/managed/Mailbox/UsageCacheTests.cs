using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Tests.Engine.Serving;
using MailModule.Tests.Support;

namespace MailModule.Tests.Mailbox;

/// <summary>What a mailbox holds, known without a listing for each message.</summary>
public sealed class UsageCacheTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly MaildirStore _store = new("mail.example");
    private readonly StillClock _clock = new();
    private int _measured;

    private string Home => _folder.In("users/a");

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_mailbox_that_is_not_there_yet_is_empty()
        => Assert.Equal(default, Usage());

    [Fact]
    public void Messages_of_all_folders_count_with_their_sizes_at_rest()
    {
        Deliver("a1", 100);
        Deliver("a2", 50, "spam");
        Deliver("a3", 25, "lists/friends");
        Assert.Equal(new MailboxUsage(175, 3), Usage());
        Deliver("a4", 5);
        Assert.Equal(new MailboxUsage(180, 4), Usage());
    }

    [Fact]
    public void What_pop3_deletes_is_free_at_once()
    {
        Deliver("a1", 100);
        Deliver("a2", 50);
        Assert.Equal(150, Usage().Octets);
        Assert.Equal(Fault.None, _store.Open(Home, out IMaildrop drop));
        using (drop)
            Assert.Equal(Fault.None, drop.Delete([0], out _));
        Assert.Equal(new MailboxUsage(50, 1), Usage());
    }

    [Fact]
    public void It_is_measured_once_and_then_again_when_that_is_too_old()
    {
        UsageCache cache = Counting();
        Assert.False(cache.TryGet("h", s_minute, out _));
        for (int i = 0; i < 3; i++)
            cache.Get("h", s_minute, out _);
        Assert.Equal(1, _measured);
        cache.Add("h", 7);
        Assert.True(cache.TryGet("h", s_minute, out MailboxUsage usage));
        Assert.Equal(new MailboxUsage(107, 2), usage);
        _clock.Now += 2 * s_minute;
        Assert.False(cache.TryGet("h", s_minute, out _));
        cache.Get("h", s_minute, out usage);
        Assert.Equal((2, 100), (_measured, usage.Octets));
    }

    [Fact]
    public void What_was_deleted_while_it_was_measured_is_not_kept()
    {
        UsageCache cache = null!;
        cache = new UsageCache((string home, out MailboxUsage usage) =>
        {
            usage = new MailboxUsage(100, 1);
            cache.Forget(home);
            return Fault.None;
        }, _clock);
        Assert.Equal(Fault.None, cache.Get("h", s_minute, out _));
        Assert.False(cache.TryGet("h", s_minute, out _));
    }

    [Fact]
    public void What_cannot_be_measured_is_told_and_not_kept()
    {
        var cache = new UsageCache((string _, out MailboxUsage usage) =>
        {
            usage = default;
            return Fault.Io;
        }, _clock);
        Assert.Equal(Fault.Io, cache.Get("h", s_minute, out _));
        Assert.False(cache.TryGet("h", s_minute, out _));
    }

    [Fact]
    public void A_flood_of_mailboxes_stays_bounded()
    {
        UsageCache cache = Counting();
        for (int i = 0; i < 40_000; i++)
            cache.Get($"h{i}", s_minute, out _);
        int kept = Enumerable.Range(0, 40_000).Count(i => cache.TryGet($"h{i}", s_minute, out _));
        Assert.InRange(kept, 1, 16_384);
    }

    private UsageCache Counting() => new((string _, out MailboxUsage usage) =>
    {
        _measured++;
        usage = new MailboxUsage(100, 1);
        return Fault.None;
    }, _clock);

    private MailboxUsage Usage()
    {
        Assert.Equal(Fault.None, _store.Usages.Get(Home, s_minute, out MailboxUsage usage));
        return usage;
    }

    private void Deliver(string id, int length, string? folder = null)
    {
        var content = new TextContent(new string('x', length - 1) + "\n");
        Fault fault = folder is null
            ? _store.Deliver(Home, id, DateTimeOffset.UnixEpoch, content, mayBeDuplicate: false)
            : _store.DeliverInto(Home, folder, id, DateTimeOffset.UnixEpoch, content);
        Assert.Equal(Fault.None, fault);
    }
}
