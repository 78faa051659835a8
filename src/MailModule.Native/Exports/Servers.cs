using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine.Serving;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The servers of an engine, each with a handle of its own.</summary>
internal static unsafe class Servers
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_server_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartSmtp(nint engine, nint options, nint handlers, nint user, nint place)
        => Boundary.Code((ServerKind.Smtp, engine, options, handlers, place), Start);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_server_get_port", CallConvs = [typeof(CallConvCdecl)])]
    private static int SmtpPort(nint server, nint port) => Boundary.Code((server, port), Port<ServerHandle.Smtp>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_server_stop", CallConvs = [typeof(CallConvCdecl)])]
    private static int StopSmtp(nint server, int milliseconds)
        => Boundary.Code((server, milliseconds), Stop<ServerHandle.Smtp>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_server_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartPop3(nint engine, nint options, nint handlers, nint user, nint place)
        => Boundary.Code((ServerKind.Pop3, engine, options, handlers, place), Start);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_server_get_port", CallConvs = [typeof(CallConvCdecl)])]
    private static int Pop3Port(nint server, nint port) => Boundary.Code((server, port), Port<ServerHandle.Pop3>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_server_stop", CallConvs = [typeof(CallConvCdecl)])]
    private static int StopPop3(nint server, int milliseconds)
        => Boundary.Code((server, milliseconds), Stop<ServerHandle.Pop3>);

    private static Fault Start((ServerKind Kind, nint Engine, nint Options, nint Handlers, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "server is NULL");
        *(nint*)call.Place = 0;
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        fault = ServerOptionsReader.Read(call.Options, out var options);
        if (fault == Fault.None)
            fault = ServerOptionsReader.CheckHandlers(call.Handlers);
        return fault != Fault.None
            ? fault
            : ServerHandle.Open(engine.Engine, call.Kind, options, out *(nint*)call.Place);
    }

    private static Fault Port<T>((nint Server, nint Place) call) where T : ServerHandle
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "port is NULL");
        *(int*)call.Place = 0;
        var fault = HandleTable.Find(call.Server, out T server);
        return fault != Fault.None ? fault : server.Port(out *(int*)call.Place);
    }

    private static Fault Stop<T>((nint Server, int Milliseconds) call) where T : ServerHandle
    {
        if (call.Server == 0)
            return Fault.None;
        var fault = HandleTable.Find(call.Server, out T server);
        if (fault != Fault.None)
            return fault;
        if (!Times.TryReadWait(call.Milliseconds, out var timeout))
            return Times.NoWait;
        return Callbacks.Inside ? Callbacks.MayNotWait : server.Stop(timeout);
    }
}
