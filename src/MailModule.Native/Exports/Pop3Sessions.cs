using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine.Serving.Handlers;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Handlers of a POP3 server, and what they give to its sessions.</summary>
internal static unsafe class Pop3Sessions
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_server_add_handlers", CallConvs = [typeof(CallConvCdecl)])]
    private static int AddHandlers(nint server, nint handlers, nint user)
        => Boundary.Code((server, handlers, user), static call =>
        {
            var fault = HandleTable.Find(call.server, out ServerHandle.Pop3 server);
            if (fault != Fault.None)
                return fault;
            fault = Pop3HandlerTable.Read(call.handlers, call.user, out var table);
            if (fault != Fault.None)
                return fault;
            return table is null
                ? FaultReason.Because(Fault.Argument, "handlers is NULL")
                : server.AddHandlers(table);
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_add_message", CallConvs = [typeof(CallConvCdecl)])]
    private static int AddMessage(nint session, long octets, nint id, nint data)
        => Sessions.Call(session, (octets, id, data), static (handle, call) =>
        {
            var fault = Text.Read(call.id, "id", out string id);
            if (fault != Fault.None)
                return fault;
            return handle.Session is IPop3HandlerSession pop3
                ? pop3.AddMessage(call.octets, id, call.data)
                : WrongProtocol();
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_write", CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint session, nint octets, nuint size)
        => Sessions.Call(session, (octets, size), static (handle, call) =>
        {
            if (call.octets == 0 && call.size > 0)
                return FaultReason.Because(Fault.Argument, "octets is NULL");
            if (handle.Session is not IPop3HandlerSession pop3)
                return WrongProtocol();
            var fault = Fault.None;
            nuint at = 0;
            // In retr any size is taken, in parts.
            do
            {
                int part = (int)Math.Min(call.size - at, int.MaxValue);
                fault = pop3.Write(new ReadOnlySpan<byte>((byte*)call.octets + at, part));
                at += (nuint)part;
            }
            while (fault == Fault.None && at < call.size);
            return fault;
        });

    private static Fault WrongProtocol()
        => FaultReason.Because(Fault.State, "it is no session of a POP3 server");
}
