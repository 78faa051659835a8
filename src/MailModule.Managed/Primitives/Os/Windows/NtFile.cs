using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>
/// ntdll's file calls. Each gives an NTSTATUS. Names are UTF-16; one counts from an open folder, or is a whole NT path
/// (<c>\??\C:\…</c>). No handle is inherited by a child.
/// </summary>
internal static unsafe partial class NtFile
{
    // Access.
    public const uint ReadData = 0x1, WriteData = 0x2, Traverse = 0x20, ReadAttributes = 0x80, WriteAttributes = 0x100;
    public const uint Delete = 0x10000, ReadControl = 0x20000, Synchronize = 0x100000;

    // What is to be done where the name is there, and where it is not.
    public const uint OpenExisting = 1, CreateNew = 2, OpenOrCreate = 3;

    // Options of opening.
    public const uint Folder = 0x1, WriteThrough = 0x2, Synchronous = 0x20, NoFolder = 0x40, DeleteOnClose = 0x1000,
        ReparsePoint = 0x200000;

    /// <summary>A file's attributes, if it has none of its own.</summary>
    public const uint NormalFile = 0x80;

    /// <summary>No link on the way is followed (Windows 10 1607).</summary>
    public const uint DoNotReparse = 0x1000;

    // Kinds of information.
    public const int DirectoryInformation = 1, BasicInformation = 4, RenameInformation = 10, LinkInformation = 11,
        DispositionInformation = 13, PositionInformation = 14, AllInformation = 18, AttributeTagInformation = 35,
        DispositionInformationEx = 64, RenameInformationEx = 65;
    public const int VolumeInformation = 1, VolumeFullSizeInformation = 7;

    public const uint GetReparsePoint = 0x900A8;

    private const uint CaseInsensitive = 0x40;
    private const uint ShareAll = 0x7;
    private const int NameLimit = 0x7FF0;

