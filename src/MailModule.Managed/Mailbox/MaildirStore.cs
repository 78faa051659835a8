using System.Runtime.CompilerServices;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Mailboxes as Maildirs below the users' homes (<c>home/Maildir/{tmp,new,cur}</c>), made at first use, readable by any
/// other Maildir program. Delivery writes into tmp/ and renames into new/, or links a file that is there already;
/// nothing is ever moved to cur/.
/// </summary>
internal sealed class MaildirStore : IMailStore
{
    private readonly HashSet<string> _locked = [];
    private readonly MaildirDelivery _delivery;

    /// <param name="hostName">Stands in the names of messages.</param>
    /// <param name="cacheBound">Octets of memory for snapshots of mailboxes seen last.</param>
    /// <param name="calls">The file system; tests give one that fails.</param>
    public MaildirStore(string hostName, long cacheBound = 16 << 20, FileCalls? calls = null)
    {
        Calls = calls ?? FileCalls.Linux;
        OpenCall = Calls.OpenRead;
        UnlinkCall = Calls.Unlink;
        Snapshots = new SnapshotCache(Calls, cacheBound);
        _delivery = new MaildirDelivery(Calls, MaildirName.EscapeHost(hostName));
    }

    /// <summary>Calls that made something durable so far: fsync and syncfs.</summary>
    public long SyncCalls => _delivery.Unsynced.SyncCalls;

    /// <summary>Directory listings so far; log-ins beyond them were served from memory.</summary>
    public long Listings => Snapshots.Listings;

    internal delegate int PathCall(ReadOnlySpan<byte> path);

    internal FileCalls Calls { get; }
    internal PathCall OpenCall { get; }
    internal PathCall UnlinkCall { get; }
    internal SnapshotCache Snapshots { get; }

    public Fault Deliver(
        string home, string messageId, DateTimeOffset received, MessageContent content, bool mayBeDuplicate)
        => _delivery.Deliver(home, FolderPaths.Inbox, messageId, received, content, mayBeDuplicate);

    public Fault DeliverInto(
        string home, string folder, string messageId, DateTimeOffset received, MessageContent content)
        => _delivery.Deliver(home, FolderPaths.Of(folder), messageId, received, content, mayBeDuplicate: true);

    public Fault Sync() => _delivery.Sync();

    public Fault Open(string home, out IMaildrop maildrop)
    {
        maildrop = null!;
        lock (_locked)
            if (!_locked.Add(home))
                return Fault.Locked;
        Fault fault = LockFile(home, out int descriptor);
        var snapshot = MaildirSnapshot.Empty;
        if (fault == Fault.None)
            fault = GetSnapshot(home, out snapshot);
        if (fault == Fault.None)
            maildrop = new Maildrop(this, home, snapshot, descriptor);
        else
            Unlock(home, descriptor);
        return fault;
    }

    internal void Unlock(string home, int descriptor)
    {
        if (descriptor >= 0)
            Calls.Close(descriptor);
        lock (_locked)
            _locked.Remove(home);
    }

    internal Fault SyncFolder(string home, ReadOnlySpan<byte> folder) => _delivery.Unsynced.SyncFolder(home, folder);

    private Fault GetSnapshot(string home, out MaildirSnapshot snapshot)
    {
        Fault fault = Snapshots.Get(home, out snapshot);
        if (fault == Fault.NotFound && _delivery.Prepare(home) == Fault.None)
            fault = Snapshots.Get(home, out snapshot);
        return fault;
    }

    [SkipLocalsInit]
    private Fault LockFile(string home, out int descriptor)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        ReadOnlySpan<byte> path = MaildirPath.Below(home, InboxPaths.Lock, default, room).Octets;
        descriptor = Calls.OpenLock(path);
        if (descriptor == -Errno.NoEntry && _delivery.Prepare(home) == Fault.None)
            descriptor = Calls.OpenLock(path);
        return SystemFault.Of(descriptor < 0 ? descriptor : Calls.Lock(descriptor));
    }
}
