using System.Net;
using MailModule.Engine.Serving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>The stream of one request callback: made before the host is asked, gone when it has answered.</summary>
internal sealed class RequestHandle : StreamHandle
{
    private readonly IRequestStream _stream;
    private nint _userName;
    private nint _password;

    public RequestHandle(IRequestStream stream)
    {
        _stream = stream;
        Address = HandleTable.Add(this);
    }

    public void Close()
    {
        if (Address != 0)
            HandleTable.Remove(Address);
        Text.Free(_userName);
        Text.Free(_password);
        _userName = _password = 0;
    }

    public override Fault Send(ReadOnlySpan<byte> octets) => Explain(_stream.Send(octets));

    public override Fault Receive(Span<byte> buffer, out int count)
        => Explain(_stream.Receive(buffer, out count));

    public override Fault UserName(out nint text)
    {
        text = Keep(ref _userName, _stream.UserName);
        return Fault.None;
    }

    public override Fault Password(out nint text)
    {
        text = Keep(ref _password, _stream.Password);
        return Fault.None;
    }

    public override Fault RemoteEndPoint(out IPEndPoint? endPoint)
    {
        endPoint = _stream.RemoteEndPoint;
        return endPoint is null ? Gone() : Fault.None;
    }

    public override Fault Descriptor(out int descriptor)
    {
        descriptor = (int)_stream.Descriptor;
        return descriptor < 0 ? Gone() : Fault.None;
    }

    // What cannot be kept has said where by now.
    private static Fault Explain(Fault fault) => fault switch
    {
        Fault.State => FaultReason.Because(fault, "not for this action, or it would block with callback_inline"),
        Fault.Closed => Gone(),
        Fault.Timeout => FaultReason.Because(fault, "the client was silent for too long"),
        Fault.Limit => FaultReason.Because(fault, "the message is larger than smtp_msg_limit"),
        Fault.Protocol => FaultReason.Because(
            fault, "the message has a bare CR or LF or a NUL in it, or has passed too many hosts"),
        _ => fault,
    };

    private static Fault Gone() => FaultReason.Because(Fault.Closed, "the client has gone");

    private static nint Keep(ref nint place, string? text)
    {
        Text.Free(place);
        return place = text is null ? 0 : Text.Allocate(text);
    }
}
