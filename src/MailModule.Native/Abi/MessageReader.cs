using System.Buffers;
using MailModule.Engine.Sending;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Reads an <c>mm_smtp_message</c>. What it has read before it has still at hand.</summary>
internal sealed unsafe class MessageReader
{
    private readonly RecentText _from = new();
    private readonly RecentText _to = new();

    public Fault Read(in SmtpMessageLayout given, out SmtpMessage? message)
    {
        message = null;
        if (given.Recipients > int.MaxValue)
            return FaultReason.Because(Fault.Argument, "recipients is above 2147483647");
        var fault = _from.Read(given.From, "from", out string from);
        if (fault != Fault.None)
            return fault;
        fault = ReadContent(given, out var content, out string? path, out var reader);
        if (fault != Fault.None)
            return fault;
        fault = Text.ReadOptional(given.Parameters, "parameters", out string? parameters);
        if (fault != Fault.None)
            return fault;
        fault = ReadTo(given, out string[] to, out string?[]? toParameters);
        if (fault != Fault.None)
            return fault;
        message = new SmtpMessage
        {
            From = from,
            Parameters = parameters,
            To = to,
            ToParameters = toParameters,
            Content = content,
            Path = path,
            Reader = reader,
        };
        return Fault.None;
    }

    private Fault ReadTo(in SmtpMessageLayout given, out string[] to, out string?[]? parameters)
    {
        int count = (int)given.Recipients;
        to = [];
        parameters = null;
        if (given.To == 0)
            return FaultReason.Because(Fault.Argument, "to is NULL");
        to = new string[count];
        if (given.ToParameters != 0)
            parameters = new string?[count];
        var fault = Fault.None;
        for (int i = 0; i < count && fault == Fault.None; i++)
        {
            fault = _to.Read(((nint*)given.To)[i], "to", out to[i]);
            if (fault == Fault.None && parameters is not null)
                fault = Text.ReadOptional(((nint*)given.ToParameters)[i], "to_parameters", out parameters[i]);
        }
        return fault;
    }

    private static Fault ReadContent(
        in SmtpMessageLayout given, out ReadOnlyMemory<byte> content, out string? path, out ContentReader? reader)
    {
        (content, path, reader) = (default, null, null);
        int sources = (given.Content != 0 ? 1 : 0) + (given.Path != 0 ? 1 : 0) + (given.Read != 0 ? 1 : 0);
        if (sources != 1)
            return FaultReason.Because(Fault.Argument, "one of content, path and read has to be given");
        if (given.Path != 0)
            return Text.Read(given.Path, "path", out path);
        if (given.Read != 0)
            reader = new HostReader(given.Read, given.User).Read;
        else if (given.ContentSize <= int.MaxValue)
            content = new HostMemory((byte*)given.Content, (int)given.ContentSize).Memory;
        else
            reader = new LargeMemory((byte*)given.Content, given.ContentSize).Read;
        return Fault.None;
    }

    /// <summary>Memory of the host's that is larger than a span.</summary>
    private sealed class LargeMemory(byte* octets, nuint size)
    {
        private nuint _given;

        public int Read(Span<byte> buffer)
        {
            int count = (int)Math.Min((nuint)buffer.Length, size - _given);
            new ReadOnlySpan<byte>(octets + _given, count).CopyTo(buffer);
            _given += (nuint)count;
            return count;
        }
    }

    /// <summary>Memory of the host's.</summary>
    private sealed class HostMemory(byte* octets, int size) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(octets, size);

        public override MemoryHandle Pin(int elementIndex = 0) => new(octets + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
