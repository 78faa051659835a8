using System.Buffers.Binary;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>
/// The stamp of an open file on Windows. All that lies in homes counts as ours: who may change what is said by the
/// access lists of the folders, which no call of ours steps around. Only a link has an owner: whose it is decides
/// whether it is followed (<see cref="HomePath"/>).
/// </summary>
internal static class WindowsStamp
{
    private const long TicksTo1970 = 116_444_736_000_000_000;
    private const uint ReadOnlyFile = 0x1, IsReparsePoint = 0x400;

    // A reparse point that stands for another name.
    private const uint NameSurrogate = 0x2000_0000;

    private static readonly FileOwner s_others = new(uint.MaxValue, uint.MaxValue);

    /// <summary>S-1-5-18, the system itself, and S-1-5-32-544, the administrators.</summary>
    private static ReadOnlySpan<byte> SystemSid => [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
    private static ReadOnlySpan<byte> AdministratorsSid => [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];

    public static bool IsLink(uint tag) => (tag & NameSurrogate) != 0;

    public static int Read(int descriptor, out FileStamp stamp)
    {
        // FILE_ALL_INFORMATION: basic, standard, internal; the name at its end does not fit, and is not asked for.
        Span<byte> all = stackalloc byte[112];
        Span<byte> volume = stackalloc byte[32];
        stamp = default;
        int status = NtFile.Query(descriptor, all, NtFile.AllInformation);
        if (status is < 0 and not NtStatus.BufferOverflow)
            return WindowsErrors.ResultOfStatus(status);
        // Some file systems have no number: then all that have none are one.
        status = NtFile.QueryVolume(descriptor, volume, NtFile.VolumeInformation);
        if (status is < 0 and not NtStatus.BufferOverflow)
            volume.Clear();
        bool isLink = (Attributes(all) & IsReparsePoint) != 0 && ReadTag(descriptor, out uint tag) >= 0 && IsLink(tag);
        stamp = Of(all, BinaryPrimitives.ReadUInt32LittleEndian(volume[8..]), isLink)
            with
        { Owner = isLink && !IsAdministrators(descriptor) ? s_others : default };
        return 0;
    }

    /// <summary>The tag of a reparse point; 0 for what is none.</summary>
    public static int ReadTag(int descriptor, out uint tag)
    {
        Span<byte> both = stackalloc byte[8];
        int status = NtFile.Query(descriptor, both, NtFile.AttributeTagInformation);
        bool isPoint = status >= 0 && (BinaryPrimitives.ReadUInt32LittleEndian(both) & IsReparsePoint) != 0;
        tag = isPoint ? BinaryPrimitives.ReadUInt32LittleEndian(both[4..]) : 0;
        return WindowsErrors.ResultOfStatus(status);
    }

    /// <summary>Reads FILE_ALL_INFORMATION.</summary>
    internal static FileStamp Of(ReadOnlySpan<byte> all, uint volume, bool isLink)
    {
        long modified = BinaryPrimitives.ReadInt64LittleEndian(all[16..]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(all[48..]);
        uint links = BinaryPrimitives.ReadUInt32LittleEndian(all[56..]);
        bool isDeleted = all[60] != 0;
        bool isFolder = all[61] != 0;
        ulong index = BinaryPrimitives.ReadUInt64LittleEndian(all[64..]);
        return new FileStamp(volume, index, (modified - TicksTo1970) * 100, length)
        {
            Mode = isFolder ? 0x1C0 : (Attributes(all) & ReadOnlyFile) != 0 ? 0x100 : 0x180,
            IsDirectory = isFolder && !isLink,
            IsRegular = !isFolder && !isLink,
            IsSymbolicLink = isLink,
            Links = isDeleted ? 0 : links,
        };
    }

    private static uint Attributes(ReadOnlySpan<byte> all) => BinaryPrimitives.ReadUInt32LittleEndian(all[32..]);

    private static bool IsAdministrators(int link)
    {
        Span<byte> descriptor = stackalloc byte[128];
        // A second handle: to read whose it is, is not everybody's right.
        if (NtFile.Create(link, default, NtFile.ReadControl, NtFile.OpenExisting, NtFile.ReparsePoint, 0,
                out nint handle) < 0)
            return false;
        int status = NtFile.QueryOwner(handle, descriptor);
        NtFile.Close(handle);
        return status >= 0 && IsAdministratorsOwn(descriptor);
    }

    /// <summary>Reads a SECURITY_DESCRIPTOR_RELATIVE.</summary>
    internal static bool IsAdministratorsOwn(ReadOnlySpan<byte> descriptor)
    {
        int owner = BinaryPrimitives.ReadInt32LittleEndian(descriptor[4..]);
        return owner > 0 && owner < descriptor.Length
            && (descriptor[owner..].StartsWith(SystemSid) || descriptor[owner..].StartsWith(AdministratorsSid));
    }
}
