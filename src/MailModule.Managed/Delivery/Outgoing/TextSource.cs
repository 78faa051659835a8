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

    private byte[] _piece = [];
    private long _position;
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

    public void Run()
    {
        ReadAhead();
        _ready!();
    }

    private void ReadAhead()
    {
        if (_piece.Length == 0)
            _piece = GC.AllocateUninitializedArray<byte>(PieceLength);
        _read = Read(_piece);
        _taken = 0;
        _isAhead = true;
    }

    private int Read(Span<byte> buffer)
    {
        Fault fault = text.Read(buffer, _position, out int count);
        // A file that has become shorter must not pass for the whole message.
        if (fault == Fault.None && (count > 0 || _position == text.Length))
        {
            _position += count;
            return count;
        }
        log.Write(LogLevel.Error, "send", $"a message text cannot be read back: {fault}");
        return -1;
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
