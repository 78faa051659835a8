using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Delivery.Outgoing;
using MailModule.Engine;
using MailModule.Engine.Sending;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Messages that the host writes and sends, and what it reads and writes in a request callback.</summary>
internal static unsafe class LegacySending
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_init_direct", CallConvs = [typeof(CallConvCdecl)])]
    private static nint InitDirect(nint from, nint to, nint callback, nint parameter)
        => Boundary.Call((new SendRoute(SubmissionRoute.Direct), from, to, callback, parameter), nint.Zero, Init);

    [UnmanagedCallersOnly(EntryPoint = "mmi_init_queue", CallConvs = [typeof(CallConvCdecl)])]
    private static nint InitQueue(nint from, nint to, nint callback, nint parameter)
        => Boundary.Call((new SendRoute(SubmissionRoute.Queue), from, to, callback, parameter), nint.Zero, Init);

    [UnmanagedCallersOnly(EntryPoint = "mmi_init_smtp", CallConvs = [typeof(CallConvCdecl)])]
    private static nint InitSmtp(nint from, nint to, nint host, int port, nint callback, nint parameter)
        => Boundary.Call((from, to, host, port, callback, parameter), nint.Zero, InitSmtp);

    private static Fault InitSmtp(
        (nint From, nint To, nint Host, int Port, nint Callback, nint Parameter) call, out nint handle)
    {
        handle = 0;
        var fault = Text.Read(call.Host, "smtp_host", out string host);
        if (fault != Fault.None)
            return fault;
        if (host.Length == 0 || call.Port is < 1 or > 65535)
            return FaultReason.Because(
                Fault.Argument, host.Length == 0 ? "smtp_host is empty" : "a port is 1 to 65535");
        return Init(
            (new SendRoute(SubmissionRoute.Server, host, call.Port), call.From, call.To, call.Callback, call.Parameter),
            out handle);
    }

    private static Fault Init(
        (SendRoute Route, nint From, nint To, nint Callback, nint Parameter) call, out nint handle)
    {
        handle = 0;
        var fault = Text.Read(call.From, "from", out string from);
        if (fault != Fault.None)
            return fault;
        fault = Text.Read(call.To, "to", out string to);
        if (fault != Fault.None)
            return fault;
        return OutgoingHandle.Open(MailEngine.Default, call.Route, from, to, call.Callback, call.Parameter, out handle);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send", CallConvs = [typeof(CallConvCdecl)])]
    private static int Send(nint stream, nint octets, int size) => Boundary.Call((stream, octets, size), 0, Send);

    private static Fault Send((nint Stream, nint Octets, int Size) call, out int sent)
    {
        sent = 0;
        var fault = StreamHandle.Find(call.Stream, out var stream);
        if (fault != Fault.None)
            return fault;
        if (call.Size < 0 || (call.Octets == 0 && call.Size > 0))
            return FaultReason.Because(Fault.Argument, "bufer is NULL, or size below 0");
        fault = stream.Send(new ReadOnlySpan<byte>((void*)call.Octets, call.Size));
        sent = call.Size;
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_recv", CallConvs = [typeof(CallConvCdecl)])]
    private static int Receive(nint stream, nint buffer, int size) => Boundary.Call((stream, buffer, size), 0, Receive);

    private static Fault Receive((nint Stream, nint Buffer, int Size) call, out int received)
    {
        received = 0;
        var fault = StreamHandle.Find(call.Stream, out var stream);
        if (fault != Fault.None)
            return fault;
        if (call.Buffer == 0 || call.Size < 1)
            return FaultReason.Because(Fault.Argument, "bufer is NULL, or l below 1");
        return stream.Receive(new Span<byte>((void*)call.Buffer, call.Size), out received);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_end", CallConvs = [typeof(CallConvCdecl)])]
    private static void End(nint stream) => Boundary.Code(stream, EndMessage);

    private static Fault EndMessage(nint handle)
    {
        var fault = StreamHandle.Find(handle, out var stream);
        return fault != Fault.None ? fault : stream.End();
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_stream_recipient", CallConvs = [typeof(CallConvCdecl)])]
    private static nint Recipient(nint stream) => Boundary.Call(stream, nint.Zero, Recipient);

    private static Fault Recipient(nint handle, out nint text)
    {
        text = 0;
        var fault = StreamHandle.Find(handle, out var stream);
        return fault != Fault.None ? fault : stream.Recipient(out text);
    }
}
