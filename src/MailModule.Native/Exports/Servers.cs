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
        => Boundary.Code((engine, options, handlers, user, place), StartSmtp);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_server_get_port", CallConvs = [typeof(CallConvCdecl)])]
    private static int SmtpPort(nint server, nint port) => Boundary.Code((server, port), Port<ServerHandle.Smtp>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_server_stop", CallConvs = [typeof(CallConvCdecl)])]
    private static int StopSmtp(nint server, int milliseconds)
        => Boundary.Code((server, milliseconds), Stop<ServerHandle.Smtp>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_server_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartPop3(nint engine, nint options, nint handlers, nint user, nint place)
        => Boundary.Code((engine, options, handlers, user, place), StartPop3);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_server_get_port", CallConvs = [typeof(CallConvCdecl)])]
    private static int Pop3Port(nint server, nint port) => Boundary.Code((server, port), Port<ServerHandle.Pop3>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_server_stop", CallConvs = [typeof(CallConvCdecl)])]
    private static int StopPop3(nint server, int milliseconds)
        => Boundary.Code((server, milliseconds), Stop<ServerHandle.Pop3>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_server_add_handlers", CallConvs = [typeof(CallConvCdecl)])]
    private static int AddHandlers(nint server, nint handlers, nint user)
        => Boundary.Code((server, handlers, user), static call =>
        {
            var fault = HandleTable.Find(call.server, out ServerHandle.Smtp server);
            if (fault != Fault.None)
                return fault;
            fault = HandlerTable.Read(call.handlers, call.user, out var table);
            if (fault != Fault.None)
                return fault;
            return table is null
                ? FaultReason.Because(Fault.Argument, "handlers is NULL")
                : server.AddHandlers(table);
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_server_adopt", CallConvs = [typeof(CallConvCdecl)])]
    private static int AdoptSmtp(nint server, nint socket, int tls)
        => Boundary.Code((server, socket, tls), Adopt<ServerHandle.Smtp>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_server_adopt", CallConvs = [typeof(CallConvCdecl)])]
    private static int AdoptPop3(nint server, nint socket, int tls)
        => Boundary.Code((server, socket, tls), Adopt<ServerHandle.Pop3>);

    private static Fault StartSmtp((nint Engine, nint Options, nint Handlers, nint User, nint Place) call)
    {
        var fault = FindEngine(call.Engine, call.Place, out var engine);
        if (fault != Fault.None)
            return fault;
        fault = ServerOptionsReader.ReadSmtp(call.Options, out var options);
        if (fault != Fault.None)
            return fault;
        fault = HandlerTable.Read(call.Handlers, call.User, out var handlers);
        if (fault != Fault.None)
            return fault;
        if (handlers is not null)
            options = options with { Handlers = [handlers] };
        return ServerHandle.Open(engine!.Engine, ServerKind.Smtp, options, out *(nint*)call.Place);
    }

    private static Fault StartPop3((nint Engine, nint Options, nint Handlers, nint User, nint Place) call)
    {
        var fault = FindEngine(call.Engine, call.Place, out var engine);
        if (fault != Fault.None)
            return fault;
        fault = ServerOptionsReader.ReadPop3(call.Options, out var options);
        if (fault != Fault.None)
            return fault;
        fault = Pop3HandlerTable.Read(call.Handlers, call.User, out var handlers);
        if (fault != Fault.None)
            return fault;
        if (handlers is not null)
            options = options with { Pop3Handlers = [handlers] };
        return ServerHandle.Open(engine!.Engine, ServerKind.Pop3, options, out *(nint*)call.Place);
    }

    private static Fault FindEngine(nint handle, nint place, out EngineHandle? engine)
    {
        engine = null;
        if (place == 0)
            return FaultReason.Because(Fault.Argument, "server is NULL");
        *(nint*)place = 0;
        var fault = HandleTable.Find(handle, out EngineHandle found);
        engine = found;
        return fault;
    }

    private static Fault Port<T>((nint Server, nint Place) call) where T : ServerHandle
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "port is NULL");
        *(int*)call.Place = 0;
        var fault = HandleTable.Find(call.Server, out T server);
        return fault != Fault.None ? fault : server.Port(out *(int*)call.Place);
    }

    private static Fault Adopt<T>((nint Server, nint Socket, int Tls) call) where T : ServerHandle
    {
        var fault = HandleTable.Find(call.Server, out T server);
        if (fault != Fault.None)
            return fault;
        return call.Tls is 0 or 1
            ? server.Adopt(call.Socket, call.Tls != 0)
            : FaultReason.Because(Fault.Argument, "tls is 0 or 1");
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
