using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// The operating system's file calls: paths are octets ending with NUL, descriptors are plain numbers,
/// and a negative result is an <see cref="Errno"/> with its sign turned. Stateless; any thread; each call may block.
/// Tests derive from it to let the n-th call fail. What is a user's goes by descriptors, see
/// <see cref="HomeFolder"/>.
/// </summary>
internal unsafe partial class FileCalls
{
    /// <summary>Names count from the process's own folder.</summary>
    public const int CurrentDirectory = -100;

    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180;
    private const int OwnersFolder = 0x1C0;
    private const int PathOnly = 0x200000;
    private const int StatxMask = 0x7FF;
    private const int LockExclusiveNonBlocking = 2 | 4;
    private const int LockRelease = 8;

    /// <summary>Those of the system that this is.</summary>
    public static readonly FileCalls Real = OperatingSystem.IsWindows() ? new WindowsFileCalls() : new FileCalls();

    /// <summary>Opens for reading, a file or a directory; the descriptor.</summary>
    public virtual int OpenRead(ReadOnlySpan<byte> path)
    {
        fixed (byte* p = path)
            return Result(open(p, CloseOnExec, 0));
    }

    /// <summary>
    /// As <see cref="OpenRead"/>, and never waits: for what a user has put there, which may be a pipe that nobody
    /// writes to.
    /// </summary>
    public virtual int OpenReadNonBlocking(ReadOnlySpan<byte> path)
    {
        fixed (byte* p = path)
            return Result(open(p, CloseOnExec | NonBlocking, 0));
    }

    /// <summary>
    /// Opens a file for reading and writing: one that is there or, mode 0600, one that is not
    /// (<see cref="Errno.Exists"/> if it is).
    /// </summary>
    public virtual int OpenReadWrite(ReadOnlySpan<byte> path, bool isNew)
    {
        fixed (byte* p = path)
            return Result(open(p, CloseOnExec | ReadWrite | (isNew ? Create | Exclusive : 0), OwnerOnly));
    }

    /// <summary>Opens a file for locking, mode 0600, making it if need be.</summary>
    public virtual int OpenLock(ReadOnlySpan<byte> path)
    {
        fixed (byte* p = path)
            return Result(open(p, CloseOnExec | ReadWrite | Create, OwnerOnly));
    }

    /// <summary>Octets read; 0 at the end.</summary>
    public virtual int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            nint count;
            while ((count = read(descriptor, p, (nuint)buffer.Length)) < 0
                && Marshal.GetLastPInvokeError() == Errno.Interrupted)
            {
            }
            return Result((int)count);
        }
    }

    /// <summary>The next read begins at the front again.</summary>
    public virtual int Rewind(int descriptor) => lseek(descriptor, 0, 0) < 0 ? Result(-1) : 0;

    /// <summary>Writes all; 0, or what went wrong.</summary>
    public virtual int Write(int descriptor, ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            nint count;
            fixed (byte* p = octets)
                count = write(descriptor, p, (nuint)octets.Length);
            if (count < 0 && Marshal.GetLastPInvokeError() != Errno.Interrupted)
                return Result(-1);
            octets = octets[(int)Math.Max(count, 0)..];
        }
        return 0;
    }

    public virtual int Close(int descriptor) => Result(close(descriptor));

    public virtual int Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* f = from, t = to)
            return Result(rename(f, t));
    }

    public virtual int Unlink(ReadOnlySpan<byte> path)
    {
        fixed (byte* p = path)
            return Result(unlink(p));
    }

    /// <summary>Makes one directory, mode 0700.</summary>
    public virtual int MakeDirectory(ReadOnlySpan<byte> path)
    {
        fixed (byte* p = path)
            return Result(mkdir(p, OwnersFolder));
    }

    /// <summary>Makes a file or directory durable.</summary>
    public virtual int Sync(int descriptor) => Result(fsync(descriptor));

    /// <summary>Makes all of the file system that holds the descriptor durable.</summary>
    public virtual int SyncFileSystem(int descriptor) => Result(syncfs(descriptor));

    /// <summary>
    /// Takes the exclusive lock, which lasts until <see cref="Unlock"/>; <see cref="Errno.Again"/> if another has it.
    /// </summary>
    public virtual int Lock(int descriptor) => Result(flock(descriptor, LockExclusiveNonBlocking));

    /// <summary>
    /// Gives the lock back, before the descriptor is closed: closing alone gives it back only when no child that is
    /// about to run a program has a copy of the descriptor.
    /// </summary>
    public virtual int Unlock(int descriptor) => Result(flock(descriptor, LockRelease));

    /// <summary>Octets of directory records (getdents64); 0 at the end.</summary>
    public virtual int ReadDirectory(int descriptor, Span<byte> buffer)
    {
        fixed (byte* p = buffer)
            return Result((int)getdents64(descriptor, p, (nuint)buffer.Length));
    }

    public virtual int Stat(ReadOnlySpan<byte> path, out FileStamp stamp)
    {
        byte* raw = stackalloc byte[256];
        int result;
        fixed (byte* p = path)
            result = Result(statx(CurrentDirectory, p, 0, StatxMask, raw));
        stamp = result < 0 ? default : FileStamp.FromStatx(new ReadOnlySpan<byte>(raw, 256));
        return result;
    }

    private static int Result(int value) => value < 0 ? -Marshal.GetLastPInvokeError() : value;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int open(byte* path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int directory, byte* path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint lseek(int fd, nint offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int rename(byte* from, byte* to);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlink(byte* path);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mkdir(byte* path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int syncfs(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(int fd, int operation);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint getdents64(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int directory, byte* path, int flags, uint mask, byte* result);
}
