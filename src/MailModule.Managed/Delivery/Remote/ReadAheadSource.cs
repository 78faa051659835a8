using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

/// <summary>
/// A message text that lies where reading blocks: read ahead on a worker, one piece at a time, so that the session's thread never waits for a disk. What is in memory comes at once.
/// </summary>
public abstract class ReadAheadSource(Workers workers) : IMessageSource, IWork
{
    private const int PieceLength = 256 * 1024;

    private byte[] _piece = [];
    private int _taken;
    private int _read;
    private bool _isAhead;
    private Action? _ready;

    public abstract long WireLength { get; }
    public abstract bool IsEightBit { get; }

    /// <summary><see cref="Read"/> does not block.</summary>
    protected abstract bool IsInMemory { get; }

    public bool TryRead(Span<byte> buffer, Action ready, out int count)
    {
        if (IsInMemory)
        {
            count = Read(buffer);
            return true;
        }
        if (!_isAhead && Workers.IsCurrent)
            ReadAhead();
        if (_isAhead)
        {
            count = Take(buffer);
            return true;
        }
        count = 0;
        _ready = ready;
        workers.Run(this);
        return false;
    }

    void IWork.Run()
    {
        ReadAhead();
        _ready!();
    }

    /// <summary>The next octets: their count, 0 at the end, below 0 for a failure.</summary>
    protected abstract int Read(Span<byte> buffer);

    private void ReadAhead()
    {
        if (_piece.Length == 0)
            _piece = GC.AllocateUninitializedArray<byte>(PieceLength);
        _read = Read(_piece);
        _taken = 0;
        _isAhead = true;
    }

    private int Take(Span<byte> buffer)
    {
        if (_read <= 0)
            return _read;
        int count = Math.Min(buffer.Length, _read - _taken);
        _piece.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        _isAhead = _taken < _read;
        return count;
    }
}
