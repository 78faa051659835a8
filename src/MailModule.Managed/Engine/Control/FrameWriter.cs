using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using MailModule.Primitives;

namespace MailModule.Engine.Control;

/// <summary>Puts values into one frame. A text has its length in front, an absent one the length -1.</summary>
internal sealed class FrameWriter
{
    private readonly ArrayBufferWriter<byte> _octets = new(256);

    public FrameWriter() => Clear();

    /// <summary>Octets that the frame has without its length.</summary>
    public int Length => _octets.WrittenCount - ControlProtocol.HeaderLength;

    /// <summary>A frame that begins with a verb.</summary>
    public static FrameWriter Of(ControlVerb verb)
    {
        var frame = new FrameWriter();
        frame.Byte((byte)verb);
        return frame;
    }

    public void Clear()
    {
        _octets.ResetWrittenCount();
        Number(0);
    }

    /// <summary>The frame as it is sent, its length in front.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        Span<byte> header = MemoryMarshal.AsMemory(_octets.WrittenMemory).Span;
        BinaryPrimitives.WriteInt32BigEndian(header, Length);
        return _octets.WrittenSpan;
    }

    public void Byte(byte value)
    {
        _octets.GetSpan(1)[0] = value;
        _octets.Advance(1);
    }

    public void Number(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_octets.GetSpan(sizeof(int)), value);
        _octets.Advance(sizeof(int));
    }

    public void Long(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_octets.GetSpan(sizeof(long)), value);
        _octets.Advance(sizeof(long));
    }

    /// <summary>A time in milliseconds since 1970; 0 for none.</summary>
    public void Time(DateTimeOffset? value) => Long(value?.ToUnixTimeMilliseconds() ?? 0);

    public void Text(string? value)
    {
        if (value is null)
            Number(-1);
        else
            Octets(Encoding.UTF8.GetBytes(value));
    }

    public void Octets(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        _octets.Write(value);
    }

    /// <summary>How an answer begins.</summary>
    public void Result(Fault fault, string? reason)
    {
        Number((int)fault);
        Text(reason ?? "");
    }
}
