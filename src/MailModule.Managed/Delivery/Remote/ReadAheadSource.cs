using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

/// <summary>
/// A message's content that lies where reading blocks: it is read ahead on a worker, one piece at a time, so that the
/// session's thread never waits for a disk. What is in memory comes at once. For a server that does not take the
/// content as it is, another form of it is made on the worker while it is read.
/// </summary>
internal abstract class ReadAheadSource(Workers workers) : IRepeatableSource, IJob, IDisposable
{
    private const int PieceLength = 256 * 1024;

    private byte[] _piece = [];
    private int _copied;
    private int _read;
    private bool _isAhead;
    private bool _isEnd;
    private Action? _ready;
    private ContentPreparation? _preparation;
    private bool _isPreparing;
    private Stream? _converted;

    public long WireLength => _preparation?.Conversion?.WireLength ?? OriginalWireLength;
    public bool IsEightBit => _preparation?.IsEightBit ?? IsDeclaredEightBit || Traits is { } traits
        && (traits & ContentTraits.EightBit) != 0;

    public bool IsAtHand => IsInMemory && _converted is null;

    public bool NeedsUtf8 => _preparation is { NeedsUtf8: true };

    protected abstract long OriginalWireLength { get; }

    /// <summary>BODY=8BITMIME was said when the content came, or nothing of the kind.</summary>
    protected virtual bool IsDeclaredEightBit => false;

    /// <summary>Null: not known without reading the content.</summary>
    protected abstract ContentTraits? Traits { get; }

    /// <summary><see cref="Read"/> does not block.</summary>
    protected abstract bool IsInMemory { get; }

    public IMessageSource Reopen() => NewReader();

    public bool TryPrepare(ContentOffer offer, Action? ready, out ContentRefusal? refusal)
    {
        refusal = null;
        if (Traits == ContentTraits.None)
            return true;
        _preparation ??= new ContentPreparation(() => new Reader(NewReader()), Traits, offer);
        if (!_preparation.IsDone && !_preparation.TryAtOnce(IsInMemory) && !TryPrepareHere(ready))
            return false;
        refusal = _preparation.Refusal;
        if (_preparation.Conversion is { } conversion)
            _converted ??= conversion.Open(new Reader(NewReader()));
        return true;
    }

    public bool TryRead(Span<byte> buffer, Action ready, out int count)
    {
        if (IsAtHand)
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
        if (_isPreparing)
            _preparation!.Run();
        else
            ReadAhead();
        _isPreparing = false;
        _ready!();
    }

    public virtual void Dispose() => _converted?.Dispose();

    /// <summary>Another reader of the same content, as it is. Cheap.</summary>
    protected abstract ReadAheadSource NewReader();

    /// <summary>The next octets: their count, 0 at the end, below 0 for a failure.</summary>
    protected abstract int Read(Span<byte> buffer);

    // On a worker, or not at all now.
    private bool TryPrepareHere(Action? ready)
    {
        if (ready is null)
            return false;
        if (Workers.IsCurrent)
        {
            _preparation!.Run();
            return true;
        }
        _isPreparing = true;
        _ready = ready;
        workers.Run(this);
        return false;
    }

    private int ReadForm(Span<byte> buffer)
    {
        try
        {
            return _converted is null ? Read(buffer) : _converted.Read(buffer);
        }
        catch (IOException)
        {
            return -1; // the reader of the original has said why
        }
    }

    // To the end of the piece or of the content, so that a small message costs one hop and little memory.
    private void ReadAhead()
    {
        if (_piece.Length == 0)
            _piece = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(WireLength + 1, 1, PieceLength));
        _copied = _read = 0;
        int count = 1;
        while (_read < _piece.Length && (count = ReadForm(_piece.AsSpan(_read))) > 0)
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

    private sealed class Reader(ReadAheadSource source) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
            => source.Read(buffer) is >= 0 and var count ? count : throw new IOException("the content cannot be read");

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
