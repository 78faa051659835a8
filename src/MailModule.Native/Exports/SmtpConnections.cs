using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Native.Exports;

/// <summary>SMTP clients: their connection, TLS, and what can be asked about both.</summary>
internal static unsafe class SmtpConnections
{
    private const int NoGreeting = 1;
    private const int TlsFirst = 2;
    private const int Greeting = 4;

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int New(nint engine, nint options, nint place)
        => Boundary.Code((engine, options, place), New);

    private static Fault New((nint Engine, nint Options, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "smtp is NULL");
        *(nint*)call.Place = 0;
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        ClientOptionsLayout given = default;
        if (call.Options != 0 && (fault = Layout.Read(call.Options, out given)) != Fault.None)
            return fault;
        fault = ClientOptionsReader.Read(given, out var setup);
        return fault == Fault.None ? SmtpHandle.Open(engine.Engine, setup, out *(nint*)call.Place) : fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint smtp) => Boundary.Code(smtp, FreeClient);

    private static Fault FreeClient(nint smtp)
    {
        if (smtp == 0)
            return Fault.None;
        var fault = HandleTable.Find(smtp, out SmtpHandle handle);
        return fault == Fault.None ? handle.Free() : fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_set_timeouts", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetTimeouts(nint smtp, int connect, int send, int receive)
        => SmtpHandle.Call(smtp, handle =>
        {
            var fault = ClientOptionsReader.ReadTimes(connect, send, receive, out var times);
            return fault == Fault.None ? handle.Client.SetTimes(times) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_connect", CallConvs = [typeof(CallConvCdecl)])]
    private static int Connect(nint smtp, nint host, int port, int flags, nint code)
        => SmtpHandle.Call(smtp, code, handle =>
        {
            var fault = Text.Read(host, "host", out string name);
            if (fault == Fault.None)
                fault = CheckFlags(flags, NoGreeting | TlsFirst);
            bool isTlsFirst = (flags & TlsFirst) != 0;
            int number = port != 0 ? port : isTlsFirst ? 465 : 25; // RFC 8314 §7.3
            return fault == Fault.None
                ? handle.Client.Connect(name, number, isTlsFirst, (flags & NoGreeting) == 0)
                : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_connect_transport", CallConvs = [typeof(CallConvCdecl)])]
    private static int ConnectTransport(nint smtp, nint transport, nint host, int flags, nint code)
        => WithTransport(smtp, transport, code, (handle, made) =>
        {
            var fault = Text.ReadOptional(host, "host", out string? name);
            if (fault == Fault.None)
                fault = CheckFlags(flags, NoGreeting | TlsFirst);
            if (fault == Fault.None)
                return handle.Client.Connect(made, name ?? "", (flags & TlsFirst) != 0, (flags & NoGreeting) == 0);
            made.Close();
            return fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_start_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartTls(nint smtp, nint name, int flags, nint code)
        => SmtpHandle.Call(smtp, code, handle =>
        {
            var fault = Text.ReadOptional(name, "server_name", out string? text);
            if (fault == Fault.None)
                fault = CheckFlags(flags, Greeting);
            return fault == Fault.None ? handle.Client.StartTls(text, (flags & Greeting) != 0) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_set_transport", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetTransport(nint smtp, nint transport)
        => WithTransport(smtp, transport, 0, (handle, made) => handle.Client.SetTransport(made));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_socket", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetSocket(nint smtp, nint place)
        => SmtpHandle.Call(smtp, handle => place == 0
            ? FaultReason.Because(Fault.Argument, "socket is NULL")
            : handle.Client.Socket(out *(nint*)place));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_wait", CallConvs = [typeof(CallConvCdecl)])]
    private static int Wait(nint smtp, int wanted, int milliseconds, nint place)
        => SmtpHandle.Call(smtp, handle =>
        {
            if (wanted is < (int)Readiness.Input or > (int)(Readiness.Input | Readiness.Room) || place == 0)
                return FaultReason.Because(Fault.Argument, "found is NULL, or wanted is not MM_READY_... bits");
            *(int*)place = 0;
            if (!Times.TryReadWait(milliseconds, out var time))
                return Times.NoWait;
            var fault = handle.Client.Wait((Readiness)wanted, time, out var there);
            *(int*)place = (int)there;
            return fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_cancel", CallConvs = [typeof(CallConvCdecl)])]
    private static int Cancel(nint smtp) => Boundary.Code(smtp, CancelClient);

    private static Fault CancelClient(nint smtp)
    {
        var fault = HandleTable.Find(smtp, out SmtpHandle handle);
        if (fault == Fault.None)
            handle.Client.Cancel();
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_close", CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint smtp) => SmtpHandle.Call(smtp, handle => handle.Client.Close());

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_capability_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCapabilityCount(nint smtp, nint count) => SmtpHandle.Call(smtp, handle =>
    {
        if (count == 0)
            return FaultReason.Because(Fault.Argument, "count is NULL");
        *(int*)count = handle.Client.Capabilities.Count;
        return Fault.None;
    });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_capability", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCapability(nint smtp, int index, nint text) => SmtpHandle.Call(smtp, handle => text == 0
        ? FaultReason.Because(Fault.Argument, "text is NULL")
        : handle.Capability(index, out *(nint*)text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_find_capability", CallConvs = [typeof(CallConvCdecl)])]
    private static int FindCapability(nint smtp, nint name, nint parameters) => SmtpHandle.Call(smtp, handle =>
    {
        if (parameters == 0)
            return FaultReason.Because(Fault.Argument, "parameters is NULL");
        var fault = Text.Read(name, "name", out string keyword);
        return fault == Fault.None ? handle.FindCapability(keyword, out *(nint*)parameters) : fault;
    });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_reply", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetReply(nint smtp, nint reply) => SmtpHandle.Call(smtp, handle => handle.WriteReply(reply));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_error", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetError(nint smtp, nint detail) => SmtpHandle.Call(smtp, handle => handle.WriteError(detail));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetTls(nint smtp, nint text) => SmtpHandle.Call(smtp, handle => text == 0
        ? FaultReason.Because(Fault.Argument, "text is NULL")
        : handle.Tls(out *(nint*)text));

    /// <summary>
    /// A transport of the host's: whatever keeps the call from its body closes it, once it can be read.
    /// </summary>
    private static int WithTransport(
        nint smtp, nint transport, nint code, Func<SmtpHandle, HostTransport, Fault> body)
    {
        HostTransport? made = null;
        bool isTaken = false;
        int result = Boundary.Code(transport, place => HostTransport.TryMake(place, out made));
        if (result != 0)
            return result;
        result = SmtpHandle.Call(smtp, code, handle =>
        {
            isTaken = true;
            return body(handle, made!);
        });
        if (!isTaken)
            made!.Close();
        return result;
    }

    private static Fault CheckFlags(int flags, int known)
        => (flags & ~known) == 0
            ? Fault.None
            : FaultReason.Because(Fault.Argument, "flags has bits that mean nothing here");
}
