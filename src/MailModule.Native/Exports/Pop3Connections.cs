using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Native.Exports;

/// <summary>POP3 clients: their connection, TLS, and what can be asked about both.</summary>
internal static unsafe class Pop3Connections
{
    private const int NoGreeting = 1;
    private const int TlsFirst = 2;
    private const int Greeting = 4;

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int New(nint engine, nint options, nint place)
        => Boundary.Code((engine, options, place), New);

    private static Fault New((nint Engine, nint Options, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "pop3 is NULL");
        *(nint*)call.Place = 0;
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        ClientOptionsLayout given = default;
        if (call.Options != 0 && (fault = Layout.Read(call.Options, out given)) != Fault.None)
            return fault;
        fault = ClientOptionsReader.Read(given, out var setup);
        return fault == Fault.None ? Pop3Handle.Open(engine.Engine, setup, out *(nint*)call.Place) : fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint pop3) => Boundary.Code(pop3, FreeClient);

    private static Fault FreeClient(nint pop3)
    {
        if (pop3 == 0)
            return Fault.None;
        var fault = HandleTable.Find(pop3, out Pop3Handle handle);
        return fault == Fault.None ? handle.Free() : fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_set_timeouts", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetTimeouts(nint pop3, int connect, int send, int receive)
        => Pop3Handle.Call(pop3, handle =>
        {
            var fault = ClientOptionsReader.ReadTimes(connect, send, receive, out var times);
            return fault == Fault.None ? handle.Client.SetTimes(times) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_connect", CallConvs = [typeof(CallConvCdecl)])]
    private static int Connect(nint pop3, nint host, int port, int flags, nint status)
        => Pop3Handle.Call(pop3, status, handle =>
        {
            var fault = Text.Read(host, "host", out string name);
            if (fault == Fault.None)
                fault = CheckFlags(flags, NoGreeting | TlsFirst);
            bool isTlsFirst = (flags & TlsFirst) != 0;
            int number = port != 0 ? port : isTlsFirst ? 995 : 110; // RFC 8314 §7.3, RFC 1939 §3
            return fault == Fault.None
                ? handle.Client.Connect(name, number, isTlsFirst, (flags & NoGreeting) == 0)
                : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_connect_transport", CallConvs = [typeof(CallConvCdecl)])]
    private static int ConnectTransport(nint pop3, nint transport, nint host, int flags, nint status)
        => WithTransport(pop3, transport, status, (handle, made) =>
        {
            var fault = Text.ReadOptional(host, "host", out string? name);
            if (fault == Fault.None)
                fault = CheckFlags(flags, NoGreeting | TlsFirst);
            if (fault == Fault.None)
                return handle.Client.Connect(made, name ?? "", (flags & TlsFirst) != 0, (flags & NoGreeting) == 0);
            made.Close();
            return fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_start_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartTls(nint pop3, nint name, int flags, nint status)
        => Pop3Handle.Call(pop3, status, handle =>
        {
            var fault = Text.ReadOptional(name, "server_name", out string? text);
            if (fault == Fault.None)
                fault = CheckFlags(flags, Greeting);
            return fault == Fault.None ? handle.Client.StartTls(text, (flags & Greeting) != 0) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_set_transport", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetTransport(nint pop3, nint transport)
        => WithTransport(pop3, transport, 0, (handle, made) => handle.Client.SetTransport(made));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_socket", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetSocket(nint pop3, nint place)
        => Pop3Handle.Call(pop3, handle => place == 0
            ? FaultReason.Because(Fault.Argument, "socket is NULL")
            : handle.Client.Socket(out *(nint*)place));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_wait", CallConvs = [typeof(CallConvCdecl)])]
    private static int Wait(nint pop3, int wanted, int milliseconds, nint place)
        => Pop3Handle.Call(pop3, handle =>
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

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_cancel", CallConvs = [typeof(CallConvCdecl)])]
    private static int Cancel(nint pop3) => Boundary.Code(pop3, CancelClient);

    private static Fault CancelClient(nint pop3)
    {
        var fault = HandleTable.Find(pop3, out Pop3Handle handle);
        if (fault == Fault.None)
            handle.Client.Cancel();
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_close", CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint pop3) => Pop3Handle.Call(pop3, handle => handle.Client.Close());

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_capability_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCapabilityCount(nint pop3, nint count) => Pop3Handle.Call(pop3, handle =>
    {
        if (count == 0)
            return FaultReason.Because(Fault.Argument, "count is NULL");
        *(int*)count = handle.Client.Capabilities.Count;
        return Fault.None;
    });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_capability", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCapability(nint pop3, int index, nint text) => Pop3Handle.Call(pop3, handle => text == 0
        ? FaultReason.Because(Fault.Argument, "text is NULL")
        : handle.Capability(index, out *(nint*)text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_find_capability", CallConvs = [typeof(CallConvCdecl)])]
    private static int FindCapability(nint pop3, nint name, nint parameters) => Pop3Handle.Call(pop3, handle =>
    {
        if (parameters == 0)
            return FaultReason.Because(Fault.Argument, "parameters is NULL");
        var fault = Text.Read(name, "name", out string keyword);
        return fault == Fault.None ? handle.FindCapability(keyword, out *(nint*)parameters) : fault;
    });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_reply", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetReply(nint pop3, nint reply) => Pop3Handle.Call(pop3, handle => handle.WriteReply(reply));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_error", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetError(nint pop3, nint detail) => Pop3Handle.Call(pop3, handle => handle.WriteError(detail));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetTls(nint pop3, nint text) => Pop3Handle.Call(pop3, handle => text == 0
        ? FaultReason.Because(Fault.Argument, "text is NULL")
        : handle.Tls(out *(nint*)text));

    /// <summary>
    /// A transport of the host's: whatever keeps the call from its body closes it, once it can be read.
    /// </summary>
    private static int WithTransport(
        nint pop3, nint transport, nint status, Func<Pop3Handle, HostTransport, Fault> body)
    {
        HostTransport? made = null;
        bool isTaken = false;
        int result = Boundary.Code(transport, place => HostTransport.TryMake(place, out made));
        if (result != 0)
            return result;
        result = Pop3Handle.Call(pop3, status, handle =>
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
