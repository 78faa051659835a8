using System.Buffers;

namespace MailModule.Mail;

/// <summary>
/// A piece of content on its way through a <see cref="HeaderFilter"/>, or through a filter behind that one: itself as
/// long as nothing in it is changed, from then on a copy in a buffer of the thread's.
/// </summary>
/// <param name="isBehind">The content may be what another filter has put out on this thread.</param>
internal ref struct FilteredPiece(ReadOnlySpan<byte> content, bool isBehind = false)
{
    /// <summary>A buffer that has grown beyond this is not kept.</summary>
    private const int KeptCapacity = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_bufferBehind;

    private readonly ReadOnlySpan<byte> _content = content;
    private ArrayBufferWriter<byte>? _buffer;
    private int _copied;

    /// <summary>Octets of the content that were kept or taken.</summary>
    public int At { get; private set; }

    public readonly bool IsAtEnd => At == _content.Length;
    public readonly ReadOnlySpan<byte> Rest => _content[At..];

    /// <summary>What is to be written in place of the content, all of which was kept or taken.</summary>
    public ReadOnlySpan<byte> Output
    {
        get
        {
            if (_buffer is null)
                return _content;
            CopyKept();
            return _buffer.WrittenSpan;
        }
    }

    /// <summary>The next octets stay where they are.</summary>
    public void Keep(int length) => At += length;

    /// <summary>The next octets are left out.</summary>
    public ReadOnlySpan<byte> Take(int length)
    {
        CopyKept();
        ReadOnlySpan<byte> taken = _content.Slice(At, length);
        At += length;
        _copied = At;
        return taken;
    }

    /// <summary>Puts in octets here.</summary>
    public void Put(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        CopyKept();
        _buffer!.Write(octets);
    }

    /// <summary>Puts in here what the owner of a header writes at its end.</summary>
    public void Put(IHeaderEnd end, HeaderFilter header)
    {
        CopyKept();
        end.WriteMissing(header, _buffer!);
    }

    private void CopyKept()
    {
        _buffer ??= NewBuffer(ref isBehind ? ref t_bufferBehind : ref t_buffer);
        _buffer.Write(_content[_copied..At]);
        _copied = At;
    }

    private static ArrayBufferWriter<byte> NewBuffer(ref ArrayBufferWriter<byte>? kept)
    {
        if (kept is not { Capacity: <= KeptCapacity })
            return kept = new ArrayBufferWriter<byte>(1024);
        kept.ResetWrittenCount();
        return kept;
    }
}
