using MailModule.Primitives;
using MailModule.Primitives.Os;
using Microsoft.Win32.SafeHandles;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// A file of the host program that a message's content comes from: a path, or a descriptor from its offset on. It is
/// never written, and its offset, if it has one, never moved. Disposing of it during a read is allowed, and takes
/// effect when the read ends.
/// </summary>
internal sealed class ContentFile : IDiskFile
{
    /// <summary>How soon a read that waits for a pipe's writer sees that the content is not wanted any more.</summary>
    private const int CancelMilliseconds = 20;

    private readonly SafeFileHandle _handle;
    private readonly long _start;

    private ContentFile(SafeFileHandle handle, long start)
    {
        _handle = handle;
        _start = Math.Max(0, start);
        IsSeekable = start >= 0;
    }

    /// <summary>The file can be read anywhere and more than once; else from front to back, once.</summary>
    public bool IsSeekable { get; }

    /// <summary>Octets from the start offset on; 0 unless <see cref="IsSeekable"/>.</summary>
    public long Length => IsSeekable ? Math.Max(0, RandomAccess.GetLength(_handle) - _start) : 0;

    /// <summary>
    /// <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/> (a directory, no right to read it),
    /// <see cref="Fault.Full"/>.
    /// </summary>
    public static Fault TryOpen(string path, out ContentFile? file)
    {
        file = null;
        try
        {
            const FileShare Share = FileShare.ReadWrite | FileShare.Delete;
            SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, Share);
            file = new ContentFile(handle, Descriptors.OffsetOf((int)handle.DangerousGetHandle()));
            return Fault.None;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return FaultReason.Because(Fault.NotFound, $"{path}: there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            bool isFull = e is IOException { HResult: Errno.TooManyFiles or Errno.TooManyFilesInSystem };
            string wrong = Directory.Exists(path) ? "it is a folder" : ExceptionWords.Of(e);
            return FaultReason.Because(isFull ? Fault.Full : Fault.Io, $"{path}: {wrong}");
        }
    }

    /// <summary>
    /// A duplicate of a descriptor, which this object owns. <see cref="Fault.Argument"/> if the descriptor is not open,
    /// <see cref="Fault.Full"/>.
    /// </summary>
    public static Fault TryDuplicate(int descriptor, out ContentFile? file)
    {
        file = null;
        int own = Descriptors.Duplicate(descriptor);
        if (own == -Errno.BadDescriptor)
            return FaultReason.Because(Fault.Argument, $"no descriptor {descriptor} is open");
        if (own < 0)
        {
            Fault fault = SystemFault.Of(own) == Fault.Full ? Fault.Full : Fault.Argument;
            return FaultReason.Because(fault, SystemFault.WordsOf(-own));
        }
        file = new ContentFile(new SafeFileHandle(own, ownsHandle: true), Descriptors.OffsetOf(descriptor));
        return Fault.None;
    }

    /// <summary>For a file that <see cref="IsSeekable"/>.</summary>
    public Fault Read(Span<byte> buffer, long offset, out int count)
    {
        count = 0;
        bool isOpen = false;
        try
        {
            _handle.DangerousAddRef(ref isOpen);
            int result = Descriptors.ReadAt(
                (int)_handle.DangerousGetHandle(), buffer, _start + offset, out count);
            if (result >= 0)
                return Fault.None;
            string wrong = SystemFault.Describe(SystemFault.Of(result));
            return FaultReason.Because(Fault.Io, $"the content's file cannot be read: {wrong}");
        }
        catch (ObjectDisposedException e)
        {
            return FaultReason.Because(Fault.Io, $"the content's file cannot be read: {ExceptionWords.Of(e)}");
        }
        finally
        {
            if (isOpen)
                _handle.DangerousRelease();
        }
    }

    /// <summary>
    /// For a file that is not seekable, its next octets: waits for at least one; 0 at the end.
    /// <see cref="Fault.Cancelled"/> soon after a cancel is asked for.
    /// </summary>
    public Fault ReadNext(Span<byte> buffer, Func<bool> isCancelled, out int count)
    {
        count = 0;
        bool isOpen = false;
        try
        {
            _handle.DangerousAddRef(ref isOpen);
            return ReadNext((int)_handle.DangerousGetHandle(), buffer, isCancelled, out count);
        }
        catch (ObjectDisposedException)
        {
            return Fault.Io;
        }
        finally
        {
            if (isOpen)
                _handle.DangerousRelease();
        }
    }

    public Fault Write(ReadOnlySpan<byte> octets, long offset) => Fault.NotSupported;

    public Fault Sync() => Fault.NotSupported;

    public void Dispose() => _handle.Dispose();

    // The host program may have made the descriptor non-blocking.
    private static Fault ReadNext(int descriptor, Span<byte> buffer, Func<bool> isCancelled, out int count)
    {
        count = 0;
        while (!isCancelled())
        {
            int result = Descriptors.WaitForInput(descriptor, CancelMilliseconds);
            if (result == 0)
                continue;
            if (result > 0)
                result = Descriptors.Read(descriptor, buffer);
            count = Math.Max(0, result);
            if (result >= 0)
                return Fault.None;
            if (result is -Errno.Interrupted or -Errno.Again)
                continue;
            string wrong = SystemFault.Describe(SystemFault.Of(result));
            return FaultReason.Because(Fault.Io, $"the content's descriptor cannot be read: {wrong}");
        }
        return Fault.Cancelled;
    }
}
