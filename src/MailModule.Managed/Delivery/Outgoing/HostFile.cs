using MailModule.Primitives;
using MailModule.Primitives.Os;
using Microsoft.Win32.SafeHandles;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// A file of the host's that a text comes from: a path, or a descriptor from its offset on. Never written, and its offset never moved, if it has one. Reading a pipe blocks; disposing of it
/// meanwhile is allowed, and takes effect when the read ends.
/// </summary>
public sealed class HostFile : IDiskFile
{
    private readonly SafeFileHandle _handle;
    private readonly long _start;

    private HostFile(SafeFileHandle handle, long start)
    {
        _handle = handle;
        _start = Math.Max(0, start);
        HasPlaces = start >= 0;
    }

    /// <summary>It can be read anywhere and more than once; else from front to back, once.</summary>
    public bool HasPlaces { get; }

    /// <summary>From the start on.</summary>
    public long Length => HasPlaces ? Math.Max(0, RandomAccess.GetLength(_handle) - _start) : 0;

    /// <summary><see cref="Fault.NotFound"/>, <see cref="Fault.Io"/> (a directory, no right to read it), <see cref="Fault.Full"/>.</summary>
    public static Fault TryOpen(string path, out HostFile? file)
    {
        file = null;
        try
        {
            SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file = new HostFile(handle, Descriptors.OffsetOf((int)handle.DangerousGetHandle()));
            return Fault.None;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fault.NotFound;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return e is IOException && (e.HResult & 0xFFFF) is Errno.TooManyFiles or Errno.TooManyFilesInSystem ? Fault.Full : Fault.Io;
        }
    }

    /// <summary>A file of our own for what a descriptor reads. <see cref="Fault.Argument"/> if it is not open, <see cref="Fault.Full"/>.</summary>
    public static Fault TryDuplicate(int descriptor, out HostFile? file)
    {
        file = null;
        int own = Descriptors.Duplicate(descriptor);
        if (own < 0)
            return Errno.ToFault(own) == Fault.Full ? Fault.Full : Fault.Argument;
        file = new HostFile(new SafeFileHandle(own, ownsHandle: true), Descriptors.OffsetOf(own));
        return Fault.None;
    }

    public Fault Read(Span<byte> buffer, long offset, out int count)
    {
        count = 0;
        try
        {
            while (count < buffer.Length && RandomAccess.Read(_handle, buffer[count..], _start + offset + count) is > 0 and var read)
            {
                count += read;
                if (!HasPlaces)
                    break;
            }
            return Fault.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            return Fault.Io;
        }
    }

    public Fault Write(ReadOnlySpan<byte> octets, long offset) => Fault.NotSupported;

    public Fault Sync() => Fault.NotSupported;

    public void Dispose() => _handle.Dispose();
}
