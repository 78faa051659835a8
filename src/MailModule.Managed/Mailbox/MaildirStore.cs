using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Mailboxes as Maildirs below the users' homes (<c>home/Maildir/{tmp,new,cur}</c>), made at first use, readable by any
/// other Maildir program. Delivery writes into tmp/ and renames into new/, or links a file that is there already;
/// nothing is ever moved to cur/.
/// </summary>
internal sealed class MaildirStore : IMailStore, IDisposable
{
    private readonly HashSet<string> _locked = [];
    private readonly MaildirDelivery _delivery;
    private readonly PassedOver _passedOver;

    /// <param name="hostName">Stands in the names of messages.</param>
    /// <param name="cacheBound">Octets of memory for snapshots of mailboxes seen last.</param>
    /// <param name="calls">The file system; tests give one that fails.</param>
    /// <param name="log">Is told of what lies in a mailbox and is no mail.</param>
    /// <param name="clock">Tells how long an open mailbox is kept.</param>
    public MaildirStore(
        string hostName, long cacheBound = 16 << 20, FileCalls? calls = null, Log? log = null,
        TimeProvider? clock = null)
    {
        Calls = calls ?? FileCalls.Linux;
        _passedOver = new PassedOver(log ?? Log.None);
        Folders = new MailFolders(Calls, _passedOver, clock ?? TimeProvider.System);
        Snapshots = new SnapshotCache(Calls, Folders, _passedOver, cacheBound);
        Bodies = new LinkedBodies(Calls);
        _delivery = new MaildirDelivery(Calls, Folders, Bodies, _passedOver, MaildirName.EscapeHost(hostName));
    }

    /// <summary>Calls that made something durable so far: fsync and syncfs.</summary>
    public long SyncCalls => _delivery.Unsynced.SyncCalls;

    /// <summary>Directory listings so far; log-ins beyond them were served from memory.</summary>
    public long Listings => Snapshots.Listings;

    /// <summary>
    /// Empty; the lock is on the file, not in it. Other Maildir programs ignore files outside tmp, new and cur.
    /// </summary>
    private static ReadOnlySpan<byte> LockName => "mailmodule.lock"u8;

    internal FileCalls Calls { get; }
    internal MailFolders Folders { get; }
    internal SnapshotCache Snapshots { get; }
    internal LinkedBodies Bodies { get; }

    public Fault Deliver(
        string home, string messageId, DateTimeOffset received, MessageContent content, bool mayBeDuplicate)
        => _delivery.Deliver(home, FolderName.Inbox, messageId, received, content, mayBeDuplicate);

    public Fault DeliverInto(
        string home, string folder, string messageId, DateTimeOffset received, MessageContent content)
        => _delivery.Deliver(home, FolderName.Of(folder), messageId, received, content, mayBeDuplicate: true);

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

    /// <summary>
    /// Closes the mailboxes that were kept open. Maildrops that are open go on; deliveries that were not synced are
    /// owed one no more, for the spool has them.
    /// </summary>
    public void Dispose()
    {
        Folders.Dispose();
        _delivery.Unsynced.Dispose();
    }

    internal void Unlock(string home, int descriptor)
    {
        if (descriptor >= 0)
            Calls.Close(descriptor);
        lock (_locked)
            _locked.Remove(home);
    }

    internal Fault SyncFolder(HomeFolder folder) => _delivery.Unsynced.SyncFolder(folder);

    internal void NotePassedOver(MailFolder folder, ReadOnlySpan<byte> name, int result)
        => _passedOver.Note(folder.Path, name, result);

    private Fault GetSnapshot(string home, out MaildirSnapshot snapshot)
    {
        Fault fault = Snapshots.Get(home, out snapshot);
        if (fault == Fault.NotFound && _delivery.Prepare(home, FolderName.Inbox) >= 0)
            fault = Snapshots.Get(home, out snapshot);
        return fault;
    }

    private Fault LockFile(string home, out int descriptor)
    {
        descriptor = OpenLock(home);
        if (descriptor == -Errno.NoEntry && _delivery.Prepare(home, FolderName.Inbox) >= 0)
            descriptor = OpenLock(home);
        return SystemFault.Of(descriptor < 0 ? descriptor : Calls.Lock(descriptor));
    }

    private int OpenLock(string home)
    {
        int result = Folders.Open(home, FolderName.Inbox, out MailFolder folder);
        if (result < 0)
            return result;
        using (folder)
        {
            result = folder.Root.OpenLock(LockName);
            NotePassedOver(folder, LockName, result);
        }
        if (result == -Errno.NoEntry)
            Folders.Forget(home, FolderName.Inbox);
        return result;
    }
}
