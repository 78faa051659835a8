using System.Buffers.Binary;
using System.Threading.Tasks.Sources;
using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// The stream below the TLS layer, in memory: it gives out whole records that have come, one by one, and gathers those
/// to send. A read for which no whole record is there waits until <see cref="Continue"/>, which carries the TLS layer
/// on before it returns. So the layer never keeps octets of the record after the one it works on.
/// </summary>
internal sealed class TlsRecordStream : Stream, IValueTaskSource<int>
{
    private const int HeaderSize = 5;
    private const int LargestRecord = HeaderSize + 16 * 1024 + 2048; // RFC 5246 §6.2.3; RFC 8446 §5.2 has less
    private const int ClearAlertSize = HeaderSize + 2; // RFC 8446 §6: level and description
    private const byte FirstType = 20, AlertType = 21, HandshakeType = 22, LastType = 24; // RFC 8446 §5.1
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _target;
    private bool _isReading;
    private PooledBuffer _received;
    private PooledBuffer _records;
    private int _recordLeft;
    private bool _isPartlyGiven;
    private TransferState _end = TransferState.Again;

    /// <param name="sentBefore">What was sent in clear text and has not left; it goes before the records.</param>
    /// <param name="receivedBefore">Records that have come already.</param>
    public TlsRecordStream(PooledBuffer sentBefore, PooledBuffer receivedBefore = default)
        => (_records, _received) = (sentBefore, receivedBefore);

    /// <summary>The TLS layer waits for a record.</summary>
    public bool IsReading => _isReading;

    /// <summary>A read would give octets, the end or a failure.</summary>
    public bool HasRecord => _recordLeft > 0 || (_recordLeft = NextRecord()) > 0 || _end != TransferState.Again;

    /// <summary>The client's hello is in front, in one record or several, or something that will never be one.
    /// </summary>
    public bool HasHello => HasRecord && (_end != TransferState.Again || IsForeign || ClientHello.IsWhole(Received));

    /// <summary>What has come and was not read.</summary>
    public ReadOnlySpan<byte> Received => _received.Span;

    /// <summary>The link below has ended, and all that came was read.</summary>
    public bool IsAtEnd => _end == TransferState.Ended && _received.Length == 0;

    /// <summary>Something came that is no record: the peer does not speak TLS, or no longer.</summary>
    public bool IsForeign { get; private set; }

    /// <summary>The last alert that came in the clear; null: none did. A platform may keep it to itself.</summary>
    public int? Alert { get; private set; }

    /// <summary>Records to send.</summary>
    public ReadOnlySpan<byte> Records => _records.Span;

    /// <summary>The next record is part of a handshake in the clear; those of TLS 1.3 cannot be told apart.</summary>
    public bool IsAtHandshake => _recordLeft > 0 && !_isPartlyGiven && _received.Span[0] == HandshakeType;

    /// <summary>Takes what the link has; false if it has nothing.</summary>
    public bool TryReceive(ILink from)
    {
        if (_end != TransferState.Again)
            return true;
        Transfer received = from.Receive(_received.Room(LargestRecord));
        _received.Added(received.Count);
        if (received.State is TransferState.Ended or TransferState.Failed)
            _end = received.State;
        return received.State != TransferState.Again;
    }

    /// <summary>Ends the read that waits, if it can be ended; the TLS layer goes on inside this call.</summary>
    public void Continue()
    {
        if (!_isReading || !HasRecord)
            return;
        _isReading = false;
        if (_recordLeft == 0 && _end == TransferState.Failed)
            _read.SetException(ExceptionWords.Unreadable("the connection is lost"));
        else
            _read.SetResult(Give(_target.Span));
    }

    public void ConsumeRecords(int count) => _records.Consume(count);

    /// <summary>Gives everything back; a read that waits fails.</summary>
    public void End()
    {
        _received.Clear();
        _records.Clear();
        _recordLeft = 0;
        _end = TransferState.Failed;
        Continue();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (HasRecord)
            return _recordLeft == 0 && _end == TransferState.Failed
                ? ValueTask.FromException<int>(ExceptionWords.Unreadable("the connection is lost"))
                : new ValueTask<int>(Give(buffer.Span));
        _target = buffer;
        _isReading = true;
        _read.Reset();
        return new ValueTask<int>(this, _read.Version);
    }

    public override void Write(ReadOnlySpan<byte> buffer) => _records.Append(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _records.Append(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);
    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);
    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _read.OnCompleted(continuation, state, token, flags);

    private int Give(Span<byte> target)
    {
        int count = Math.Min(_recordLeft, target.Length);
        _received.Span[..count].CopyTo(target);
        _received.Consume(count);
        _recordLeft -= count;
        _isPartlyGiven = _recordLeft > 0;
        return count;
    }

    /// <summary>
    /// The length of the whole record at the front; 0: it is not whole yet. What is no record, or will never be whole,
    /// goes to the TLS layer as it is, which knows what to say of it.
    /// </summary>
    private int NextRecord()
    {
        ReadOnlySpan<byte> octets = _received.Span;
        if (_end != TransferState.Again)
            return octets.Length;
        if (octets.Length < HeaderSize)
            return 0;
        int length = HeaderSize + BinaryPrimitives.ReadUInt16BigEndian(octets[3..]);
        bool isRecord = octets[0] is >= FirstType and <= LastType && octets[1] == 3 && length <= LargestRecord;
        if (!isRecord)
        {
            IsForeign = true;
            return octets.Length;
        }
        if (length > octets.Length)
            return 0;
        if (octets[0] == AlertType && length == ClearAlertSize)
            Alert = octets[ClearAlertSize - 1];
        return length;
    }
}
