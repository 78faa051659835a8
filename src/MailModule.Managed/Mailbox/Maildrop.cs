using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// One view of a Maildir: a snapshot, and the lock until disposed, if it has that. It moves and marks nothing; a name
/// that tells another size than the file has gets the right one from whoever has the lock.
/// </summary>
/// <param name="lockDescriptor">Below 0: without the lock.</param>
internal sealed class Maildrop(
    MaildirStore store, string home, FolderName box, MaildirSnapshot snapshot, int lockDescriptor) : IMaildrop
{
    private static readonly FileAction s_open = static (store, folder, name, out stamp)
        => store.Bodies.Open(folder, name, out stamp);

    private static readonly FileAction s_unlink = static (_, folder, name, out stamp) =>
    {
        stamp = default;
        return folder.Unlink(name);
    };

    private const int LongestName = 255;

    private SizeCorrections _corrections = new(snapshot);
    private List<int>? _owedNames;
    private MaildirSnapshot? _newerSnapshot;
    private (int Index, MessageSize Size) _opened = (-1, default);
    private readonly bool _isShared = lockDescriptor < 0;
    private int _lock = lockDescriptor;
    private MailFolder? _reading;

    private delegate int FileAction(
        MaildirStore store, HomeFolder folder, ReadOnlySpan<byte> name, out FileStamp stamp);

    public string Home => home;
    public int Count => snapshot.Count;
    public long TotalSize => _corrections.TotalSize;
    public bool IsSizeKnown => _opened.Size.WireLength >= 0;
    public bool OwesNames => _owedNames is { Count: > 0 };
    public long Size(int index) => _corrections.SizeOf(index).WireLength;
    public int UniqueId(int index, Span<byte> destination)
        => MaildirName.WriteUniqueId(snapshot.Unique(index), destination);

    public MessageTraits Traits(int index)
    {
        MessageSize size = _corrections.SizeOf(index);
        return new MessageTraits(snapshot[index].Time, size.Length, MaildirName.Flags(snapshot.Name(index)));
    }

    public int IndexOf(ReadOnlySpan<byte> uniqueId)
    {
        int index = snapshot.Find(uniqueId);
        if (index >= 0 || uniqueId.Length != 2 * Sha256.Size)
            return index;
        // The id of a name that is no unique id itself is a digest, which does not lead back to it.
        Span<byte> id = stackalloc byte[MaildirName.UniqueLimit];
        for (index = snapshot.Count - 1; index >= 0; index--)
            if (uniqueId.SequenceEqual(id[..UniqueId(index, id)]))
                break;
        return index;
    }

    public Fault OpenMessage(int index, out Stream content)
    {
        content = Stream.Null;
        int result = store.Folders.Open(home, box, out MailFolder folder);
        if (result < 0)
            return SystemFault.Of(result);
        using (folder)
        {
            CorrectNames(folder);
            result = OnFile(folder, index, s_open, out FileStamp stamp);
            if (result < 0)
                return SystemFault.Of(result);
            result = OpenedMessage.Make(
                store.Calls, result, stamp.Length, _corrections.SizeOf(index), out OpenedMessage message);
            if (result < 0)
                return SystemFault.Of(result);
            content = message.Content;
            _opened = (index, message.Size);
            if (IsSizeKnown && IsOther(index, message.Size))
                Correct(folder, index, message.Size);
        }
        return Fault.None;
    }

    public void NoteSize(long wireLength)
    {
        _opened.Size = _opened.Size with { WireLength = wireLength };
        _corrections.SetSize(_opened.Index, _opened.Size);
        (_owedNames ??= []).Add(_opened.Index);
    }

    public void CorrectNames()
    {
        if (!OwesNames || store.Folders.Open(home, box, out MailFolder folder) < 0)
            return;
        using (folder)
            CorrectNames(folder);
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
        if (_isShared)
            return FaultReason.Because(Fault.State, "the mailbox was opened without its lock");
        int result = store.Folders.Open(home, box, out MailFolder folder);
        if (result < 0)
            return SystemFault.Of(result);
        using (folder)
            return Delete(folder, indexes, out failed);
    }

    public void Dispose()
    {
        EndReading();
        if (_corrections.All is { Count: > 0 } sizes)
            store.Snapshots.Correct(home, box, sizes);
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
        store.Usages.Forget(home);
        Fault synced = Sync(folder, inNew, inCur);
        if (synced != Fault.None)
            failed = indexes.Length;
        return synced != Fault.None ? synced : fault;
    }

    private void CorrectNames(MailFolder folder)
    {
        foreach (int index in _owedNames ?? [])
            Correct(folder, index, _corrections.SizeOf(index));
        _owedNames = null;
    }

    private bool IsOther(int index, MessageSize size)
        => size != _corrections.SizeOf(index) || MaildirName.TellsOther(
            _corrections.TryGetName(index, out byte[] name, out _) ? name : snapshot.Name(index), size);

    private void Correct(MailFolder folder, int index, MessageSize size)
    {
        _corrections.SetSize(index, size);
        if (_isShared)
            return;
        OnFile(folder, index, (MaildirStore _, HomeFolder part, ReadOnlySpan<byte> name, out FileStamp stamp) =>
        {
            stamp = default;
            return MaildirName.TellsOther(name, size) ? Rename(folder, part, name, index) : 0;
        }, out _);
    }

    // Nothing depends on it: a name that cannot be changed is found to be wrong again.
    private int Rename(MailFolder folder, HomeFolder part, ReadOnlySpan<byte> name, int index)
    {
        Span<byte> room = stackalloc byte[LongestName + MaildirName.SizesRoom];
        ReadOnlySpan<byte> right = MaildirName.WithSizes(room, name, _corrections.SizeOf(index));
        if (right.Length > LongestName || part.Stat(right, out _) != -Errno.NoEntry)
            return 0;
        int result = part.Rename(name, part, right);
        bool inNew = folder.OpenNew(out HomeFolder incoming) >= 0 && part == incoming;
        if (result >= 0)
            _corrections.SetName(index, right.ToArray(), inNew);
        return result == -Errno.NoEntry ? result : 0;
    }

    // Another program may move a message from new/ to cur/ or change its flags at any time: its unique name finds it
    // again.
    private int OnFile(MailFolder folder, int index, FileAction action, out FileStamp stamp)
    {
        int result = _corrections.TryGetName(index, out byte[] name, out bool inNew)
            ? OnFile(folder, name, inNew, action, out stamp)
            : OnFile(folder, snapshot.Name(index), snapshot[index].InNew, action, out stamp);
        for (int attempt = 0; result == -Errno.NoEntry && attempt < 3; attempt++)
        {
            if ((_newerSnapshot is null || attempt > 0)
                && store.Snapshots.Get(home, box, out _newerSnapshot) != Fault.None)
                break;
            int at = _newerSnapshot.Find(snapshot.Unique(index));
            if (at >= 0)
                result = OnFile(folder, _newerSnapshot.Name(at), _newerSnapshot[at].InNew, action, out stamp);
        }
        return result;
    }

    private int OnFile(
        MailFolder folder, ReadOnlySpan<byte> name, bool inNew, FileAction action, out FileStamp stamp)
    {
        stamp = default;
        int result = inNew ? folder.OpenNew(out HomeFolder part) : folder.OpenCur(out part);
        if (result >= 0)
            result = action(store, part, name, out stamp);
        store.NotePassedOver(folder, name, result);
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
