using System.Buffers;
using System.Runtime.CompilerServices;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>Puts messages into Maildirs, and remembers what is not durable yet.</summary>
internal sealed class MaildirDelivery(FileCalls calls, byte[] host)
{
    private static readonly SearchValues<char> Letters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(36);

    private readonly DuplicateFilter _duplicates = new(calls);
    private readonly HashSet<string> _swept = [];

    public UnsyncedDeliveries Unsynced { get; } = new(calls);

    public Fault Deliver(
        string home, FolderPaths box, string messageId, DateTimeOffset received, MessageContent content,
        bool mayBeDuplicate)
    {
        if (messageId.Length is 0 or > 40 || messageId.AsSpan().ContainsAnyExcept(Letters))
            return Fault.Argument;
        Span<byte> room = stackalloc byte[MaildirName.Room];
        ReadOnlySpan<byte> name =
            MaildirName.Write(room, received, messageId, host, content.Length, content.WireLength, out int unique);
        if (mayBeDuplicate && _duplicates.IsDuplicate(home, box, name[..unique]))
        {
            Unsynced.Add(home, default);
            return Fault.None;
        }
        SweepOnce(home, box);
        int result = Put(home, box, name, content);
        if (result == -Errno.NoEntry && Prepare(home, box) == Fault.None)
            result = Put(home, box, name, content);
        if (result < 0)
            _duplicates.Clear();
        else
            Unsynced.Add(home, box == FolderPaths.Inbox ? name : default);
        return SystemFault.Of(result);
    }

    public Fault Sync()
    {
        _duplicates.DropIfUnused();
        return Unsynced.Sync();
    }

    /// <summary>Makes the Maildir and what of the home is not there yet.</summary>
    public Fault Prepare(string home)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        Fault fault = MakeHome(home, room);
        if (fault == Fault.None)
            fault = Make(home, FolderPaths.Inbox, room);
        Unsynced.AddDirectories();
        return fault;
    }

    private Fault Prepare(string home, FolderPaths box)
    {
        Fault fault = Prepare(home);
        if (fault != Fault.None || box == FolderPaths.Inbox)
            return fault;
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        fault = Make(home, box, room);
        if (fault == Fault.None
            && calls.OpenNew(MaildirPath.Below(home, box.Marker, default, room).Octets) is >= 0 and var descriptor)
            calls.Close(descriptor);
        return fault;
    }

    private Fault Make(string home, FolderPaths box, Span<byte> room)
    {
        Fault fault = Make(home, box.Root, room);
        if (fault == Fault.None)
            fault = Make(home, box.Tmp, room);
        if (fault == Fault.None)
            fault = Make(home, box.New, room);
        if (fault == Fault.None)
            fault = Make(home, box.Cur, room);
        return fault;
    }

    private Fault MakeHome(string home, Span<byte> room)
    {
        for (int at = home.IndexOf('/', 1); ; at = home.IndexOf('/', at + 1))
        {
            int result = calls.MakeDirectory(MaildirPath.Of(at < 0 ? home : home[..at], room).Octets);
            if (at < 0)
                return result == -Errno.Exists ? Fault.None : SystemFault.Of(result);
        }
    }

    private Fault Make(string home, ReadOnlySpan<byte> folder, Span<byte> room)
    {
        int result = calls.MakeDirectory(MaildirPath.Below(home, folder, default, room).Octets);
        return result == -Errno.Exists ? Fault.None : SystemFault.Of(result);
    }

    private int Put(string home, FolderPaths box, ReadOnlySpan<byte> name, MessageContent content)
    {
        if (content.FilePath is { } file)
        {
            int linked = Link(file, home, box, name);
            if (linked is 0 or -Errno.Exists)
                return 0;
        }
        return Write(home, box, name, content);
    }

    // Another file system, a file with too many links or a file system without links: then the content is copied.
    [SkipLocalsInit]
    private int Link(string file, string home, FolderPaths box, ReadOnlySpan<byte> name)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        Span<byte> from = stackalloc byte[MaildirPath.Room];
        return calls.Link(MaildirPath.Of(file, from).Octets, MaildirPath.Below(home, box.New, name, room).Octets);
    }

    [SkipLocalsInit]
    private int Write(string home, FolderPaths box, ReadOnlySpan<byte> name, MessageContent content)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        ReadOnlySpan<byte> tmp = MaildirPath.Below(home, box.Tmp, name, room).Octets;
        int descriptor = calls.OpenNew(tmp);
        // Left by a delivery that a crash cut off: no other message has this id.
        if (descriptor == -Errno.Exists && calls.Unlink(tmp) >= 0)
            descriptor = calls.OpenNew(tmp);
        if (descriptor < 0)
            return descriptor;
        int result = WriteContent(descriptor, content);
        int closed = calls.Close(descriptor);
        if (result >= 0)
            result = closed;
        if (result >= 0)
            result = calls.Rename(
                tmp, MaildirPath.Below(home, box.New, name, stackalloc byte[MaildirPath.Room]).Octets);
        if (result < 0)
            calls.Unlink(tmp);
        return result;
    }

    private int WriteContent(int descriptor, MessageContent content)
    {
        ReadOnlyMemory<byte> memory = content.Memory;
        return memory.Length == content.Length
            ? calls.Write(descriptor, memory.Span)
            : CopyContent(descriptor, content);
    }

    private int CopyContent(int descriptor, MessageContent content)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            using Stream source = content.OpenRead();
            int result = 0, count;
            while (result >= 0 && (count = source.Read(piece)) > 0)
                result = calls.Write(descriptor, piece.AsSpan(0, count));
            return result;
        }
        catch (IOException)
        {
            return -Errno.Io;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    // A file that has been in tmp/ for 36 hours was left behind by a crash (the rule of every Maildir program).
    private void SweepOnce(string home, FolderPaths box)
    {
        lock (_swept)
            if (!_swept.Add(box == FolderPaths.Inbox ? home : home + box.Name))
                return;
        long oldest = (DateTime.UtcNow - LeftoverAge - DateTime.UnixEpoch).Ticks * 100;
        byte[] room = new byte[MaildirPath.Room];
        DirectoryListing.ForEach(calls, home, box.Tmp, name =>
        {
            ReadOnlySpan<byte> path = MaildirPath.Below(home, box.Tmp, name, room).Octets;
            if (calls.Stat(path, out FileStamp stamp) >= 0 && stamp.Modified < oldest)
                calls.Unlink(path);
        });
    }
}
