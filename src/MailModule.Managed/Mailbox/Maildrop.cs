using System.Runtime.CompilerServices;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// A POP3 session's view of a Maildir: a snapshot, and the lock until disposed. It moves and marks nothing.
/// </summary>
internal sealed class Maildrop(MaildirStore store, string home, MaildirSnapshot snapshot, int lockDescriptor)
    : IMaildrop
{
    /// <summary>Room for any file name (NAME_MAX) and its NUL.</summary>
    private const int NameRoom = 256;

    private MaildirSnapshot? _newerSnapshot;
    private int _lock = lockDescriptor;
    private int _folder = -1;
    private bool _folderIsNew;

    public int Count => snapshot.Count;
    public long TotalSize => snapshot.TotalSize;
    public long Size(int index) => snapshot[index].Size;
    public int UniqueId(int index, Span<byte> destination)
        => MaildirName.WriteUniqueId(snapshot.Unique(index), destination);

    public Fault OpenMessage(int index, out Stream content)
    {
        int descriptor = CallOnFile(index, store.OpenCall);
        content = descriptor < 0 ? Stream.Null : new MaildirStream(store.Calls, descriptor);
        return SystemFault.Of(descriptor);
    }

    public Fault ReadMessage(int index, Span<byte> buffer, out int length)
    {
        length = 0;
        int descriptor = OpenInFolder(index);
        if (descriptor < 0)
            descriptor = CallOnFile(index, store.OpenCall);
        if (descriptor < 0)
            return SystemFault.Of(descriptor);
        int count = store.Calls.Read(descriptor, buffer);
        store.Calls.Close(descriptor);
        length = Math.Max(count, 0);
        return SystemFault.Of(count);
    }

    public void EndReading()
    {
        if (_folder >= 0)
            store.Calls.Close(_folder);
        _folder = -1;
    }

    public Fault Delete(ReadOnlySpan<int> indexes, out int failed)
    {
        failed = 0;
        bool inNew = false, inCur = false;
        var fault = Fault.None;
        foreach (int index in indexes)
        {
            int result = CallOnFile(index, store.UnlinkCall);
            // Another program has deleted it already: as good as deleted.
            if (result < 0 && result != -Errno.NoEntry)
            {
                failed++;
                fault = SystemFault.Of(result);
            }
            inNew |= _newerSnapshot is not null || snapshot[index].InNew;
            inCur |= _newerSnapshot is not null || !snapshot[index].InNew;
        }
        Fault synced = Sync(inNew, inCur);
        if (synced != Fault.None)
            failed = indexes.Length;
        return synced != Fault.None ? synced : fault;
    }

    public void Dispose()
    {
        EndReading();
        int descriptor = Interlocked.Exchange(ref _lock, -1);
        if (descriptor >= 0)
            store.Unlock(home, descriptor);
    }

    // The folder is opened once for a run of messages.
    [SkipLocalsInit]
    private int OpenInFolder(int index)
    {
        bool isNew = snapshot[index].InNew;
        if (_folder >= 0 && _folderIsNew != isNew)
            EndReading();
        if (_folder < 0)
        {
            Span<byte> room = stackalloc byte[MaildirPath.Room];
            _folder = store.Calls.OpenFolder(
                MaildirPath.Below(home, isNew ? InboxPaths.New : InboxPaths.Cur, default, room).Octets);
            _folderIsNew = isNew;
        }
        ReadOnlySpan<byte> name = snapshot.Name(index);
        Span<byte> octets = stackalloc byte[NameRoom];
        if (_folder < 0 || name.Length >= NameRoom)
            return -Errno.NoEntry;
        name.CopyTo(octets);
        octets[name.Length] = 0;
        return store.Calls.OpenReadAt(_folder, octets);
    }

    // Another program may move a message from new/ to cur/ or change its flags at any time: its unique name finds it
    // again.
    [SkipLocalsInit]
    private int CallOnFile(int index, MaildirStore.PathCall call)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        int result = call(PathIn(snapshot, index, room));
        for (int attempt = 0; result == -Errno.NoEntry && attempt < 3; attempt++)
        {
            if ((_newerSnapshot is null || attempt > 0) && store.Snapshots.Get(home, out _newerSnapshot) != Fault.None)
                break;
            int at = _newerSnapshot.Find(snapshot.Unique(index));
            if (at >= 0)
                result = call(PathIn(_newerSnapshot, at, room));
        }
        return result;
    }

    private ReadOnlySpan<byte> PathIn(MaildirSnapshot messages, int index, Span<byte> room)
        => MaildirPath.Below(
            home, messages[index].InNew ? InboxPaths.New : InboxPaths.Cur, messages.Name(index), room).Octets;

    private Fault Sync(bool inNew, bool inCur)
    {
        Fault fault = inNew ? store.SyncFolder(home, InboxPaths.New) : Fault.None;
        Fault second = inCur ? store.SyncFolder(home, InboxPaths.Cur) : Fault.None;
        return fault != Fault.None ? fault : second;
    }
}
