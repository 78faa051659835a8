using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>The path of what is open.</summary>
internal static unsafe partial class HandlePath
{
    /// <summary>With <c>\\?\</c> in front; null where the system does not tell.</summary>
    public static string? Of(nint handle)
    {
        char[] room = new char[short.MaxValue];
        fixed (char* path = room)
        {
            uint length = GetFinalPathNameByHandleW(handle, path, (uint)room.Length, 0);
            return length == 0 || length >= room.Length ? null : new string(path, 0, (int)length);
        }
    }

    [LibraryImport("kernel32")]
    private static partial uint GetFinalPathNameByHandleW(nint handle, char* path, uint length, uint flags);
}
