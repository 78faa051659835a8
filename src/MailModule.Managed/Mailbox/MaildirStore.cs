using System.Text;
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
    private readonly byte[] _hostName;

    /// <param name="hostName">Stands in the names of messages.</param>
    /// <param name="cacheBound">Octets of memory for snapshots of mailboxes seen last.</param>
    /// <param name="calls">The file system; tests give one that fails.</param>
    /// <param name="log">Is told of what lies in a mailbox and is no mail.</param>
    /// <param name="clock">Closes mailboxes that were kept open for a moment; null: only the next one does.</param>
    public MaildirStore(
        string hostName, long cacheBound = 16 << 20, FileCalls? calls = null, Log? log = null,
        TimeProvider? clock = null)
    {
        Calls = calls ?? FileCalls.Real;
        _passedOver = new PassedOver(log ?? Log.None);
        Folders = new MailFolders(Calls, _passedOver, clock);
        Snapshots = new SnapshotCache(Calls, Folders, _passedOver, cacheBound);
        Usages = new UsageCache(new UsageListing(Folders, Snapshots).Measure, clock ?? TimeProvider.System);
        Bodies = new LinkedBodies(Calls);
        _hostName = MaildirName.EscapeHost(hostName);
        _delivery = new MaildirDelivery(Calls, Folders, Bodies, _passedOver, _hostName);
    }

    /// <summary>Calls that made something durable so far: fsync and syncfs.</summary>
    public long SyncCalls => _delivery.Unsynced.SyncCalls;

    /// <summary>Directory listings so far; log-ins beyond them were served from memory.</summary>
    public long Listings => Snapshots.Listings;

    /// <summary>
    /// Empty; the lock is on the file, not in it. Other Maildir programs ignore files outside tmp, new and cur.
    /// </summary>
    private static ReadOnlySpan<byte> LockName => "mailmodule.lock"u8;

    /// <summary>What mailboxes hold.</summary>
    public UsageCache Usages { get; }

    internal FileCalls Calls { get; }
    internal MailFolders Folders { get; }
    internal SnapshotCache Snapshots { get; }
    internal LinkedBodies Bodies { get; }

    public Fault Deliver(
        string home, string messageId, DateTimeOffset received, MessageContent content, bool mayBeDuplicate)
        => Counted(home, content,
            _delivery.Deliver(home, FolderName.Inbox, messageId, received, content, mayBeDuplicate));

    public Fault DeliverInto(
        string home, string folder, string messageId, DateTimeOffset received, MessageContent content)
        => Counted(home, content,
            _delivery.Deliver(home, FolderName.Of(folder), messageId, received, content, mayBeDuplicate: true));

    private Fault Counted(string home, MessageContent content, Fault fault)
    {
        if (fault == Fault.None)
            Usages.Add(home, content.Length);
        return fault;
    }

    public Fault Sync() => _delivery.Sync();

    public Fault Open(string home, out IMaildrop maildrop) => Open(home, FolderName.Inbox, out maildrop);

    public Fault Open(string home, string folder, out IMaildrop maildrop)
        => Open(home, FolderName.Of(folder), out maildrop);

    public Fault OpenShared(string home, string folder, out IMaildrop maildrop)
    {
        var box = FolderName.Of(folder);
        Fault fault = GetSnapshot(home, box, out MaildirSnapshot snapshot);
        maildrop = fault == Fault.None ? new Maildrop(this, home, box, snapshot, lockDescriptor: -1) : null!;
        return fault;
    }

    public Fault FindFolder(string home, string folder)
    {
        int result = Folders.Open(home, FolderName.Of(folder), out MailFolder found);
        if (result >= 0)
            found.Dispose();
        return SystemFault.Of(Math.Min(result, 0));
    }

    public Fault ListFolders(string home, out IReadOnlyList<string> folders)
        => MailboxFolders.List(Folders, home, out folders);

    public string UniqueIdOf(string messageId, DateTimeOffset received)
    {
        Span<byte> name = stackalloc byte[MaildirName.Room];
        MaildirName.Write(name, received, messageId, _hostName, 0, 0, out int unique);
        return Encoding.ASCII.GetString(name[..unique]);
    }

    private Fault Open(string home, FolderName box, out IMaildrop maildrop)
    {
        maildrop = null!;
        string key = box.KeyIn(home);
        lock (_locked)
            if (!_locked.Add(key))
                return Fault.Locked;
        Fault fault = LockFile(home, box, out int descriptor);
        var snapshot = MaildirSnapshot.Empty;
        if (fault == Fault.None)
            fault = GetSnapshot(home, box, out snapshot);
        if (fault == Fault.None)
            maildrop = new Maildrop(this, home, box, snapshot, descriptor);
        else
            Unlock(key, descriptor);
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

    /// <param name="key">Of the mailbox (<see cref="FolderName.KeyIn"/>).</param>
    internal void Unlock(string key, int descriptor)
    {
        if (descriptor >= 0)
        {
            UnsharedDescriptors.Remove(descriptor);
            Calls.Unlock(descriptor);
            Calls.Close(descriptor);
        }
        lock (_locked)
            _locked.Remove(key);
    }

    internal Fault SyncFolder(HomeFolder folder) => _delivery.Unsynced.SyncFolder(folder);

    internal void NotePassedOver(MailFolder folder, ReadOnlySpan<byte> name, int result)
        => _passedOver.Note(folder, name, result);

    private Fault GetSnapshot(string home, FolderName box, out MaildirSnapshot snapshot)
    {
        Fault fault = Snapshots.Get(home, box, out snapshot);
        if (fault == Fault.NotFound && _delivery.Prepare(home, box) >= 0)
            fault = Snapshots.Get(home, box, out snapshot);
        return fault;
    }

    private Fault LockFile(string home, FolderName box, out int descriptor)
    {
        descriptor = OpenLock(home, box);
        if (descriptor == -Errno.NoEntry && _delivery.Prepare(home, box) >= 0)
            descriptor = OpenLock(home, box);
        if (descriptor >= 0)
            UnsharedDescriptors.Add(descriptor);
        return SystemFault.Of(descriptor < 0 ? descriptor : Calls.Lock(descriptor));
    }

    private int OpenLock(string home, FolderName box)
    {
        int result = Folders.Open(home, box, out MailFolder folder);
        if (result < 0)
            return result;
        using (folder)
        {
            result = folder.Root.OpenLock(LockName);
            NotePassedOver(folder, LockName, result);
        }
        if (result == -Errno.NoEntry)
            Folders.Forget(home, box);
        return result;
    }
}
