using System.Net;
using MailModule.Engine.Serving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What a <c>ServerStream</c> stands for. What a kind of stream cannot do is <see cref="Fault.State"/>.
/// </summary>
internal abstract class StreamHandle
{
    /// <summary>The handle's value; 0 when none could be had.</summary>
    public nint Address { get; protected set; }

    /// <summary>False: for the host it is as if it were gone.</summary>
    protected virtual bool IsHere => true;

    /// <summary>As <see cref="HandleTable.Find"/>.</summary>
    public static Fault Find(nint value, out StreamHandle stream)
    {
        var fault = HandleTable.Find(value, out stream);
        return fault == Fault.None && !stream.IsHere ? Fault.Handle : fault;
    }

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

    /// <summary>What the host keeps with the connection.</summary>
    public virtual Fault User(out nint user)
    {
        user = 0;
        return Fault.State;
    }

    public virtual Fault SetUser(nint user) => Fault.State;

    /// <param name="callback">Hears of the connection's end; 0: nobody does.</param>
    public virtual Fault SetClosed(nint callback) => Fault.State;

    public virtual Fault SetReply(HostRefusal words) => Fault.State;
}
