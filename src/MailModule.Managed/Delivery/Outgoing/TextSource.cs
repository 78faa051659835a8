using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// Gives a message text to a client session. What is in memory comes at once; a file is read ahead on a worker, one piece at a time, so that the
/// session's thread never waits for a disk.
/// </summary>
internal sealed class TextSource(MessageText text, Workers workers, Log log) : IMessageSource, IWork
{
    private const int PieceLength = 256 * 1024;

    private readonly Stream _stream = text.OpenRead();
    private byte[] _piece = [];
    private int _taken;
    private int _read;
    private bool _isAhead;
    private Action? _ready;

    public long WireLength => text.WireLength;
    public bool IsEightBit => text.IsEightBit;

    public bool TryRead(Span<byte> buffer, Action ready, out int count)
    {
        if (text.IsInMemory)
        {
            count = _stream.Read(buffer);
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

    public void Run()
    {
        ReadAhead();
        _ready!();
    }

    private void ReadAhead()
    {
        if (_piece.Length == 0)
            _piece = new byte[PieceLength];
        try
        {
            _read = _stream.Read(_piece);
        }
        catch (IOException e)
        {
            log.Write(LogLevel.Error, "send", $"a message text cannot be read back: {e.Message}");
            _read = -1;
        }
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
