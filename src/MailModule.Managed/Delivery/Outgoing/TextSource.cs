using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>Gives a message text to a client session: the fields of ours in front of it, then what the host wrote. Several may read one text, each from its beginning.</summary>
internal sealed class TextSource(ReadOnlyMemory<byte> fields, MessageText text, Workers workers, Log log) : ReadAheadSource(workers)
{
    private ReadOnlyMemory<byte> _fields = fields;
    private long _position;

    public override long WireLength { get; } = fields.Length + text.WireLength;
    public override bool IsEightBit => text.IsEightBit;
    protected override bool IsInMemory => text.IsInMemory;

    protected override int Read(Span<byte> buffer)
    {
        if (!_fields.IsEmpty)
            return ReadFields(buffer);
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

    private int ReadFields(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _fields.Length);
        _fields.Span[..count].CopyTo(buffer);
        _fields = _fields[count..];
        return count;
    }
}
