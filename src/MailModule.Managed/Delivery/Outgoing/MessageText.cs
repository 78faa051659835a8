using MailModule.Primitives;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// A message text that a host writes in pieces of any size, with any line ends: in memory while it is small, then in a file of mode 0600 that has no
/// name any more from its first octet on, so that a crash leaves nothing behind. One thread at a time.
/// </summary>
public sealed class MessageText(string scratchFolder) : IDisposable
{
    private const int MemoryLimit = 128 * 1024;

    private readonly MemoryStream _memory = new();
    private FileStream? _file;
    private bool _afterCr;
    private Fault _fault;

    /// <summary>Octets as written.</summary>
    public long Length { get; private set; }

    /// <summary>Octets with CRLF line ends, and one more line end if the last line has none.</summary>
    public long WireLength { get; private set; }

    public bool IsEightBit { get; private set; }
    public bool IsInMemory => _file is null;

    /// <summary>Appends octets. After a failure (<see cref="Fault.Full"/>, <see cref="Fault.Io"/>) every further call gives it again.</summary>
    public Fault Write(ReadOnlySpan<byte> octets)
    {
        if (_fault != Fault.None)
            return _fault;
        Count(octets);
        try
        {
            if (_file is null && _memory.Length + octets.Length > MemoryLimit)
                MoveToFile();
            ((Stream?)_file ?? _memory).Write(octets);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _fault = IsFull(e) ? Fault.Full : Fault.Io;
        }
        return _fault;
    }

    /// <summary>The text is whole; it can be read now.</summary>
    public Fault Finish()
    {
        if (_fault != Fault.None)
            return _fault;
        try
        {
            _file?.Flush();
        }
        catch (IOException e)
        {
            _fault = IsFull(e) ? Fault.Full : Fault.Io;
        }
        if (Length > 0 && !_endsLine)
            WireLength += 2;
        return _fault;
    }

    /// <summary>A reader from the first octet on; it takes the text over and disposes of it. One at a time.</summary>
    public Stream OpenRead()
    {
        Stream stream = (Stream?)_file ?? _memory;
        stream.Position = 0;
        return stream;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _memory.Dispose();
    }

    private bool _endsLine;

    // Each CR, LF or CRLF is one line end of two octets on the wire, wherever the pieces are cut.
    private void Count(ReadOnlySpan<byte> octets)
    {
        Length += octets.Length;
        if (octets.IsEmpty)
            return;
        if (!IsEightBit && octets.IndexOfAnyInRange((byte)0x80, (byte)0xFF) >= 0)
            IsEightBit = true;
        ReadOnlySpan<byte> rest = octets;
        if (_afterCr && rest[0] == '\n')
            rest = rest[1..];
        WireLength += rest.Length;
        while (rest.IndexOfAny((byte)'\r', (byte)'\n') is var at && at >= 0)
        {
            bool isPair = rest[at] == '\r' && at + 1 < rest.Length && rest[at + 1] == '\n';
            WireLength += isPair ? 0 : 1;
            rest = rest[(at + (isPair ? 2 : 1))..];
        }
        _afterCr = octets[^1] == '\r';
        _endsLine = octets[^1] is (byte)'\r' or (byte)'\n';
    }

    private void MoveToFile()
    {
        Directory.CreateDirectory(scratchFolder);
        string path = Path.Combine(scratchFolder, $"outgoing-{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        _memory.WriteTo(_file);
        _memory.SetLength(0);
        _memory.Capacity = 0;
    }

    // ENOSPC and EDQUOT on Unix; ERROR_DISK_FULL on Windows.
    private static bool IsFull(Exception e) => (e.HResult & 0xFFFF) is 28 or 122 or 112;
}
