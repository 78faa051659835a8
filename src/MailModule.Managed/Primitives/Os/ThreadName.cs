using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>The name a thread shows to the system (ps, top, debuggers).</summary>
internal static partial class ThreadName
{
    /// <summary>Names the calling thread; Linux keeps 15 characters.</summary>
    public static void Set(string name)
    {
        if (OperatingSystem.IsWindows())
            Thread.CurrentThread.Name = name;
        else if (OperatingSystem.IsLinux())
            _ = pthread_setname_np(pthread_self(), name.Length > 15 ? name[..15] : name);
    }

    [LibraryImport("libc")]
    private static partial nint pthread_self();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int pthread_setname_np(nint thread, string name);
}
