using MailModule.Lines;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// A message text that a host writes in pieces of any size, with any line ends: in memory while it is small, then in a file of mode 0600 that has no
/// name any more from its first octet on, so that a crash leaves no text behind. One thread at a time.
/// </summary>
/// <param name="scratchFolder">Where the file is made; made itself, with the folders above it, when it is first needed.</param>
public sealed class MessageText(string scratchFolder, IDisk? disk = null) : IDisposable
{
    private const int MemoryLimit = 128 * 1024;
    private const int FirstMemory = 4 * 1024;

    private readonly IDisk _disk = disk ?? Disk.Real;
    /// <summary>All of the text, or what comes after the file's last octet.</summary>
    private byte[] _memory = [];
    private int _inMemory;
    private IDiskFile? _file;
    private WireLength _wireLength;
    private bool _isFinished;
    private Fault _fault;

    /// <summary>Octets as written.</summary>
    public long Length { get; private set; }

    /// <summary>Octets with CRLF line ends, one after the last line included.</summary>
    public long WireLength => _wireLength.Total;

    public bool IsEightBit { get; private set; }
    public bool IsInMemory => _file is null;

    /// <summary>Appends octets. After a failure (<see cref="Fault.Full"/>, <see cref="Fault.Io"/>) every further call gives it again.</summary>
    public Fault Write(ReadOnlySpan<byte> octets)
    {
        Measure(octets);
        while (_fault == Fault.None && !octets.IsEmpty)
        {
            MakeRoom(octets.Length);
            int count = Math.Min(octets.Length, _memory.Length - _inMemory);
            octets[..count].CopyTo(_memory.AsSpan(_inMemory));
            _inMemory += count;
            Length += count;
            octets = octets[count..];
        }
        return _fault;
    }

    /// <summary>
    /// Takes the whole text from a file: what is small or can be read only once by copying it; else it stays there and is measured, and this object disposes of the file at its end.
    /// In place of <see cref="Write"/>. Blocks. <see cref="Fault.Cancelled"/> soon after it is asked for.
    /// </summary>
    public Fault Take(HostFile file, Func<bool> isCancelled)
    {
        bool stays = file.HasPlaces && file.Length > MemoryLimit;
        byte[] piece = GC.AllocateUninitializedArray<byte>(MemoryLimit);
        long at = 0;
        while (_fault == Fault.None)
        {
            int count = 0;
            _fault = !file.HasPlaces ? file.ReadNext(piece, isCancelled, out count) : isCancelled() ? Fault.Cancelled : file.Read(piece, at, out count);
            if (_fault != Fault.None || count == 0)
                break;
            at += count;
            if (stays)
                Measure(piece.AsSpan(0, count));
            else
                Write(piece.AsSpan(0, count));
        }
        if (!stays)
        {
            file.Dispose();
            return _fault;
        }
        _file = file;
        Length = at;
        return _fault;
    }

    /// <summary>The text is whole; it can be read now, by any thread.</summary>
    public Fault Finish()
    {
        if (_isFinished)
            return _fault;
        _isFinished = true;
        if (_file is null or HostFile || _fault != Fault.None)
            return _fault;
        Flush();
        _memory = [];
        return _fault;
    }

    /// <summary>Fills the buffer from an offset on, as far as the text goes. May touch the disk unless <see cref="IsInMemory"/>.</summary>
    public Fault Read(Span<byte> buffer, long offset, out int count)
    {
        count = 0;
        if (_fault != Fault.None || _file is not null)
            return _fault != Fault.None ? _fault : _file!.Read(buffer, offset, out count);
        ReadOnlySpan<byte> rest = _memory.AsSpan(0, _inMemory)[(int)Math.Min(offset, _inMemory)..];
        count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        return Fault.None;
    }

    /// <summary>A reader from the first octet on, which takes the text over and disposes of it.</summary>
    public Stream OpenRead() => new TextStream(this);

    public void Dispose()
    {
        _file?.Dispose();
        _memory = [];
        _inMemory = 0;
        if (_fault == Fault.None)
            _fault = Fault.State;
    }

    private void Measure(ReadOnlySpan<byte> octets)
    {
        if (!IsEightBit && octets.IndexOfAnyInRange((byte)0x80, (byte)0xFF) >= 0)
            IsEightBit = true;
        _wireLength.Add(octets);
    }

    private void MakeRoom(int wanted)
    {
        if (_inMemory < MemoryLimit && _inMemory + wanted > _memory.Length)
            Array.Resize(ref _memory, Math.Clamp(Math.Max(_inMemory + wanted, 2 * _memory.Length), FirstMemory, MemoryLimit));
        else if (_inMemory == MemoryLimit)
            Flush();
    }

    private void Flush()
    {
        if (_file is null)
            _fault = OpenFile();
        if (_fault == Fault.None)
            _fault = _file!.Write(_memory.AsSpan(0, _inMemory), Length - _inMemory);
        _inMemory = 0;
    }

    private Fault OpenFile()
    {
        string path = Path.Combine(scratchFolder, $"outgoing-{Guid.NewGuid():N}");
        Fault fault = _disk.Open(path, DiskOpen.New, out IDiskFile file);
        if (fault == Fault.NotFound)
        {
            fault = _disk.MakeTree(scratchFolder);
            if (fault == Fault.None)
                fault = _disk.Open(path, DiskOpen.New, out file);
        }
        if (fault != Fault.None)
            return fault == Fault.NotFound ? Fault.Io : fault;
        _file = file;
        return _disk.Unlink(path);
    }
}
