using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine.Serving;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Sessions of SMTP and POP3 servers whose octets the host moves.</summary>
internal static unsafe class SteppedSessions
{
    private delegate Fault OptionsReader(nint pointer, out SteppedOptions options);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int NewSmtp(nint server, nint options, nint place)
        => Boundary.Code(
            (server, options, place), static call => New<ServerHandle.Smtp>(call, SteppedOptionsReader.ReadSmtp));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_step", CallConvs = [typeof(CallConvCdecl)])]
    private static int StepSmtp(nint stepped, nint octets, nuint size, nint output, nint length, nint wants)
        => Boundary.Code((stepped, octets, size, output, length, wants), Step<SteppedHandle.Smtp>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_begin_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int BeginSmtpTls(nint stepped, nint description)
        => Boundary.Code((stepped, description), BeginTls<SteppedHandle.Smtp>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_get_timeout", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetSmtpTimeout(nint stepped, nint place)
        => Boundary.Code((stepped, place), GetTimeout<SteppedHandle.Smtp>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_stepped_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int FreeSmtp(nint stepped) => Boundary.End(stepped, static (SteppedHandle.Smtp one) => one.Free());

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_stepped_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int NewPop3(nint server, nint options, nint place)
        => Boundary.Code(
            (server, options, place), static call => New<ServerHandle.Pop3>(call, SteppedOptionsReader.ReadPop3));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_stepped_step", CallConvs = [typeof(CallConvCdecl)])]
    private static int StepPop3(nint stepped, nint octets, nuint size, nint output, nint length, nint wants)
        => Boundary.Code((stepped, octets, size, output, length, wants), Step<SteppedHandle.Pop3>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_stepped_begin_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int BeginPop3Tls(nint stepped, nint description)
        => Boundary.Code((stepped, description), BeginTls<SteppedHandle.Pop3>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_stepped_get_timeout", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetPop3Timeout(nint stepped, nint place)
        => Boundary.Code((stepped, place), GetTimeout<SteppedHandle.Pop3>);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_stepped_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int FreePop3(nint stepped) => Boundary.End(stepped, static (SteppedHandle.Pop3 one) => one.Free());

    private static Fault New<T>((nint Server, nint Options, nint Place) call, OptionsReader read)
        where T : ServerHandle
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "stepped is NULL");
        *(nint*)call.Place = 0;
        var fault = HandleTable.Find(call.Server, out T handle);
        if (fault != Fault.None)
            return fault;
        fault = read(call.Options, out var options);
        return fault == Fault.None ? handle.OpenStepped(options, out *(nint*)call.Place) : fault;
    }

    private static Fault Step<T>(
        (nint Stepped, nint Octets, nuint Size, nint Output, nint Length, nint Wants) call)
        where T : SteppedHandle
    {
        var fault = HandleTable.Find(call.Stepped, out T handle);
        if (fault != Fault.None)
            return fault;
        if (call.Output == 0 || call.Length == 0 || call.Wants == 0)
            return FaultReason.Because(Fault.Argument, "output, length or wants is NULL");
        if (call.Size > int.MaxValue || (call.Octets == 0 && call.Size > 0))
            return FaultReason.Because(Fault.Argument, "octets is NULL, or size too large");
        return handle.Step(
            new ReadOnlySpan<byte>((void*)call.Octets, (int)call.Size), out *(nint*)call.Output,
            out *(nuint*)call.Length, out *(int*)call.Wants);
    }

    private static Fault BeginTls<T>((nint Stepped, nint Description) call) where T : SteppedHandle
    {
        var fault = HandleTable.Find(call.Stepped, out T handle);
        if (fault != Fault.None)
            return fault;
        fault = Text.Read(call.Description, "description", out string text);
        return fault == Fault.None ? handle.BeginTls(text) : fault;
    }

    private static Fault GetTimeout<T>((nint Stepped, nint Place) call) where T : SteppedHandle
    {
        var fault = HandleTable.Find(call.Stepped, out T handle);
        if (fault != Fault.None)
            return fault;
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "timeout_ms is NULL");
        *(int*)call.Place = handle.Timeout;
        return Fault.None;
    }
}
