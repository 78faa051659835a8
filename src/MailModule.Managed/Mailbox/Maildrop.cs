using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// A POP3 session's view of a Maildir: a snapshot, and the lock until disposed. It moves and marks nothing.
/// </summary>
internal sealed class Maildrop(
    MaildirStore store, string home, FolderName box, MaildirSnapshot snapshot, int lockDescriptor) : IMaildrop
{
    private static readonly FileAction s_open = static (folder, name, out stamp)
        => folder.OpenFile(name, MaildirName.Length(name), out stamp);

    private static readonly FileAction s_unlink = static (folder, name, out stamp) =>
    {
        stamp = default;
        return folder.Unlink(name);
    };

    private MaildirSnapshot? _newerSnapshot;
    private int _lock = lockDescriptor;
    private MailFolder? _reading;

    private delegate int FileAction(HomeFolder folder, ReadOnlySpan<byte> name, out FileStamp stamp);

    public string Home => home;
    public int Count => snapshot.Count;
    public long TotalSize => snapshot.TotalSize;
    public long Size(int index) => snapshot[index].Size;
    public int UniqueId(int index, Span<byte> destination)
        => MaildirName.WriteUniqueId(snapshot.Unique(index), destination);

    public Fault OpenMessage(int index, out Stream content)
    {
        content = Stream.Null;
        int descriptor = store.Folders.Open(home, box, out MailFolder folder);
        if (descriptor < 0)
            return SystemFault.Of(descriptor);
        using (folder)
        {
            descriptor = OnFile(folder, index, s_open, out FileStamp stamp);
            if (descriptor >= 0)
                content = new DescriptorStream(store.Calls, descriptor, stamp.Length);
        }
        return SystemFault.Of(descriptor);
    }

    public Fault ReadMessage(int index, Span<byte> buffer, out int length)
    {
        length = 0;
        int result = _reading is null ? store.Folders.Open(home, box, out _reading) : 0;
        if (result < 0)
            return SystemFault.Of(result);
        int descriptor = OnFile(_reading!, index, s_open, out FileStamp stamp);
        if (descriptor < 0)
            return SystemFault.Of(descriptor);
        int count = store.Calls.Read(descriptor, buffer[..(int)Math.Min(buffer.Length, stamp.Length)]);
        store.Calls.Close(descriptor);
        length = Math.Max(count, 0);
        return SystemFault.Of(count);
    }

    public void EndReading()
    {
        _reading?.Dispose();
        _reading = null;
    }

    public Fault Delete(ReadOnlySpan<int> indexes, out int failed)
    {
        failed = indexes.Length;
        int result = store.Folders.Open(home, box, out MailFolder folder);
        if (result < 0)
            return SystemFault.Of(result);
        using (folder)
            return Delete(folder, indexes, out failed);
    }

    public void Dispose()
    {
        EndReading();
        int descriptor = Interlocked.Exchange(ref _lock, -1);
        if (descriptor >= 0)
            store.Unlock(box.KeyIn(home), descriptor);
    }

    private Fault Delete(MailFolder folder, ReadOnlySpan<int> indexes, out int failed)
    {
        failed = 0;
        bool inNew = false, inCur = false;
        var fault = Fault.None;
        foreach (int index in indexes)
        {
            int result = OnFile(folder, index, s_unlink, out _);
            // Another program has deleted it already: as good as deleted.
            if (result < 0 && result != -Errno.NoEntry)
            {
                failed++;
                fault = SystemFault.Of(result);
            }
            inNew |= _newerSnapshot is not null || snapshot[index].InNew;
            inCur |= _newerSnapshot is not null || !snapshot[index].InNew;
        }
        Fault synced = Sync(folder, inNew, inCur);
        if (synced != Fault.None)
            failed = indexes.Length;
        return synced != Fault.None ? synced : fault;
    }

    // Another program may move a message from new/ to cur/ or change its flags at any time: its unique name finds it
    // again.
    private int OnFile(MailFolder folder, int index, FileAction action, out FileStamp stamp)
    {
        int result = OnFile(folder, snapshot, index, action, out stamp);
        for (int attempt = 0; result == -Errno.NoEntry && attempt < 3; attempt++)
        {
            if ((_newerSnapshot is null || attempt > 0) && store.Snapshots.Get(home, box, out _newerSnapshot) != Fault.None)
                break;
            int at = _newerSnapshot.Find(snapshot.Unique(index));
            if (at >= 0)
                result = OnFile(folder, _newerSnapshot, at, action, out stamp);
        }
        return result;
    }

    private int OnFile(
        MailFolder folder, MaildirSnapshot messages, int index, FileAction action, out FileStamp stamp)
    {
        stamp = default;
        int result = messages[index].InNew ? folder.OpenNew(out HomeFolder part) : folder.OpenCur(out part);
        if (result >= 0)
            result = action(part, messages.Name(index), out stamp);
        store.NotePassedOver(folder, messages.Name(index), result);
        return result;
    }

    private Fault Sync(MailFolder folder, bool inNew, bool inCur)
    {
        Fault fault = inNew ? Sync(folder.OpenNew(out HomeFolder incoming), incoming) : Fault.None;
        Fault second = inCur ? Sync(folder.OpenCur(out HomeFolder seen), seen) : Fault.None;
        return fault != Fault.None ? fault : second;
    }

    private Fault Sync(int opened, HomeFolder folder)
        => opened < 0 ? SystemFault.Of(opened) : store.SyncFolder(folder);
}
