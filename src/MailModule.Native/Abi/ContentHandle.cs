using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_content</c> stands for: its message keeps and ends it.</summary>
internal sealed class ContentHandle
{
    private readonly MessageHandle _message;
    private readonly Stream _octets;

    public ContentHandle(MessageHandle message, Stream octets)
    {
        _message = message;
        _octets = octets;
        Address = HandleTable.Add(this);
    }

    public nint Address { get; }

    public Fault Read(Span<byte> buffer, out int count) => _message.ReadContent(_octets, buffer, out count);

    public Fault Close() => _message.CloseContent(this);
}
