using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// The mailboxes that were opened last, so that what comes in a row does not open them each time. Another program may
/// move or replace one, so each is kept for a moment only, and then opened again from the home on. Any thread.
/// </summary>
internal sealed class MailFolders : IDisposable
{
    // One takes up to four descriptors.
    private const int LeastKept = 8, MostKept = 256, ShareOfDescriptors = 32;

    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(100);

    private readonly int _bound
        = Math.Clamp(DiskCalls.DescriptorLimit() / ShareOfDescriptors, LeastKept, MostKept);
    private readonly Dictionary<(string Home, string Name), LinkedListNode<Entry>> _byName = [];
    private readonly LinkedList<Entry> _oldestFirst = new();
    private readonly FileCalls _calls;
    private readonly PassedOver _passedOver;
    private readonly TimeProvider _clock;
    private readonly ITimer? _timer;
    private bool _isTimerSet, _isDisposed;

    private readonly record struct Entry((string, string) Key, MailFolder Folder, long OpenedAt);

    /// <param name="calls">The file system.</param>
    /// <param name="passedOver">Is told of what is not opened.</param>
    /// <param name="clock">Closes those that are kept no longer; null: that is left to the next that is opened.</param>
    public MailFolders(FileCalls calls, PassedOver passedOver, TimeProvider? clock)
    {
        _calls = calls;
        _passedOver = passedOver;
        _clock = clock ?? TimeProvider.System;
        _timer = clock?.CreateTimer(_ => CloseStale(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Opens a mailbox; the caller disposes of it. <see cref="Errno.NoEntry"/> if it is not there.</summary>
    public int Open(string home, FolderName name, out MailFolder folder)
    {
        (string, string) key = (home, name.Text);
        long now = _clock.GetTimestamp();
        if (TryShare(key, now, out folder))
            return 0;
        int result = OpenAnew(home, name, out folder);
        if (result >= 0)
            Keep(new Entry(key, folder.Share(), now));
        return result;
    }

    /// <summary>Takes over a mailbox that has just been made, for who opens it now.</summary>
    public void Put(string home, FolderName name, HomeFolder root)
        => Keep(new Entry(
            (home, name.Text), new MailFolder(root, home, name.Text, _passedOver), _clock.GetTimestamp()));

    /// <summary>It is not what it was: the next one opens it again.</summary>
    public void Forget(string home, FolderName name)
    {
        lock (_byName)
            if (_byName.TryGetValue((home, name.Text), out LinkedListNode<Entry>? node))
                Remove(node);
    }

    /// <summary>Closes those that were opened longer than a moment ago.</summary>
    public void CloseStale()
    {
        long now = _clock.GetTimestamp();
        lock (_byName)
        {
            RemoveStale(now);
            _isTimerSet = false;
            SetTimer();
        }
    }

    /// <summary>Closes all; those that are opened from now on are not kept.</summary>
    public void Dispose()
    {
        lock (_byName)
        {
            _isDisposed = true;
            _timer?.Dispose();
            while (_oldestFirst.First is { } oldest)
                Remove(oldest);
        }
    }

    private bool TryShare((string, string) key, long now, out MailFolder folder)
    {
        folder = null!;
        lock (_byName)
        {
            RemoveStale(now);
            if (!_byName.TryGetValue(key, out LinkedListNode<Entry>? node))
                return false;
            folder = node.Value.Folder.Share();
            return true;
        }
    }

    private void Keep(in Entry entry)
    {
        lock (_byName)
        {
            if (_byName.TryGetValue(entry.Key, out LinkedListNode<Entry>? old))
                Remove(old);
            _byName[entry.Key] = _oldestFirst.AddLast(entry);
            while (_byName.Count > (_isDisposed ? 0 : _bound))
                Remove(_oldestFirst.First!);
            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (_timer is null || _isTimerSet || _byName.Count == 0)
            return;
        _isTimerSet = true;
        _timer.Change(FreshFor, Timeout.InfiniteTimeSpan);
    }

    private void RemoveStale(long now)
    {
        while (_oldestFirst.First is { } oldest && _clock.GetElapsedTime(oldest.Value.OpenedAt, now) >= FreshFor)
            Remove(oldest);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _oldestFirst.Remove(node);
        _byName.Remove(node.Value.Key);
        node.Value.Folder.Dispose();
    }

    private int OpenAnew(string home, FolderName name, out MailFolder folder)
    {
        folder = null!;
        int result = HomeFolder.Open(_calls, home, out HomeFolder? opened);
        if (result < 0)
        {
            _passedOver.Note(home, default, result);
            return result;
        }
        HomeFolder? root;
        using (opened)
            result = OpenIn(opened!, "Maildir"u8, home, out root);
        if (result < 0)
            return result;
        if (!name.IsInbox)
        {
            HomeFolder outer = root!;
            using (outer)
                result = OpenIn(outer, name.Octets, Path.Join(home, "Maildir"), out root);
        }
        if (result >= 0)
            folder = new MailFolder(root!, home, name.Text, _passedOver);
        return result;
    }

    private int OpenIn(HomeFolder outer, ReadOnlySpan<byte> name, string path, out HomeFolder? folder)
    {
        int result = outer.OpenFolder(name, out folder);
        if (result < 0)
            _passedOver.Note(path, name, result);
        return result;
    }
}
