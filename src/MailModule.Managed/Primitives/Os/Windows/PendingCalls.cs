using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>Overlapped calls that have not ended (ioapiset.h).</summary>
internal static unsafe partial class PendingCalls
{
    /// <summary>Ends all of a handle's, whichever thread has made them.</summary>
    public static void Cancel(nint handle) => _ = CancelIoEx(handle, null);

    [LibraryImport("kernel32")]
    private static partial int CancelIoEx(nint handle, void* one);
}
