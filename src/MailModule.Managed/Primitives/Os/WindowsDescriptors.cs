using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>
/// <see cref="Descriptors"/> on Windows: handles of files, pipes and the console, not opened for overlapped use.
/// Sockets are refused: they are read by calls of their own.
/// </summary>
internal static class WindowsDescriptors
{
    private const int LookMilliseconds = 5;

    /// <summary>A file is opened anew where it is shared, for a duplicate has the host's offset and would move it.
    /// </summary>
    public static int Duplicate(int descriptor)
    {
        int kind = HostHandles.KindOf(descriptor);
        if (kind == 0)
            return -Errno.BadDescriptor;
        if (kind == HostHandles.KindPipe && !HostHandles.IsPipe(descriptor))
            return -Errno.NotSupported;
        if (kind == HostHandles.KindDisk && HostHandles.Reopen(descriptor) is not -1 and var reopened)
            return (int)reopened;
        int result = WindowsErrors.Result(HostHandles.Duplicate(descriptor, out nint own));
        return result < 0 ? result : (int)own;
    }

    public static long OffsetOf(int descriptor)
        => HostHandles.KindOf(descriptor) != HostHandles.KindDisk ? -Errno.NotSupported
            : WindowsErrors.Result(HostHandles.FindOffset(descriptor, out long offset)) is < 0 and var failed ? failed
            : offset;

    /// <summary>A pipe tells nobody that it has got octets, so it is looked at again and again.</summary>
    public static int WaitForInput(int descriptor, int milliseconds)
    {
        if (HostHandles.KindOf(descriptor) != HostHandles.KindPipe)
            return 1;
        var pause = new Parker();
        for (int waited = 0; ; waited += LookMilliseconds)
        {
            // An error is an end, or the read tells of it.
            if (HostHandles.CountOctets(descriptor, out uint count) != Win32Error.Success || count > 0)
                return 1;
            if (waited >= milliseconds)
                return 0;
            pause.Park(TimeSpan.FromMilliseconds(LookMilliseconds));
        }
    }
}
