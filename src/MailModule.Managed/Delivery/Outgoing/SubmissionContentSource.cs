using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// Gives a message's content to a client session: what this host puts in front, then what the host program wrote.
/// Several sources may read one content, each from its beginning.
/// </summary>
internal sealed class SubmissionContentSource : ReadAheadSource
{
    private readonly ReadOnlyMemory<byte> _fields;
    private readonly SubmissionContent _content;
    private readonly SubmissionHeader _header;
    private readonly Workers _workers;
    private readonly Log _log;
    private int _fieldsGiven;
    private long _position;

    /// <param name="fields">Those that this host adds, and what stands in for a part of the header.</param>
    public SubmissionContentSource(
        ReadOnlyMemory<byte> fields, SubmissionHeader header, SubmissionContent content, Workers workers, Log log)
        : base(workers)
    {
        _fields = fields;
        _header = header;
        _content = content;
        _position = header.Replaced;
        _workers = workers;
        _log = log;
        Traits = content.Traits | ContentScan.TraitsOf(fields.Span);
    }

    protected override long OriginalWireLength => _fields.Length + _content.WireLength + _header.WireChange;
    protected override ContentTraits? Traits { get; }
    protected override bool IsInMemory => _content.IsInMemory;

    protected override ReadAheadSource NewReader()
        => new SubmissionContentSource(_fields, _header, _content, _workers, _log);

    protected override int Read(Span<byte> buffer)
    {
        if (_fieldsGiven < _fields.Length)
            return ReadFields(buffer);
        Fault fault = _content.Read(buffer, _position, out int count);
        // A file that has become shorter must not pass for the whole message.
        if (fault == Fault.None && (count > 0 || _position == _content.Length))
        {
            _position += count;
            return count;
        }
        _log.Write(LogLevel.Error, "send", $"a message text cannot be read back: {SystemFault.Describe(fault)}");
        return -1;
    }

    private int ReadFields(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _fields.Length - _fieldsGiven);
        _fields.Span.Slice(_fieldsGiven, count).CopyTo(buffer);
        _fieldsGiven += count;
        return count;
    }
}
