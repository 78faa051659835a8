using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>
/// The file calls on Windows: a descriptor is a HANDLE. All that is opened is shared with others in every way, so that
/// an open file can be renamed, replaced and deleted as on Linux; a child inherits nothing. What is kept, and what is
/// not, when the machine stops: decision 0040.
/// </summary>
internal sealed partial class WindowsFileCalls : FileCalls
{
    private const int NameRoom = 256;

    // Virus scanners and indexers open what is new without sharing it, and for milliseconds.
    private const int HeldTries = 7;

    // Locked octets cannot be read by others: this one is none of the file's.
    private const ulong LockedOctet = 0x4000_0000_0000_0000;

    private const uint DeleteFlags = 0x1 | Posix, ReplaceFlags = 0x1 | Posix, Posix = 0x2;

    private static int s_syncs;

    public override int OpenRead(ReadOnlySpan<byte> path)
    {
        int result = OpenPath(path, NtFile.ReadData | NtFile.WriteData, NtFile.OpenExisting, NtFile.Folder);
        return result switch
        {
            // A folder that is not to be changed needs no sync.
            -Errno.NoAccess => OpenPath(path, NtFile.ReadData, NtFile.OpenExisting, 0),
            -Errno.NotDirectory => OpenPath(path, NtFile.ReadData, NtFile.OpenExisting, NtFile.NoFolder),
            _ => result,
        };
    }

    public override int OpenReadNonBlocking(ReadOnlySpan<byte> path)
        => OpenPath(path, NtFile.ReadData, NtFile.OpenExisting, 0);

    public override int OpenReadWrite(ReadOnlySpan<byte> path, bool isNew)
        => OpenPath(path, NtFile.ReadData | NtFile.WriteData, isNew ? NtFile.CreateNew : NtFile.OpenExisting,
            NtFile.NoFolder);

    public override int OpenLock(ReadOnlySpan<byte> path)
        => OpenPath(path, NtFile.ReadData | NtFile.WriteData, NtFile.OpenOrCreate, NtFile.NoFolder);

    public override int Read(int descriptor, Span<byte> buffer)
    {
        int status = NtFile.Read(descriptor, buffer, offset: -1, done: 0, out int count);
        return status is NtStatus.EndOfFile or NtStatus.PipeBroken ? 0 : status < 0 ? ResultOf(status) : count;
    }

    public override int Rewind(int descriptor)
        => ResultOf(NtFile.Set(descriptor, stackalloc byte[sizeof(long)], NtFile.PositionInformation));

