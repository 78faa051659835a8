using MailModule.Primitives.Os;

namespace MailModule.Tests.Support;

/// <summary>
/// The real file system, until the n-th call: that one (or all from it on) fails with the given error.
/// </summary>
internal sealed class FailingFileCalls(int failAt, int error = Errno.NoSpace, bool andAllAfter = false) : FileCalls
{
    public int Count { get; private set; }
    public bool HasFailed { get; private set; }

    /// <summary>From now on nothing fails.</summary>
    public bool IsMended { get; set; }

    public List<string> Syncs { get; } = [];

    public override int OpenRead(ReadOnlySpan<byte> path) => Fails() ? -error : base.OpenRead(path);
    public override int OpenLock(ReadOnlySpan<byte> path) => Fails() ? -error : base.OpenLock(path);
    public override int Read(int descriptor, Span<byte> buffer) => Fails() ? -error : base.Read(descriptor, buffer);

    public override int Rewind(int descriptor) => Fails() ? -error : base.Rewind(descriptor);

    public override int Write(int descriptor, ReadOnlySpan<byte> octets)
    {
        if (!Fails())
            return base.Write(descriptor, octets);
        // A full disk takes a part before it refuses.
        base.Write(descriptor, octets[..(octets.Length / 2)]);
        return -error;
    }

    public override int Close(int descriptor)
    {
        int result = base.Close(descriptor);
        return Fails() ? -error : result;
    }

    public override int Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
        => Fails() ? -error : base.Rename(from, to);
    public override int Unlink(ReadOnlySpan<byte> path) => Fails() ? -error : base.Unlink(path);
    public override int MakeDirectory(ReadOnlySpan<byte> path) => Fails() ? -error : base.MakeDirectory(path);
    public override int Lock(int descriptor) => Fails() ? -error : base.Lock(descriptor);
    public override int ReadDirectory(int descriptor, Span<byte> buffer)
        => Fails() ? -error : base.ReadDirectory(descriptor, buffer);

    public override int Sync(int descriptor)
    {
        Syncs.Add("file");
        return Fails() ? -error : 0;
    }

    public override int SyncFileSystem(int descriptor)
    {
        Syncs.Add("system");
        return Fails() ? -error : 0;
    }

    public override int Stat(ReadOnlySpan<byte> path, out FileStamp stamp)
    {
        if (!Fails())
            return base.Stat(path, out stamp);
        stamp = default;
        return -error;
    }

    public override int OpenWithoutLinks(ReadOnlySpan<byte> path) => Fails() ? -error : base.OpenWithoutLinks(path);
    public override int OpenAt(int folder, ReadOnlySpan<byte> name, OpenAs how)
        => Fails() ? -error : base.OpenAt(folder, name, how);
    public override int CreateAt(int folder, ReadOnlySpan<byte> name)
        => Fails() ? -error : base.CreateAt(folder, name);
    public override int RenameAt(int fromFolder, ReadOnlySpan<byte> from, int toFolder, ReadOnlySpan<byte> to)
        => Fails() ? -error : base.RenameAt(fromFolder, from, toFolder, to);
    public override int LinkAt(ReadOnlySpan<byte> path, int folder, ReadOnlySpan<byte> name)
        => Fails() ? -error : base.LinkAt(path, folder, name);
    public override int UnlinkAt(int folder, ReadOnlySpan<byte> name)
        => Fails() ? -error : base.UnlinkAt(folder, name);
    public override int MakeDirectoryAt(int folder, ReadOnlySpan<byte> name)
        => Fails() ? -error : base.MakeDirectoryAt(folder, name);
    public override int ChangeOwner(int descriptor, FileOwner owner)
        => Fails() ? -error : base.ChangeOwner(descriptor, owner);

    public override int StatAt(int folder, ReadOnlySpan<byte> name, out FileStamp stamp)
    {
        if (!Fails())
            return base.StatAt(folder, name, out stamp);
        stamp = default;
        return -error;
    }

    private bool Fails()
    {
        Count++;
        bool fails = !IsMended && (andAllAfter ? Count >= failAt : Count == failAt);
        HasFailed |= fails;
        return fails;
    }
}
