using System.Runtime.InteropServices;
using System.Text;

namespace MailModule.Primitives.Os;

/// <summary>What this process may do in folders, and what others may do there.</summary>
internal static unsafe partial class FolderRights
{
    private const int WriteAndSearch = 2 | 1;
    private const int ByOurRights = 0x200;
    private const int OthersRead = 0x24; // 0044
    private const int OthersWrite = 0x12; // 0022

    /// <summary>
    /// Why this process cannot make files in a folder, or the folder itself where it is not there yet; null if it can,
    /// or where that is not told.
    /// </summary>
    public static string? Problem(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        string there = path;
        FileStamp stamp;
        while (FileCalls.Real.Stat(Octets(there), out stamp) == -Errno.NoEntry && there != "/")
            there = FilePath.Above(there);
        if (!stamp.IsDirectory)
            return there == path ? "it is no folder" : $"{there} is no folder";
        fixed (byte* p = Octets(there))
            return faccessat(FileCalls.CurrentDirectory, p, WriteAndSearch, ByOurRights) == 0
                ? null
                : $"the user who asks (number {FileOwner.Us.User}) may not write to "
                    + (there == path ? "it" : there);
    }

    /// <summary>Others than the owner can read a file; false where there are no modes.</summary>
    public static bool OthersMayRead(string path) => HasMode(path, OthersRead);

    /// <summary>Others than the owner can put something there.</summary>
    public static bool OthersMayWrite(string path) => HasMode(path, OthersWrite);

    private static bool HasMode(string path, int mode)
        => !OperatingSystem.IsWindows() && FileCalls.Real.Stat(Octets(path), out FileStamp stamp) >= 0
            && (stamp.Mode & mode) != 0;

    private static byte[] Octets(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    [LibraryImport("libc", SetLastError = true)]
    private static partial int faccessat(int folder, byte* path, int mode, int flags);
}
