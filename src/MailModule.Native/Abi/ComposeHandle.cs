using MailModule.Mime.Composing;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What an <c>mm_compose</c> stands for. The lock is for hosts that use it from two threads all the same.
/// </summary>
internal sealed class ComposeHandle
{
    private const int PieceLength = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly ComposedMessage _message = new(TimeProvider.System);
    private bool _isClosed;

    private ComposeHandle() => Address = HandleTable.Add(this);

    public nint Address { get; }

    public static Fault Open(out nint handle)
    {
        handle = new ComposeHandle().Address;
        return handle == 0 ? HandleTable.TooMany : Fault.None;
    }

    public Fault Use(Func<ComposedMessage, Fault> use)
    {
        lock (_lock)
            return _isClosed ? Freed : use(_message);
    }

    public Fault Read(Span<byte> buffer, out int count)
    {
        count = 0;
        lock (_lock)
            return _isClosed ? Freed : _message.Read(buffer, out count);
    }

    /// <exception cref="IOException">The file is there, or cannot be written.</exception>
    public Fault WriteFile(string path)
    {
        lock (_lock)
        {
            if (_isClosed)
                return Freed;
            if (_message.IsBegun)
                return FaultReason.Because(Fault.State, "the message is being read");
            var fault = Fault.Io;
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
            try
            {
                using (file)
                    fault = CopyTo(file);
            }
            finally
            {
                if (fault != Fault.None)
                    File.Delete(path);
            }
            return fault;
        }
    }

    public Fault Free()
    {
        lock (_lock)
        {
            if (_isClosed)
                return Freed;
            _isClosed = true;
            HandleTable.Remove(Address);
            _message.Dispose();
            return Fault.None;
        }
    }

    private static Fault Freed => FaultReason.Because(Fault.Handle, "another thread has freed it");

    private Fault CopyTo(FileStream file)
    {
        byte[] piece = new byte[PieceLength];
        while (true)
        {
            var fault = _message.Read(piece, out int count);
            if (fault != Fault.None || count == 0)
                return fault;
            file.Write(piece, 0, count);
        }
    }
}
