using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

/// <summary>
/// A message's content that lies where reading blocks: it is read ahead on a worker, one piece at a time, so that the
/// session's thread never waits for a disk. What is in memory comes at once.
/// </summary>
internal abstract class ReadAheadSource(Workers workers) : IMessageSource, IJob
{
    private const int PieceLength = 256 * 1024;

    private byte[] _piece = [];
    private int _copied;
    private int _read;
    private bool _isAhead;
    private bool _isEnd;
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
            count = CopyFromPiece(buffer);
            return true;
        }
        count = 0;
        _ready = ready;
        workers.Run(this);
        return false;
    }

    void IJob.Run()
    {
        ReadAhead();
        _ready!();
    }

    /// <summary>The next octets: their count, 0 at the end, below 0 for a failure.</summary>
    protected abstract int Read(Span<byte> buffer);

    // To the end of the piece or of the content, so that a small message costs one hop and little memory.
    private void ReadAhead()
    {
        if (_piece.Length == 0)
            _piece = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(WireLength + 1, 1, PieceLength));
        _copied = _read = 0;
        int count = 1;
        while (_read < _piece.Length && (count = Read(_piece.AsSpan(_read))) > 0)
            _read += count;
        if (count < 0)
            _read = -1;
        _isEnd = count == 0;
        _isAhead = true;
    }

    private int CopyFromPiece(Span<byte> buffer)
    {
        if (_read <= 0)
            return _read;
        int count = Math.Min(buffer.Length, _read - _copied);
        _piece.AsSpan(_copied, count).CopyTo(buffer);
        _copied += count;
        if (_copied < _read)
            return count;
        _read = _copied = 0;
        _isAhead = _isEnd;
        return count;
    }
}
