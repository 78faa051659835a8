using System.Buffers.Binary;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>
/// Handles that a host has opened, as <see cref="Descriptors"/> has them: of a file, a pipe, a socket, a console. One
/// may have been opened for reads that do not wait; so a read here waits for an event of its own.
/// </summary>
internal static class WindowsDescriptors
{
    private const int LongestPause = 8;

    /// <summary>
    /// A file is opened once more, so that its offset is our own; a file that its opener shares with nobody, and what
    /// is no file, gets a second handle.
    /// </summary>
    public static int Duplicate(int descriptor)
    {
        if (descriptor <= 0 || HandleCalls.TypeOf(descriptor) == HandleCalls.Unknown)
            return -Errno.BadDescriptor;
        if (HandleCalls.TypeOf(descriptor) == HandleCalls.OnDisk && Reopen(descriptor) is > 0 and var file)
            return file;
        nint own = HandleCalls.Duplicate(descriptor);
        return own == 0 ? WindowsErrors.Result(Win32Error.Last) : (int)own;
    }

    public static long OffsetOf(int descriptor)
    {
        if (HandleCalls.TypeOf(descriptor) != HandleCalls.OnDisk)
            return -Errno.NotSupported;
        Span<byte> offset = stackalloc byte[sizeof(long)];
        int status = NtFile.Query(descriptor, offset, NtFile.PositionInformation);
        return status < 0
            ? WindowsErrors.ResultOfStatus(status)
            : BinaryPrimitives.ReadInt64LittleEndian(offset);
    }

    /// <summary>As <see cref="Descriptors.WaitForInput"/>. Nothing tells when a pipe has something to read: it is
    /// asked again and again.</summary>
    public static int WaitForInput(int descriptor, int milliseconds)
    {
        if (HandleCalls.TypeOf(descriptor) != HandleCalls.PipeOrSocket)
            return !HandleCalls.IsConsole(descriptor) || HandleCalls.Wait(descriptor, milliseconds) ? 1 : 0;
        if (!HandleCalls.IsPipe(descriptor))
            return HandleCalls.PollSocket(descriptor, milliseconds) == 0 ? 0 : 1;
        for (int pause = 1; milliseconds > 0; milliseconds -= pause, pause = Math.Min(pause * 2, LongestPause))
        {
            if (HandleCalls.WaitingInPipe(descriptor) != 0)
                return 1;
            NtFile.Pause(pause);
        }
        return HandleCalls.WaitingInPipe(descriptor) != 0 ? 1 : 0;
    }

    public static int Read(int descriptor, Span<byte> buffer) => Read(descriptor, buffer, offset: -1);

    public static int ReadAt(int descriptor, Span<byte> buffer, long offset, out int count)
    {
        int result = 1;
        for (count = 0; count < buffer.Length && result > 0; count += Math.Max(0, result))
            result = Read(descriptor, buffer[count..], offset + count);
        return Math.Min(result, 0);
    }

    private static int Read(int descriptor, Span<byte> buffer, long offset)
    {
        nint done = HandleCalls.NewEvent();
        int status = NtFile.Read(descriptor, buffer, offset, done, out int count);
        NtFile.Close(done);
        return status is NtStatus.EndOfFile or NtStatus.PipeBroken ? 0
            : status < 0 ? WindowsErrors.ResultOfStatus(status) : count;
    }

    private static int Reopen(int descriptor)
        => NtFile.Create(descriptor, default, NtFile.ReadData, NtFile.OpenExisting, NtFile.NoFolder, 0,
            out nint own) < 0 ? -1 : (int)own;
}
