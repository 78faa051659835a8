using MailModule.Delivery.Outgoing;
using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// The octets of one message as a host gives them: gathered while it is asked for the message, then piece by piece,
/// each right into what goes out. Writes may come from any thread; one that comes late is refused, and harms nothing.
/// </summary>
/// <param name="scratchFolder">For what is gathered and does not stay in memory.</param>
internal sealed class HostPieces(string scratchFolder)
{
    private readonly Lock _lock = new();
    private SubmissionContent? _gathered;
    private Stage _stage;
    private Memory<byte> _buffer;
    private int _count;
    private long _given;

    private enum Stage
    {
        Closed,
        Gathering,
        Piece,
    }

    /// <summary>Why not all of what was written could be kept.</summary>
    public Fault Fault { get; private set; }

    /// <summary>Octets with CRLF line ends; of what was gathered.</summary>
    public long WireLength => _gathered?.WireLength ?? 0;

    /// <summary>What was gathered is read without a wait.</summary>
    public bool IsInMemory => _gathered is not { IsInMemory: false };

    /// <summary>Something gathered has not been read yet.</summary>
    public bool HasGathered => _gathered is { } gathered && _given < gathered.Length;

    /// <summary>The host is asked for a message: what it writes is gathered.</summary>
    public void BeginGathering()
    {
        lock (_lock)
            _stage = Stage.Gathering;
    }

    /// <summary>It has answered.</summary>
    public void EndGathering()
    {
        lock (_lock)
        {
            _stage = Stage.Closed;
            Fault = _gathered?.Finish() ?? Fault.None;
        }
    }

    /// <summary>It is asked for the next octets, which go into this place.</summary>
    public void BeginPiece(Memory<byte> buffer)
    {
        lock (_lock)
            (_stage, _buffer, _count) = (Stage.Piece, buffer, 0);
    }

    /// <summary>It has answered: how many octets it has given.</summary>
    public int EndPiece()
    {
        lock (_lock)
        {
            (_stage, _buffer) = (Stage.Closed, default);
            return _count;
        }
    }

    public Fault Write(ReadOnlySpan<byte> octets)
    {
        lock (_lock)
        {
            if (_stage == Stage.Gathering)
                return (_gathered ??= new SubmissionContent(scratchFolder)).Write(octets);
            if (_stage == Stage.Closed)
                return FaultReason.Because(Fault.State, "the answer has been given");
            if (octets.Length > _buffer.Length - _count)
                return FaultReason.Because(
                    Fault.Limit, $"{octets.Length} octets, and room for {_buffer.Length - _count}");
            octets.CopyTo(_buffer.Span[_count..]);
            _count += octets.Length;
            return Fault.None;
        }
    }

    /// <summary>
    /// The next octets of what was gathered; 0 behind the last, -1 on failure. Blocks, save
    /// <see cref="IsInMemory"/>.
    /// </summary>
    public int ReadGathered(Span<byte> buffer)
    {
        int count = 0;
        if (_gathered is { } gathered && gathered.Read(buffer, _given, out count) != Fault.None)
            return -1;
        _given += count;
        return count;
    }

    /// <summary>Nothing more is wanted of the message. Blocks, save <see cref="IsInMemory"/>.</summary>
    public void End()
    {
        lock (_lock)
        {
            _stage = Stage.Closed;
            (_buffer, _count, _given) = (default, 0, 0);
            _gathered?.Dispose();
            _gathered = null;
        }
    }
}
