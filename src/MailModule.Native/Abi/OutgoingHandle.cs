using MailModule.Delivery.Outgoing;
using MailModule.Engine;
using MailModule.Engine.Sending;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// The stream of a message that the host sends. It is gone when <see cref="End"/> has returned or, if there is a
/// callback, when the last callback has, which in a synchronous send is before that.
/// </summary>
internal sealed unsafe class OutgoingHandle : StreamHandle, ISubmissionObserver
{
    /// <summary><c>STATE_SMTP_ERROR</c>; the other numbers are those of <see cref="SubmissionState"/>.</summary>
    private const int ErrorState = -1;

    private readonly delegate* unmanaged[Cdecl]<nint, nint, int, int, void> _callback;
    private readonly nint _parameter;
    private IOutgoingStream? _stream;
    private int _ended;
    private nint _recipient;

    private OutgoingHandle(nint callback, nint parameter)
    {
        _callback = (delegate* unmanaged[Cdecl]<nint, nint, int, int, void>)callback;
        _parameter = parameter;
    }

    /// <summary>Begins a message at the engine and makes its handle.</summary>
    public static Fault Open(
        MailEngine engine, SendRoute route, string from, string to, nint callback, nint parameter, out nint handle)
    {
        handle = 0;
        var outgoing = new OutgoingHandle(callback, parameter);
        var fault = engine.BeginSend(route, from, to, callback == 0 ? null : outgoing, out outgoing._stream);
        if (fault != Fault.None)
            return fault;
        handle = outgoing.Address = HandleTable.Add(outgoing);
        return handle == 0 ? HandleTable.TooMany : Fault.None;
    }

    public override Fault Send(ReadOnlySpan<byte> octets)
        => Volatile.Read(ref _ended) != 0 ? Ended() : _stream!.Write(octets);

    public override Fault End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return Ended();
        var fault = _stream!.End();
        if (fault == Fault.State)
            Volatile.Write(ref _ended, 0);
        else if (_callback == null)
            HandleTable.Remove(Address);
        return fault;
    }

    public override Fault Recipient(out nint text)
    {
        text = Volatile.Read(ref _recipient);
        return text == 0
            ? FaultReason.Because(Fault.State, "no callback of this stream runs")
            : Fault.None;
    }

    public void StateChanged(SubmissionState state, long value, int recipient)
    {
        nint text = Text.Allocate(recipient == ISubmissionObserver.All ? "" : _stream!.AddressOf(recipient));
        Volatile.Write(ref _recipient, text);
        int number = state == SubmissionState.Failed ? ErrorState : (int)state;
        using (Callbacks.Enter())
            _callback(Address, _parameter, number, (int)Math.Clamp(value, int.MinValue, int.MaxValue));
        Volatile.Write(ref _recipient, 0);
        Text.Free(text);
    }

    public void Finished() => HandleTable.Remove(Address);

    private static Fault Ended() => FaultReason.Because(Fault.State, "SRVEndOfMsg has ended the message already");
}
