using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Sessions of an SMTP server whose octets the host moves.</summary>
internal static unsafe class SteppedSessions
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int New(nint server, nint options, nint place)
        => Boundary.Code((server, options, place), static call =>
        {
            if (call.place == 0)
                return FaultReason.Because(Fault.Argument, "stepped is NULL");
            *(nint*)call.place = 0;
            var fault = HandleTable.Find(call.server, out ServerHandle.Smtp handle);
            if (fault != Fault.None)
                return fault;
            fault = SteppedOptionsReader.Read(call.options, out var options);
            return fault == Fault.None ? handle.OpenStepped(options, out *(nint*)call.place) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_step", CallConvs = [typeof(CallConvCdecl)])]
    private static int Step(nint stepped, nint octets, nuint size, nint output, nint length, nint wants)
        => Call(stepped, (octets, size, output, length, wants), static (handle, call) =>
        {
            if (call.output == 0 || call.length == 0 || call.wants == 0)
                return FaultReason.Because(Fault.Argument, "output, length or wants is NULL");
            if (call.size > int.MaxValue || (call.octets == 0 && call.size > 0))
                return FaultReason.Because(Fault.Argument, "octets is NULL, or size too large");
            return handle.Step(
                new ReadOnlySpan<byte>((void*)call.octets, (int)call.size), out *(nint*)call.output,
                out *(nuint*)call.length, out *(int*)call.wants);
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_begin_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int BeginTls(nint stepped, nint description)
        => Call(stepped, description, static (handle, place) =>
        {
            var fault = Text.Read(place, "description", out string text);
            return fault == Fault.None ? handle.BeginTls(text) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_get_timeout", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetTimeout(nint stepped, nint place)
        => Call(stepped, place, static (handle, place) =>
        {
            if (place == 0)
                return FaultReason.Because(Fault.Argument, "timeout_ms is NULL");
            *(int*)place = handle.Timeout;
            return Fault.None;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint stepped)
        => stepped == 0
            ? Boundary.Code(0, static _ => Fault.None)
            : Call(stepped, 0, static (handle, _) => handle.Free());

    private static int Call<T>(nint stepped, T arguments, Func<SteppedHandle, T, Fault> body)
        => Boundary.Code((stepped, arguments, body), static call =>
        {
            var fault = HandleTable.Find(call.stepped, out SteppedHandle handle);
            return fault == Fault.None ? call.body(handle, call.arguments) : fault;
        });
}
