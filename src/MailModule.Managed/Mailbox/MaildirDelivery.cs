using System.Buffers;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>Puts messages into Maildirs, and remembers what is not durable yet.</summary>
internal sealed class MaildirDelivery(
    FileCalls calls, MailFolders folders, LinkedBodies bodies, PassedOver passedOver, byte[] host)
{
    private static readonly SearchValues<char> Letters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private const int SweptAtOnce = 10_000;
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(36);

    private readonly DuplicateFilter _duplicates = new(folders);
    private readonly HashSet<(string, string)> _swept = [];

    public UnsyncedDeliveries Unsynced { get; } = new(calls);

    /// <summary>A folder that is none of the user's own, a link say, is passed over: the inbox gets the
    /// message.</summary>
    public Fault Deliver(
        string home, FolderName box, string messageId, DateTimeOffset received, MessageContent content,
        bool mayBeDuplicate)
    {
        if (messageId.Length is 0 or > 40 || messageId.AsSpan().ContainsAnyExcept(Letters))
            return Fault.Argument;
        Span<byte> room = stackalloc byte[MaildirName.Room];
        ReadOnlySpan<byte> name =
            MaildirName.Write(room, received, messageId, host, content.Length, content.WireLength, out int unique);
        int result = Deliver(home, box, name, unique, content, mayBeDuplicate);
        if (!box.IsInbox && PassedOver.IsReason(result))
            result = Deliver(home, FolderName.Inbox, name, unique, content, mayBeDuplicate: true);
        return SystemFault.Of(result);
    }

    public Fault Sync()
    {
        _duplicates.DropIfUnused();
        folders.CloseStale();
        return Unsynced.Sync();
    }

    /// <summary>Makes the mailbox and what of the home is not there yet.</summary>
    public int Prepare(string home, FolderName box)
    {
        int result = HomeFolder.Open(calls, home, out HomeFolder? opened);
        if (result == -Errno.NoEntry)
            result = HomeFolder.Make(calls, home) is < 0 and var failed
                ? failed
                : HomeFolder.Open(calls, home, out opened);
        HomeFolder? made = null;
        if (result >= 0)
            using (opened)
                result = PrepareIn(opened!, box, out made);
        if (result >= 0)
            folders.Put(home, box, made!);
        else
            folders.Forget(home, box);
        Unsynced.AddDirectories();
        return result;
    }

    private static int PrepareIn(HomeFolder home, FolderName box, out HomeFolder? made)
    {
        int result = MakeAndOpen(home, "Maildir"u8, MakeParts, out made);
        if (result < 0 || box.IsInbox)
            return result;
        HomeFolder root = made!;
        using (root)
            return MakeAndOpen(root, box.Octets, MakeFolder, out made);
    }

    // The empty file tells other programs that this is a folder of a Maildir.
    private static int MakeFolder(HomeFolder folder)
    {
        int result = MakeParts(folder);
        if (result >= 0 && folder.Create("maildirfolder"u8) is >= 0 and var marker)
            folder.Close(marker);
        return result;
    }

    private static int MakeAndOpen(
        HomeFolder outer, ReadOnlySpan<byte> name, Func<HomeFolder, int> makeIn, out HomeFolder? folder)
    {
        folder = null;
        int result = outer.MakeFolder(name);
        if (result >= 0)
            result = outer.OpenFolder(name, out folder);
        if (result >= 0)
            result = makeIn(folder!);
        if (result >= 0)
            return result;
        folder?.Dispose();
        folder = null;
        return result;
    }

    private static int MakeParts(HomeFolder folder)
    {
        int result = folder.MakeFolder("tmp"u8);
        if (result >= 0)
            result = folder.MakeFolder("new"u8);
        return result < 0 ? result : folder.MakeFolder("cur"u8);
    }

    private int Deliver(
        string home, FolderName box, ReadOnlySpan<byte> name, int unique, MessageContent content, bool mayBeDuplicate)
    {
        if (mayBeDuplicate && _duplicates.IsDuplicate(home, box, name[..unique]))
            return OweSync(home, box);
        int result = DeliverOnce(home, box, name, content);
        if (result == -Errno.NoEntry)
            result = Prepare(home, box) is < 0 and var failed ? failed : DeliverOnce(home, box, name, content);
        if (result < 0)
            _duplicates.Clear();
        return result;
    }

    private int OweSync(string home, FolderName box)
    {
        int result = folders.Open(home, box, out MailFolder folder);
        if (result < 0)
            return result;
        using (folder)
            Unsynced.Add(folder, file: -1);
        return 0;
    }

    private int DeliverOnce(string home, FolderName box, ReadOnlySpan<byte> name, MessageContent content)
    {
        int result = folders.Open(home, box, out MailFolder folder);
        if (result < 0)
            return result;
        using (folder)
        {
            SweepOnce(home, box, folder);
            result = Put(folder, name, content);
        }
        if (result == -Errno.NoEntry)
            folders.Forget(home, box);
        return result;
    }

    private int Put(MailFolder folder, ReadOnlySpan<byte> name, MessageContent content)
    {
        int result = folder.OpenNew(out HomeFolder incoming);
        if (result >= 0)
            result = folder.OpenTmp(out HomeFolder tmp) is < 0 and var failed
                ? failed
                : content.FilePath is { } file && incoming.Link(file, name) is 0 or -Errno.Exists
                    ? AddName(folder, file)
                    : Write(folder, tmp, incoming, name, content);
        return result;
    }

    private int AddName(MailFolder folder, string body)
    {
        bodies.Add(body);
        Unsynced.AddName(folder);
        return 0;
    }

    private int Write(
        MailFolder folder, HomeFolder tmp, HomeFolder incoming, ReadOnlySpan<byte> name, MessageContent content)
    {
        ReadOnlyMemory<byte> memory = content.Memory;
        bool isInMemory = memory.Length == content.Length;
        // Content that is in a file of ours is opened with our own rights.
        using OwnerRights rights = isInMemory ? tmp.Take() : default;
        int descriptor = Create(tmp, name);
        if (descriptor < 0)
            return descriptor;
        int result = isInMemory ? calls.Write(descriptor, memory.Span) : CopyContent(descriptor, content);
        bool isOpen = result < 0 || Unsynced.KeepsDescriptor;
        if (!isOpen)
            result = calls.Close(descriptor);
        if (result >= 0)
            result = tmp.Rename(name, incoming, name);
        if (result >= 0)
        {
            Unsynced.Add(folder, isOpen ? descriptor : -1);
            return result;
        }
        if (isOpen)
            calls.Close(descriptor);
        tmp.Unlink(name);
        return result;
    }

    private static int Create(HomeFolder tmp, ReadOnlySpan<byte> name)
    {
        int descriptor = tmp.Create(name);
        // Left by a delivery that a crash cut off: no other message has this id.
        return descriptor == -Errno.Exists && tmp.Unlink(name) >= 0 ? tmp.Create(name) : descriptor;
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
    private void SweepOnce(string home, FolderName box, MailFolder folder)
    {
        lock (_swept)
            if (!_swept.Add((home, box.Text)))
                return;
        if (folder.OpenTmp(out HomeFolder tmp) < 0)
            return;
        long oldest = (DateTime.UtcNow - LeftoverAge - DateTime.UnixEpoch).Ticks * 100;
        DirectoryListing.ForEach(tmp, name =>
        {
            if (tmp.Stat(name, out FileStamp stamp) >= 0 && stamp.Modified < oldest)
                tmp.Unlink(name);
        }, name => passedOver.Note(folder.Path, "tmp"u8, "holds something that is no file"), SweptAtOnce);
    }
}
