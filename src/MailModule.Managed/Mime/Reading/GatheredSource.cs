using MailModule.Primitives;
using Microsoft.Win32.SafeHandles;

namespace MailModule.Mime.Reading;

/// <summary>
/// A message that comes piece by piece and once: gathered, a small one in memory, a larger one in a file that its owner
/// alone may read and that goes when it is closed.
/// </summary>
public sealed class GatheredSource : MessageSource
{
    private const int KeptInMemory = 256 * 1024;
    private const int PieceLength = 64 * 1024;

    private readonly MemoryStream _start = new();
    private SafeFileHandle? _file;
    private long _length;

    private GatheredSource()
    {
    }

    public override long Length => _length;

    /// <exception cref="IOException">The file cannot be written.</exception>
    public static Fault Gather(OctetReader reader, out MessageSource? source)
    {
        source = null;
        var gathered = new GatheredSource();
        bool isWhole = false;
        try
        {
            isWhole = gathered.TryFill(reader);
        }
        finally
        {
            if (!isWhole)
                gathered.Dispose();
        }
        if (!isWhole)
            return FaultReason.Because(Fault.Io, "the host's reader gave an error, or more than was asked for");
        source = gathered;
        return Fault.None;
    }

    public override int Read(long offset, Span<byte> buffer)
    {
        int count = (int)Math.Clamp(_length - offset, 0, buffer.Length);
        if (_file is not null)
            return RandomAccess.Read(_file, buffer[..count], offset);
        _start.GetBuffer().AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public override void Dispose()
    {
        _file?.Dispose();
        _start.Dispose();
    }

    private bool TryFill(OctetReader reader)
    {
        byte[] piece = new byte[PieceLength];
        while (true)
        {
            int count = reader(piece);
            if (count <= 0 || count > piece.Length)
                return count == 0;
            Add(piece.AsSpan(0, count));
        }
    }

    private void Add(ReadOnlySpan<byte> piece)
    {
        if (_file is null && _length + piece.Length > KeptInMemory)
        {
            // The platform makes such a file for its owner alone.
            _file = File.OpenHandle(
                Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
            RandomAccess.Write(_file, _start.GetBuffer().AsSpan(0, (int)_length), 0);
            _start.SetLength(0);
            _start.Capacity = 0;
        }
        if (_file is null)
            _start.Write(piece);
        else
            RandomAccess.Write(_file, piece, _length);
        _length += piece.Length;
    }
}
