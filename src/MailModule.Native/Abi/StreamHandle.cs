using System.Net;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What a <c>ServerStream</c> stands for. What a kind of stream cannot do is <see cref="Fault.State"/>.
/// </summary>
internal abstract class StreamHandle
{
    /// <summary>The handle's value; 0 when none could be had.</summary>
    public nint Address { get; protected set; }

    public virtual Fault Send(ReadOnlySpan<byte> octets) => Fault.State;

    public virtual Fault Receive(Span<byte> buffer, out int count)
    {
        count = 0;
        return Fault.State;
    }

    public virtual Fault End() => Fault.State;

    public virtual Fault Recipient(out nint text)
    {
        text = 0;
        return Fault.State;
    }

    public virtual Fault UserName(out nint text)
    {
        text = 0;
        return Fault.State;
    }

    public virtual Fault Password(out nint text)
    {
        text = 0;
        return Fault.State;
    }

    public virtual Fault RemoteEndPoint(out IPEndPoint? endPoint)
    {
        endPoint = null;
        return Fault.State;
    }

    public virtual Fault Descriptor(out int descriptor)
    {
        descriptor = -1;
        return Fault.State;
    }
}
