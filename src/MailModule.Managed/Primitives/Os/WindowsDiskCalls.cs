using System.Buffers.Binary;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary><see cref="DiskCalls"/> on Windows.</summary>
internal static class WindowsDiskCalls
{
    public static int ReadAt(int descriptor, Span<byte> buffer, long offset, out int count)
    {
        count = 0;
        while (count < buffer.Length)
        {
            int status = NtFile.Read(descriptor, buffer[count..], offset + count, done: 0, out int read);
            if (status == NtStatus.EndOfFile || status >= 0 && read == 0)
                break;
            if (status < 0)
                return WindowsErrors.ResultOfStatus(status);
            count += read;
        }
        return 0;
    }

    public static int WriteAt(int descriptor, ReadOnlySpan<byte> octets, long offset)
    {
        while (!octets.IsEmpty)
        {
            int status = NtFile.Write(descriptor, octets, offset, out int written);
            if (status < 0)
                return WindowsErrors.ResultOfStatus(status);
            if (written == 0)
                return -Errno.Io;
            octets = octets[written..];
            offset += written;
        }
        return 0;
    }

    public static long Length(int descriptor)
        => WindowsStamp.Read(descriptor, out FileStamp stamp) < 0 ? 0 : stamp.Length;

    /// <summary>For this process's user, whose quota counts.</summary>
    public static long FreeSpace(ReadOnlySpan<byte> path)
    {
        int folder = FileCalls.Real.OpenReadNonBlocking(path);
        if (folder < 0)
            return 0;
        // FILE_FS_FULL_SIZE_INFORMATION: units of all, units for the caller, units free, sectors of a unit, octets of
        // a sector.
        Span<byte> sizes = stackalloc byte[32];
        int status = NtFile.QueryVolume(folder, sizes, NtFile.VolumeFullSizeInformation);
        NtFile.Close(folder);
        if (status < 0)
            return 0;
        ulong units = BinaryPrimitives.ReadUInt64LittleEndian(sizes[8..]);
        ulong unit = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(sizes[24..])
            * BinaryPrimitives.ReadUInt32LittleEndian(sizes[28..]);
        return unit > 0 && units > long.MaxValue / unit ? long.MaxValue : (long)(units * unit);
    }
}
