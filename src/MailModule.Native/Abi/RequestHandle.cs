using System.Net;
using MailModule.Engine.Serving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// The stream that all request callbacks of one connection get: made before the first, gone when the connection has
/// ended. Between callbacks it is as if it were gone, for the session goes on then.
/// </summary>
internal sealed unsafe class RequestHandle : StreamHandle, IHostHandle
{
    private readonly IRequestStream _stream;
    private readonly List<nint> _texts = [];
    private nint _userName;
    private nint _password;
    private nint _user;
    private nint _closed;
    private volatile bool _isInside;

    public RequestHandle(IRequestStream stream)
    {
        _stream = stream;
        Address = HandleTable.Add(this);
    }

    /// <inheritdoc/>
    public bool CallsHost => _closed != 0;

    /// <inheritdoc/>
    protected override bool IsHere => _isInside;

    /// <summary>The host is about to be asked.</summary>
    public void BeginRequest() => _isInside = true;

    /// <summary>The host has answered.</summary>
    public void EndRequest()
    {
        _isInside = false;
        Text.Free(_userName);
        Text.Free(_password);
        _userName = _password = 0;
        foreach (nint text in _texts)
            Text.Free(text);
        _texts.Clear();
    }

    /// <inheritdoc/>
    public void Close()
    {
        HandleTable.Remove(Address);
        if (_closed == 0)
            return;
        using (Callbacks.Enter())
            ((delegate* unmanaged[Cdecl]<nint, void>)_closed)(_user);
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

    public override Fault User(out nint user)
    {
        user = _user;
        return Fault.None;
    }

    public override Fault SetUser(nint user)
    {
        _user = user;
        return Fault.None;
    }

    public override Fault SetClosed(nint callback)
    {
        _closed = callback;
        return Fault.None;
    }

    public override Fault SetReply(HostRefusal words)
    {
        if (words.FindProblem() is { } wrong)
            return FaultReason.Because(Fault.Argument, wrong);
        _stream.Refusal = words;
        return Fault.None;
    }

    public override Fault AuthCount(out int count)
    {
        var fault = Explain(_stream.GetAuthentication(out var results));
        count = results.Count;
        return fault;
    }

    public override Fault WriteAuth(int index, nint place)
    {
        var fault = Layout.Check<AuthResultLayout>(place);
        if (fault != Fault.None || (fault = Explain(_stream.GetAuthentication(out var results))) != Fault.None)
            return fault;
        if (index < 0 || index >= results.Count)
            return FaultReason.Because(Fault.NotFound, $"there is no result {index}");
        Span<nint> texts = stackalloc nint[AuthResultWriter.TextCount];
        _texts.Add(TextBlock.Allocate(AuthResultWriter.TextsOf(results[index]), texts));
        Layout.Write(place, AuthResultWriter.LayoutOf(results[index], texts));
        return Fault.None;
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
