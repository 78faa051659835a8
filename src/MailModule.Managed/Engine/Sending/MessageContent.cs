using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Remote;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

/// <summary>
/// A host's content for a caller that waits: it lies in memory of the host's, or where reading blocks. What the server
/// does not take is converted on the same thread. One reader from front to back.
/// </summary>
internal sealed class MessageContent : IMessageSource, IDisposable
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly SubmissionContent? _content;
    private readonly ContentTraits _traits;
    private readonly long _wireLength;
    private readonly bool _isReader;
    private ContentPreparation? _preparation;
    private Stream? _converted;
    private long _position;

    public MessageContent(ReadOnlyMemory<byte> memory)
    {
        _memory = memory;
        var length = new WireLength();
        length.Add(memory.Span);
        _wireLength = length.Total;
        _traits = ContentScan.TraitsOf(memory.Span);
    }

    /// <param name="content">Whole. It is disposed of with this object.</param>
    public MessageContent(SubmissionContent content)
    {
        _content = content;
        _wireLength = content.WireLength;
        _traits = content.Traits;
    }

    private MessageContent(MessageContent whole)
    {
        (_memory, _content, _isReader) = (whole._memory, whole._content, true);
    }

    public long WireLength => _preparation?.Conversion?.WireLength ?? _wireLength;
    public bool IsEightBit => _preparation?.IsEightBit ?? (_traits & ContentTraits.EightBit) != 0;
    public bool NeedsUtf8 => _preparation is { NeedsUtf8: true };
    public bool IsAtHand => true;

    public bool TryPrepare(ContentOffer offer, Action? ready, out ContentRefusal? refusal)
    {
        refusal = null;
        if (_traits == ContentTraits.None)
            return true;
        _preparation ??= new ContentPreparation(OpenRead, _traits, offer);
        if (!_preparation.IsDone)
            _preparation.Run();
        refusal = _preparation.Refusal;
        if (refusal is null && _preparation.Conversion is { } conversion)
            _converted ??= conversion.Open(OpenRead());
        return true;
    }

    public bool TryRead(Span<byte> buffer, Action ready, out int count)
    {
        try
        {
            count = _converted is null ? Read(buffer) : _converted.Read(buffer);
        }
        catch (IOException)
        {
            count = -1;
        }
        return true;
    }

    public void Dispose()
    {
        _converted?.Dispose();
        if (!_isReader)
            _content?.Dispose();
    }

    private Stream OpenRead() => new Reader(new MessageContent(this));

    private int Read(Span<byte> buffer)
    {
        if (_content is null)
            return ReadMemory(buffer);
        Fault fault = _content.Read(buffer, _position, out int count);
        // A file that has become shorter must not pass for the whole message.
        if (fault != Fault.None || (count == 0 && _position < _content.Length))
            return -1;
        _position += count;
        return count;
    }

    private int ReadMemory(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, _memory.Length - _position);
        _memory.Span.Slice((int)_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    private sealed class Reader(MessageContent content) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
            => content.Read(buffer) is >= 0 and var count ? count : throw new IOException("the content cannot be read");
    }
}
