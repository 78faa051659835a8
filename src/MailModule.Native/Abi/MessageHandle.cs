using System.Runtime.InteropServices;
using MailModule.Mime.Reading;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What an <c>mm_message</c> stands for, with the texts of its last call. The lock is for hosts that use it from two
/// threads all the same; its contents share it.
/// </summary>
internal sealed unsafe class MessageHandle
{
    private readonly Lock _lock = new();
    private readonly ParsedMessage _message;
    private readonly HashSet<ContentHandle> _contents = [];
    private readonly List<nint> _memory = [];
    private bool _isClosed;

    private MessageHandle(ParsedMessage message)
    {
        _message = message;
        Address = HandleTable.Add(this);
    }

    public nint Address { get; }

    /// <param name="source">Owned from now on.</param>
    public static Fault Open(MessageSource source, in MessageOptions options, out nint handle)
    {
        handle = 0;
        var fault = ParsedMessage.Open(source, options.Limits, options.IsCut, out var message);
        if (fault != Fault.None)
            return fault;
        handle = new MessageHandle(message!).Address;
        if (handle != 0)
            return Fault.None;
        message!.Dispose();
        return HandleTable.TooMany;
    }

    /// <summary>The texts of the call before end here.</summary>
    public Fault Use(Func<ParsedMessage, Fault> use)
    {
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.Handle, "another thread has freed it");
            Forget();
            return use(_message);
        }
    }

    /// <summary>Keeps texts until the next call, and tells where each is. Inside <see cref="Use"/>.</summary>
    public void Keep(ReadOnlySpan<string> texts, Span<nint> places)
    {
        var written = new string[texts.Length];
        for (int i = 0; i < texts.Length; i++)
            written[i] = texts[i].Replace('\0', '\uFFFD'); // the end of a text, for C
        _memory.Add(TextBlock.Allocate(written, places));
    }

    /// <inheritdoc cref="Keep(ReadOnlySpan{string}, Span{nint})"/>
    public nint Keep(string text)
    {
        nint place = 0;
        Keep([text], new Span<nint>(ref place));
        return place;
    }

    /// <summary>Keeps octets until the next call. Inside <see cref="Use"/>.</summary>
    public nint Keep(ReadOnlySpan<byte> octets)
    {
        var memory = NativeMemory.Alloc((nuint)octets.Length + 1);
        octets.CopyTo(new Span<byte>(memory, octets.Length));
        _memory.Add((nint)memory);
        return (nint)memory;
    }

    public Fault OpenContent(int part, ContentForm form, out nint handle)
    {
        handle = 0;
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.Handle, "another thread has freed it");
            Forget();
            var fault = _message.OpenContent(part, form, out var octets);
            if (fault != Fault.None)
                return fault;
            var content = new ContentHandle(this, octets!);
            handle = content.Address;
            if (handle == 0)
                return HandleTable.TooMany;
            _contents.Add(content);
            return Fault.None;
        }
    }

    public Fault ReadContent(Stream content, Span<byte> buffer, out int count)
    {
        count = 0;
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.Handle, "another thread has freed its message");
            count = content.Read(buffer);
            return Fault.None;
        }
    }

    public Fault CloseContent(ContentHandle content)
    {
        lock (_lock)
        {
            if (!_contents.Remove(content))
                return FaultReason.Because(Fault.Handle, "another thread has closed it");
            HandleTable.Remove(content.Address);
            return Fault.None;
        }
    }

    public Fault Free()
    {
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.Handle, "another thread has freed it");
            _isClosed = true;
            HandleTable.Remove(Address);
            foreach (var content in _contents)
                HandleTable.Remove(content.Address);
            _contents.Clear();
            Forget();
            _message.Dispose();
            return Fault.None;
        }
    }

    private void Forget()
    {
        foreach (nint memory in _memory)
            NativeMemory.Free((void*)memory);
        _memory.Clear();
    }
}