    [StructLayout(LayoutKind.Sequential)]
    private struct UnicodeString
    {
        public ushort Length, MaximumLength;
        public char* Buffer;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ObjectAttributes
    {
        public uint Length;
        public nint RootDirectory;
        public UnicodeString* ObjectName;
        public uint Attributes;
        public void* SecurityDescriptor, SecurityQualityOfService;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IoStatus
    {
        public nint Status;
        public nuint Information;
    }

    /// <summary>Opens or makes a file or folder, shared with all others in every way; reads and writes wait.</summary>
    /// <param name="root">The folder that the name counts from; 0: none.</param>
    public static int Create(
        nint root, ReadOnlySpan<char> name, uint access, uint disposition, uint options, uint attributes,
        out nint handle)
    {
        handle = 0;
        if (name.Length > NameLimit)
            return NtStatus.NameTooLong;
        fixed (char* p = name)
        fixed (nint* opened = &handle)
        {
            UnicodeString text = Text(p, name.Length);
            ObjectAttributes place = Place(root, &text, attributes);
            IoStatus io;
            return NtCreateFile(opened, access | Synchronize | ReadAttributes, &place, &io, null, NormalFile, ShareAll,
                disposition, options | Synchronous, null, 0);
        }
    }

    /// <summary>Looks whether anything has a name, without opening it.</summary>
    public static int QueryAttributes(ReadOnlySpan<char> name)
    {
        if (name.Length > NameLimit)
            return NtStatus.NameTooLong;
        byte* basic = stackalloc byte[40];
        fixed (char* p = name)
        {
            UnicodeString text = Text(p, name.Length);
            ObjectAttributes place = Place(0, &text, 0);
            return NtQueryAttributesFile(&place, basic);
        }
    }

    /// <param name="offset">Below 0: where the handle is.</param>
    /// <param name="done">An event, for a handle whose reads do not wait by themselves; 0 for any other.</param>
    public static int Read(nint handle, Span<byte> buffer, long offset, nint done, out int count)
    {
        IoStatus io = default;
        int status;
        fixed (byte* p = buffer)
        {
            status = NtReadFile(
                handle, done, 0, 0, &io, p, (uint)buffer.Length, offset < 0 ? null : &offset, null);
            if (status == NtStatus.Pending)
            {
                _ = NtWaitForSingleObject(done == 0 ? handle : done, 0, null);
                status = (int)io.Status;
            }
        }
        // A part of a pipe's message: the rest comes with the next read.
        if (status == NtStatus.BufferOverflow)
            status = 0;
        count = status < 0 ? 0 : (int)io.Information;
        return status;
    }

    /// <param name="offset">Below 0: where the handle is.</param>
    public static int Write(nint handle, ReadOnlySpan<byte> octets, long offset, out int count)
    {
        IoStatus io = default;
        int status;
        fixed (byte* p = octets)
            status = NtWriteFile(
                handle, 0, 0, 0, &io, p, (uint)octets.Length, offset < 0 ? null : &offset, null);
        count = status < 0 ? 0 : (int)io.Information;
        return status;
    }

    public static int Flush(nint handle)
    {
        IoStatus io;
        return NtFlushBuffersFile(handle, &io);
    }

    public static int Query(nint handle, Span<byte> information, int kind)
    {
        IoStatus io;
        fixed (byte* p = information)
            return NtQueryInformationFile(handle, &io, p, (uint)information.Length, kind);
    }

    public static int Set(nint handle, ReadOnlySpan<byte> information, int kind)
    {
        IoStatus io;
        fixed (byte* p = information)
            return NtSetInformationFile(handle, &io, p, (uint)information.Length, kind);
    }

    public static int QueryVolume(nint handle, Span<byte> information, int kind)
    {
        IoStatus io;
        fixed (byte* p = information)
            return NtQueryVolumeInformationFile(handle, &io, p, (uint)information.Length, kind);
    }

    /// <summary>The next records of a folder's entries.</summary>
    public static int QueryDirectory(nint handle, Span<byte> records, out int count)
    {
        IoStatus io = default;
        int status;
        fixed (byte* p = records)
            status = NtQueryDirectoryFile(
                handle, 0, 0, 0, &io, p, (uint)records.Length, DirectoryInformation, 0, null, 0);
        count = status < 0 ? 0 : (int)io.Information;
        return status;
    }

    /// <summary>What the file system is asked for beside its calls (FSCTL_…).</summary>
    public static int Control(nint handle, uint code, Span<byte> answer)
    {
        IoStatus io;
        fixed (byte* p = answer)
            return NtFsControlFile(handle, 0, 0, 0, &io, code, null, 0, p, (uint)answer.Length);
    }

    /// <summary>The owner's part of an object's security descriptor.</summary>
    public static int QueryOwner(nint handle, Span<byte> descriptor)
    {
        const uint owner = 1;
        uint needed;
        fixed (byte* p = descriptor)
            return NtQuerySecurityObject(handle, owner, p, (uint)descriptor.Length, &needed);
    }

    public static int Close(nint handle) => NtClose(handle);

    /// <summary>Lets others run for a moment.</summary>
    public static void Pause(int milliseconds)
    {
        long ticks = -10_000L * milliseconds;
        _ = NtDelayExecution(0, &ticks);
    }

    private static UnicodeString Text(char* text, int length) => new()
    {
        Length = (ushort)(length * sizeof(char)),
        MaximumLength = (ushort)(length * sizeof(char)),
        Buffer = text,
    };

    private static ObjectAttributes Place(nint root, UnicodeString* name, uint attributes) => new()
    {
        Length = (uint)sizeof(ObjectAttributes),
        RootDirectory = root,
        ObjectName = name,
        Attributes = CaseInsensitive | attributes,
    };

    [LibraryImport("ntdll")]
    private static partial int NtCreateFile(
        nint* handle, uint access, ObjectAttributes* place, IoStatus* io, long* size, uint attributes, uint share,
        uint disposition, uint options, void* extended, uint extendedLength);

    [LibraryImport("ntdll")]
    private static partial int NtQueryAttributesFile(ObjectAttributes* place, void* basic);

    [LibraryImport("ntdll")]
    private static partial int NtReadFile(
        nint handle, nint done, nint routine, nint argument, IoStatus* io, void* buffer, uint length, long* offset,
        uint* key);

    [LibraryImport("ntdll")]
    private static partial int NtWriteFile(
        nint handle, nint done, nint routine, nint argument, IoStatus* io, void* buffer, uint length, long* offset,
        uint* key);

    [LibraryImport("ntdll")]
    private static partial int NtFlushBuffersFile(nint handle, IoStatus* io);

    [LibraryImport("ntdll")]
    private static partial int NtQueryInformationFile(
        nint handle, IoStatus* io, void* information, uint length, int kind);

    [LibraryImport("ntdll")]
    private static partial int NtSetInformationFile(
        nint handle, IoStatus* io, void* information, uint length, int kind);

    [LibraryImport("ntdll")]
    private static partial int NtQueryVolumeInformationFile(
        nint handle, IoStatus* io, void* information, uint length, int kind);

    [LibraryImport("ntdll")]
    private static partial int NtQueryDirectoryFile(
        nint handle, nint done, nint routine, nint argument, IoStatus* io, void* records, uint length, int kind,
        byte single, UnicodeString* name, byte restart);

    [LibraryImport("ntdll")]
    private static partial int NtFsControlFile(
        nint handle, nint done, nint routine, nint argument, IoStatus* io, uint code, void* input, uint inputLength,
        void* output, uint outputLength);

    [LibraryImport("ntdll")]
    private static partial int NtQuerySecurityObject(
        nint handle, uint parts, void* descriptor, uint length, uint* needed);

    [LibraryImport("ntdll")]
    private static partial int NtWaitForSingleObject(nint handle, byte alertable, long* time);

    [LibraryImport("ntdll")]
    private static partial int NtDelayExecution(byte alertable, long* time);

    [LibraryImport("ntdll")]
    private static partial int NtClose(nint handle);
}
