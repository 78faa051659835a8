using MailModule.Lines;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// A message's content, which the host program writes in pieces of any size, with any line ends: in memory while it is
/// small, then in a file of mode 0600 that has no name any more from its first octet on, so that a crash leaves no
/// content behind. One thread at a time.
/// </summary>
/// <param name="scratchFolder">The folder for that file; it is made, with the folders above it, when it is first
/// needed.</param>
internal sealed class SubmissionContent(string scratchFolder, IDisk? disk = null) : IDisposable
{
    private const int MemoryLimit = 128 * 1024;
    private const int FirstMemory = 4 * 1024;

    private readonly IDisk _disk = disk ?? Disk.Real;

    /// <summary>All of the content, or what comes after the file's last octet.</summary>
    private byte[] _memory = [];
    private int _memoryLength;
    private IDiskFile? _file;
    private WireLength _wireLength;
    private ContentScan _scan;
    private bool _isFinished;
    private Fault _fault;

    /// <summary>Octets as written.</summary>
    public long Length { get; private set; }

    /// <summary>Octets with CRLF line ends, one after the last line included.</summary>
    public long WireLength => _wireLength.Total;

    public ContentTraits Traits => _scan.Traits;
    public bool IsEightBit => (Traits & ContentTraits.EightBit) != 0;

    /// <summary>Why the content cannot be kept or read, for a person; empty while it can.</summary>
    public string Problem { get; private set; } = "";

    public bool IsInMemory => _file is null;

    /// <summary>
    /// Appends octets. After a failure (<see cref="Fault.Full"/>, <see cref="Fault.Io"/>) every further call returns
    /// the same fault.
    /// </summary>
    public Fault Write(ReadOnlySpan<byte> octets)
    {
        Measure(octets);
        while (_fault == Fault.None && !octets.IsEmpty)
        {
            MakeRoom(octets.Length);
            int count = Math.Min(octets.Length, _memory.Length - _memoryLength);
            octets[..count].CopyTo(_memory.AsSpan(_memoryLength));
            _memoryLength += count;
            Length += count;
            octets = octets[count..];
        }
        return FaultReason.Because(_fault, Problem);
    }

    /// <summary>
    /// Takes the whole content from a file, in place of <see cref="Write"/>: content that is small or can be read only
    /// once is copied; else it stays in the file and is measured, and this object disposes of the file at its own end.
    /// Blocks. <see cref="Fault.Cancelled"/> soon after a cancel is asked for.
    /// </summary>
    public Fault ReadFrom(ContentFile file, Func<bool> isCancelled)
    {
        bool stays = file.IsSeekable && file.Length > MemoryLimit;
        byte[] piece = GC.AllocateUninitializedArray<byte>(MemoryLimit);
        long at = 0;
        while (_fault == Fault.None)
        {
            int count = 0;
            if (!file.IsSeekable)
                _fault = file.ReadNext(piece, isCancelled, out count);
            else
                _fault = isCancelled() ? Fault.Cancelled : file.Read(piece, at, out count);
            if (_fault != Fault.None || count == 0)
                break;
            at += count;
            if (stays)
                Measure(piece.AsSpan(0, count));
            else
                Write(piece.AsSpan(0, count));
        }
        if (_fault != Fault.None && Problem.Length == 0)
            Problem = FaultReason.Take(_fault) ?? "";
        if (!stays)
        {
            file.Dispose();
            return _fault;
        }
        _file = file;
        Length = at;
        return _fault;
    }

    /// <summary>The content is whole; it can be read from now on, by any thread.</summary>
    public Fault Finish()
    {
        if (_isFinished)
            return _fault;
        _isFinished = true;
        if (_file is null or ContentFile || _fault != Fault.None)
            return _fault;
        Flush();
        _memory = [];
        return _fault;
    }

    /// <summary>
    /// Fills the buffer from an offset on, as far as the content goes. May touch the disk unless
    /// <see cref="IsInMemory"/>.
    /// </summary>
    public Fault Read(Span<byte> buffer, long offset, out int count)
    {
        count = 0;
        if (_fault != Fault.None || _file is not null)
            return _fault != Fault.None ? _fault : _file!.Read(buffer, offset, out count);
        ReadOnlySpan<byte> rest = _memory.AsSpan(0, _memoryLength)[(int)Math.Min(offset, _memoryLength)..];
        count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        return Fault.None;
    }

    /// <summary>A reader from the first octet on, which owns this content and disposes of it.</summary>
    public Stream OpenRead() => new SubmissionContentStream(this);

    /// <summary>Another, empty one, that gathers where this one does.</summary>
    public SubmissionContent NewAlike() => new(scratchFolder, disk);

    public void Dispose()
    {
        _file?.Dispose();
        _memory = [];
        _memoryLength = 0;
        if (_fault == Fault.None)
            _fault = Fault.State;
    }

    private void Measure(ReadOnlySpan<byte> octets)
    {
        _scan.Add(octets);
        _wireLength.Add(octets);
    }

    private void MakeRoom(long wanted)
    {
        if (_memoryLength < MemoryLimit && _memoryLength + wanted > _memory.Length)
        {
            long length = Math.Max(_memoryLength + wanted, 2 * _memory.Length);
            Array.Resize(ref _memory, (int)Math.Clamp(length, FirstMemory, MemoryLimit));
        }
        else if (_memoryLength == MemoryLimit)
            Flush();
    }

    private void Flush()
    {
        if (_file is null)
            _fault = OpenFile();
        if (_fault == Fault.None)
            _fault = _file!.Write(_memory.AsSpan(0, _memoryLength), Length - _memoryLength);
        if (_fault != Fault.None)
            Problem = $"the message cannot be kept in {scratchFolder}: {SystemFault.Describe(_fault)}";
        _memoryLength = 0;
    }

    private Fault OpenFile()
    {
        string name = $"outgoing-{RandomOctets.Hex(16)}";
        Fault fault = _disk.CreateIn(scratchFolder, name, out IDiskFile file);
        if (fault != Fault.None)
            return fault == Fault.NotFound ? Fault.Io : fault;
        _file = file;
        return _disk.Unlink(Path.Combine(scratchFolder, name));
    }
}
