using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Bodies of ours that have several names: in mailboxes, and in the spool for a while. One is known by its length,
/// which its name tells; one that another program has changed in place, by its inode, if this process has linked it, or
/// by how every message of ours begins. Any thread.
/// </summary>
internal sealed class LinkedBodies(FileCalls calls)
{
    /// <summary>Beyond, those that were linked first are not known by their inodes any more.</summary>
    private const int KnownLimit = 100_000;

    private readonly HashSet<(ulong Device, ulong Inode)> _known = [];
    private readonly Queue<(ulong Device, ulong Inode)> _oldestFirst = new();

    private static ReadOnlySpan<byte> Beginning => "Return-Path: <"u8;

    /// <summary>A body of ours has got a name in a mailbox.</summary>
    /// <param name="path">Its own, where nobody else makes files.</param>
    public void Add(string path)
    {
        if (calls.Stat([.. Encoding.UTF8.GetBytes(path), 0], out FileStamp stamp) < 0)
            return;
        lock (_known)
        {
            if (!_known.Add((stamp.Device, stamp.Inode)))
                return;
            _oldestFirst.Enqueue((stamp.Device, stamp.Inode));
            if (_known.Count > KnownLimit)
                _known.Remove(_oldestFirst.Dequeue());
        }
    }

    /// <summary>Opens a message's file as <see cref="HomeFolder.OpenFile"/> does, and so a body of ours.</summary>
    public int Open(HomeFolder folder, ReadOnlySpan<byte> name, out FileStamp stamp)
    {
        long length = MaildirName.Length(name);
        int descriptor = folder.OpenFile(name, length, out stamp);
        return descriptor == -Errno.NotPermitted && length >= 0 ? OpenChanged(folder, name, out stamp) : descriptor;
    }

    private int OpenChanged(HomeFolder folder, ReadOnlySpan<byte> name, out FileStamp stamp)
    {
        int result = folder.Stat(name, out stamp);
        if (result >= 0)
            result = folder.OpenFile(name, stamp.Length, out stamp);
        if (result < 0 || IsKnown(stamp) || BeginsAsOurs(result))
            return result;
        calls.Close(result);
        return -Errno.NotPermitted;
    }

    private bool IsKnown(in FileStamp stamp)
    {
        lock (_known)
            return _known.Contains((stamp.Device, stamp.Inode));
    }

    private bool BeginsAsOurs(int descriptor)
    {
        Span<byte> front = stackalloc byte[Beginning.Length];
        return calls.Read(descriptor, front) == front.Length && front.SequenceEqual(Beginning)
            && calls.Rewind(descriptor) >= 0;
    }
}