    public override int Write(int descriptor, ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            int status = NtFile.Write(descriptor, octets, offset: -1, out int count);
            if (status < 0)
                return ResultOf(status);
            octets = octets[count..];
        }
        return 0;
    }

    public override int Close(int descriptor) => ResultOf(NtFile.Close(descriptor));

    public override int Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
        => Nt(from, out string source) is < 0 and var wrong ? wrong
            : Nt(to, out string target) is < 0 and var wrongToo ? wrongToo
            : Rename(0, source, 0, target);

    public override int Unlink(ReadOnlySpan<byte> path)
        => Nt(path, out string name) is < 0 and var wrong ? wrong : Unlink(0, name);

    public override int MakeDirectory(ReadOnlySpan<byte> path)
        => CloseAgain(OpenPath(path, NtFile.ReadData, NtFile.CreateNew, NtFile.Folder));

    /// <summary>
    /// A folder that may not be changed by us holds nothing that we have made; where the file system knows no sync of a
    /// folder, one of a file in it writes the same log.
    /// </summary>
    public override int Sync(int descriptor)
    {
        int status = NtFile.Flush(descriptor);
        if (status >= 0 || WindowsStamp.Read(descriptor, out FileStamp stamp) < 0 || !stamp.IsDirectory)
            return ResultOf(status);
        int result = status == NtStatus.AccessDenied ? 0 : SyncFileSystem(descriptor);
        return result == -Errno.NoAccess ? 0 : result;
    }

    /// <summary>
    /// Files that <see cref="CreateAt"/> makes have left our memory when they are written, so what is left is the log
    /// of the file system and the memory of the disk: the sync of one new file there writes both.
    /// </summary>
    public override int SyncFileSystem(int descriptor)
    {
        string name = $".mailmodule-sync-{Environment.ProcessId}-{Interlocked.Increment(ref s_syncs)}";
        int file = Open(descriptor, name, NtFile.WriteData | NtFile.Delete, NtFile.CreateNew,
            NtFile.NoFolder | NtFile.DeleteOnClose);
        if (file < 0)
            return file;
        int result = Write(file, "\n"u8);
        if (result >= 0)
            result = ResultOf(NtFile.Flush(file));
        Close(file);
        return result;
    }

    public override int Lock(int descriptor) => WindowsErrors.Result(FileLock.Take(descriptor, LockedOctet));

    public override int Unlock(int descriptor) => WindowsErrors.Result(FileLock.GiveBack(descriptor, LockedOctet));

    public override int ReadDirectory(int descriptor, Span<byte> buffer) => WindowsFolder.Read(descriptor, buffer);

    public override int Stat(ReadOnlySpan<byte> path, out FileStamp stamp)
        => StampAndClose(OpenPath(path, 0, NtFile.OpenExisting, 0), out stamp);

    /// <summary>The NT form of a path; below 0 for one that can be no file's.</summary>
    internal static int Nt(ReadOnlySpan<byte> path, out string name)
    {
        name = "";
        string text = Encoding.UTF8.GetString(path[..Math.Max(0, path.IndexOf((byte)0))]);
        if (text.Length == 0)
            return -Errno.NoEntry;
        return WindowsPath.TryToNt(Path.GetFullPath(text), out name, out bool isDevice) ? 0
            : isDevice ? -Errno.NoDeviceOrAddress : -Errno.NoEntry;
    }

    internal static int ResultOf(int status) => WindowsErrors.ResultOfStatus(status);

    private static int OpenPath(ReadOnlySpan<byte> path, uint access, uint disposition, uint options)
        => Nt(path, out string name) is < 0 and var wrong ? wrong : Open(0, name, access, disposition, options);

    private static int Open(
        int root, ReadOnlySpan<char> name, uint access, uint disposition, uint options, uint attributes = 0)
    {
        for (int tries = 0; ; tries++)
        {
            int status = NtFile.Create(root, name, access, disposition, options, attributes, out nint handle);
            if (status >= 0)
                return (int)handle;
            if (status != NtStatus.SharingViolation || !MayTryAgain(tries))
                return ResultOf(status);
        }
    }

    private static bool MayTryAgain(int tries)
    {
        if (tries >= HeldTries)
            return false;
        NtFile.Pause(1 << tries);
        return true;
    }

    private static int Unlink(int root, ReadOnlySpan<char> name)
    {
        for (int tries = 0; ; tries++)
        {
            int file = Open(root, name, NtFile.Delete, NtFile.OpenExisting, NtFile.NoFolder | NtFile.ReparsePoint);
            if (file < 0)
                return file;
            int status = Delete(file);
            NtFile.Close(file);
            bool mayTryAgain = status == NtStatus.CannotDelete ? tries == 0 && MakeWritable(root, name)
                : status == NtStatus.AccessDenied && MayTryAgain(tries);
            if (!mayTryAgain)
                return ResultOf(status);
        }
    }

    // A file that may only be read can be deleted on Linux: the folder says who may.
    private static bool MakeWritable(int root, ReadOnlySpan<char> name)
    {
        int file = Open(root, name, NtFile.WriteAttributes, NtFile.OpenExisting,
            NtFile.NoFolder | NtFile.ReparsePoint);
        if (file < 0)
            return false;
        // FILE_BASIC_INFORMATION: four times, which stay as they are, and the attributes.
        Span<byte> basic = stackalloc byte[40];
        basic.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(basic[32..], NtFile.NormalFile);
        int status = NtFile.Set(file, basic, NtFile.BasicInformation);
        NtFile.Close(file);
        return status >= 0;
    }

    // As on Linux the name is free at once; where that is not known, it is when nobody has the file open any more.
    private static int Delete(int file)
    {
        Span<byte> flags = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(flags, DeleteFlags);
        int status = NtFile.Set(file, flags, NtFile.DispositionInformationEx);
        return IsUnknown(status) ? NtFile.Set(file, [1], NtFile.DispositionInformation) : status;
    }

    private static int Rename(int root, ReadOnlySpan<char> from, int toRoot, ReadOnlySpan<char> to)
    {
        for (int tries = 0; ; tries++)
        {
            int file = Open(root, from, NtFile.Delete, NtFile.OpenExisting, NtFile.ReparsePoint);
            if (file < 0)
                return file;
            int status = Rename(file, toRoot, to);
            NtFile.Close(file);
            if (status is not (NtStatus.AccessDenied or NtStatus.SharingViolation) || !MayTryAgain(tries))
                return ResultOf(status);
        }
    }

    // What has the new name already is replaced, be it open or not; the old call wants it closed.
    private static int Rename(int file, int toRoot, ReadOnlySpan<char> to)
    {
        int status = NtFile.Set(file, NameRecord(ReplaceFlags, toRoot, to), NtFile.RenameInformationEx);
        return IsUnknown(status)
            ? NtFile.Set(file, NameRecord(ReplaceFlags & ~Posix, toRoot, to), NtFile.RenameInformation)
            : status;
    }

    // FILE_RENAME_INFORMATION and FILE_LINK_INFORMATION: flags, folder, length, name.
    private static byte[] NameRecord(uint flags, int root, ReadOnlySpan<char> name)
    {
        ReadOnlySpan<byte> octets = MemoryMarshal.AsBytes(name);
        byte[] record = new byte[24 + octets.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(record, flags);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(8), root);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(16), octets.Length);
        octets.CopyTo(record.AsSpan(20));
        return record;
    }

    // Windows before 10 1709, FAT, some servers' file systems.
    private static bool IsUnknown(int status)
        => status is NtStatus.InvalidInfoClass or NtStatus.InvalidParameter or NtStatus.NotSupported
            or NtStatus.NotImplemented or NtStatus.InvalidDeviceRequest;

    private static int CloseAgain(int descriptor)
    {
        if (descriptor < 0)
            return descriptor;
        NtFile.Close(descriptor);
        return 0;
    }

    private static int StampAndClose(int descriptor, out FileStamp stamp)
    {
        stamp = default;
        if (descriptor < 0)
            return descriptor;
        int result = WindowsStamp.Read(descriptor, out stamp);
        NtFile.Close(descriptor);
        return result;
    }
}
