using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

/// <summary>
/// A spooled message's content as it goes out: without the Return-Path line that stands first at rest (RFC 5321 §4.4:
/// only final delivery adds one). What is in memory is given without a copy or a hop; the rest is read ahead on a
/// worker.
/// </summary>
internal sealed class RemoteContent : ReadAheadSource
{
    private readonly ISpoolEntry _entry;
    private readonly Workers _workers;
    private readonly Log _log;
    private ReadOnlyMemory<byte> _memory;
    private Stream? _stream;

    public RemoteContent(ISpoolEntry entry, Workers workers, Log log) : base(workers)
    {
        _entry = entry;
        _workers = workers;
        _log = log;
        _memory = entry.Content.Memory;
        IsInMemory = !_memory.IsEmpty;
        int returnPath = IsInMemory
            ? ReturnPath.LengthIn(_memory.Span)
            : ReturnPath.LengthAtRest(entry.Envelope.ReversePath);
        if (IsInMemory)
            _memory = _memory[returnPath..];
        // At rest the Return-Path line ends with LF alone.
        OriginalWireLength = entry.Content.WireLength - returnPath - 1;
        Traits = entry.Content.Traits ?? (IsInMemory ? ContentScan.TraitsOf(_memory.Span) : null);
    }

    /// <summary>Of content that is not in memory: by the envelope, which the Return-Path line was made of.</summary>
    protected override long OriginalWireLength { get; }

    protected override bool IsDeclaredEightBit => _entry.Envelope.EightBit;
    protected override ContentTraits? Traits { get; }
    protected override bool IsInMemory { get; }

    public override void Dispose()
    {
        base.Dispose();
        _stream?.Dispose();
    }

    protected override ReadAheadSource NewReader() => new RemoteContent(_entry, _workers, _log);

    protected override int Read(Span<byte> buffer)
    {
        if (!IsInMemory)
            return ReadStream(buffer);
        int count = Math.Min(buffer.Length, _memory.Length);
        _memory.Span[..count].CopyTo(buffer);
        _memory = _memory[count..];
        return count;
    }

    private int ReadStream(Span<byte> buffer)
    {
        try
        {
            return (_stream ??= OpenAfterReturnPath()).Read(buffer);
        }
        catch (IOException e)
        {
            _log.Write(LogLevel.Error, "send", $"{_entry.Id}: the message cannot be read: {ExceptionWords.Of(e)}");
            return -1;
        }
    }

    private BufferedStream OpenAfterReturnPath()
    {
        var stream = new BufferedStream(_entry.Content.OpenRead());
        ReturnPath.Skip(stream);
        return stream;
    }
}
