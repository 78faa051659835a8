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
        return fault == Fault.None && !stream.IsHere
            ? FaultReason.Because(Fault.Handle, "the stream is a request's, and its callback has returned")
            : fault;
    }

    public virtual Fault Send(ReadOnlySpan<byte> octets) => Not("written to");

    public virtual Fault Receive(Span<byte> buffer, out int count)
    {
        count = 0;
        return Not("read from");
    }

    public virtual Fault End()
        => FaultReason.Because(Fault.State, "the stream is a request's, which the library ends");

    public virtual Fault Recipient(out nint text)
    {
        text = 0;
        return FaultReason.Because(Fault.State, "the stream is a request's, which has no recipient");
    }

    public virtual Fault UserName(out nint text)
    {
        text = 0;
        return NoRequest();
    }

    public virtual Fault Password(out nint text)
    {
        text = 0;
        return NoRequest();
    }

    public virtual Fault RemoteEndPoint(out IPEndPoint? endPoint)
    {
        endPoint = null;
        return NoRequest();
    }

    public virtual Fault Descriptor(out int descriptor)
    {
        descriptor = -1;
        return NoRequest();
    }

    /// <summary>What the host keeps with the connection.</summary>
    public virtual Fault User(out nint user)
    {
        user = 0;
        return NoRequest();
    }

    public virtual Fault SetUser(nint user) => NoRequest();

    /// <param name="callback">Hears of the connection's end; 0: nobody does.</param>
    public virtual Fault SetClosed(nint callback) => NoRequest();

    public virtual Fault SetReply(HostRefusal words) => NoRequest();

    /// <summary>Results of the checks of the message that the host is asked about.</summary>
    public virtual Fault AuthCount(out int count)
    {
        count = 0;
        return NoRequest();
    }

    /// <summary>One of these results.</summary>
    public virtual Fault WriteAuth(int index, nint place) => NoRequest();

    private static Fault Not(string done) => FaultReason.Because(Fault.State, $"the stream cannot be {done} here");

    private static Fault NoRequest() => FaultReason.Because(Fault.State, "the stream is not a request's");
}
