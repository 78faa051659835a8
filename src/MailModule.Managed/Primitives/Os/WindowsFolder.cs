using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>The entries of a folder on Windows, as the records that <see cref="DirectoryRecords"/> walks
/// through.</summary>
internal static class WindowsFolder
{
    // FILE_DIRECTORY_INFORMATION: the next one's offset, …, attributes, octets of the name, name.
    private const int AttributesAt = 56, NameLengthAt = 60, NameAt = 64;
    private const uint IsFolder = 0x10, IsReparsePoint = 0x400;

    /// <summary>As <see cref="FileCalls.ReadDirectory"/>.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        // A name takes half as much again in UTF-8, at most.
        byte[] records = ArrayPool<byte>.Shared.Rent(buffer.Length);
        int status = NtFile.QueryDirectory(descriptor, records.AsSpan(0, buffer.Length / 3 * 2), out int count);
        int written = status < 0 ? 0 : Convert(records.AsSpan(0, count), buffer);
        ArrayPool<byte>.Shared.Return(records);
        return status is >= 0 or NtStatus.NoMoreFiles or NtStatus.NoSuchFile
            ? written
            : WindowsErrors.ResultOfStatus(status);
    }

    /// <summary>Octets written; the room is half as large again as the records.</summary>
    internal static int Convert(ReadOnlySpan<byte> records, Span<byte> room)
    {
        int at = 0;
        while (records.Length > NameAt)
        {
            int next = BinaryPrimitives.ReadInt32LittleEndian(records);
            int length = BinaryPrimitives.ReadInt32LittleEndian(records[NameLengthAt..]);
            uint attributes = BinaryPrimitives.ReadUInt32LittleEndian(records[AttributesAt..]);
            ReadOnlySpan<char> name = MemoryMarshal.Cast<byte, char>(records.Slice(NameAt, length));
            at += DirectoryRecords.Write(room[at..], name, KindOf(attributes));
            if (next == 0)
                break;
            records = records[next..];
        }
        return at;
    }

    // What a reparse point is, only the point itself tells.
    private static byte KindOf(uint attributes)
        => (attributes & IsReparsePoint) != 0 ? DirectoryRecords.Unknown
            : (attributes & IsFolder) != 0 ? DirectoryRecords.Directory : DirectoryRecords.Regular;
}
