using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Mail;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Messages with a result for each recipient.</summary>
internal static unsafe class Send
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_send_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int New(nint engine, nint options, nint from, nint place)
        => Boundary.Code((engine, options, from, place), New);

    private static Fault New((nint Engine, nint Options, nint From, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "send is NULL");
        *(nint*)call.Place = 0;
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        SendOptionsLayout given = default;
        if (call.Options != 0 && (fault = Layout.Read(call.Options, out given)) != Fault.None)
            return fault;
        fault = SendOptionsReader.Read(given, out var options);
        if (fault != Fault.None)
            return fault;
        fault = Text.Read(call.From, "from", out string from);
        return fault != Fault.None
            ? fault
            : SendHandle.Open(engine.Engine, options, from, given.OnEvent, given.User, out *(nint*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_add_recipient", CallConvs = [typeof(CallConvCdecl)])]
    private static int AddRecipient(nint send, nint address, int notify, nint originalRecipient)
        => Boundary.Code((send, address, notify, originalRecipient), AddRecipient);

    private static Fault AddRecipient((nint Send, nint Address, int Notify, nint OriginalRecipient) call)
    {
        const int Every = (int)(Notify.Never | Notify.Success | Notify.Failure | Notify.Delay);
        var fault = HandleTable.Find(call.Send, out SendHandle send);
        if (fault != Fault.None)
            return fault;
        fault = Text.Read(call.Address, "address", out string address);
        if (fault != Fault.None)
            return fault;
        fault = Text.ReadOptional(call.OriginalRecipient, "orcpt", out string? original);
        if (fault != Fault.None)
            return fault;
        // RFC 3461 §4.1: NEVER stands alone.
        if ((call.Notify & ~Every) != 0 || ((call.Notify & (int)Notify.Never) != 0 && call.Notify != (int)Notify.Never))
            return FaultReason.Because(Fault.Argument, "notify is MM_SEND_NOTIFY_... bits, and NEVER stands alone");
        return send.Sending.AddRecipient(address, (Notify)call.Notify, original);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_write", CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint send, nint octets, nuint size) => Boundary.Code((send, octets, size), Write);

    private static Fault Write((nint Send, nint Octets, nuint Size) call)
    {
        var fault = HandleTable.Find(call.Send, out SendHandle send);
        if (fault != Fault.None)
            return fault;
        if (call.Size > int.MaxValue || (call.Octets == 0 && call.Size > 0))
            return FaultReason.Because(Fault.Argument, "octets is NULL, or size above 2147483647");
        return send.Sending.Write(new ReadOnlySpan<byte>((void*)call.Octets, (int)call.Size));
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_set_file", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetFile(nint send, nint path) => Boundary.Code((send, path), SetFile);

    private static Fault SetFile((nint Send, nint Path) call)
    {
        var fault = HandleTable.Find(call.Send, out SendHandle send);
        if (fault != Fault.None)
            return fault;
        fault = Text.Read(call.Path, "path", out string path);
        if (fault != Fault.None)
            return fault;
        return path.Length == 0 ? FaultReason.Because(Fault.Argument, "path is empty") : send.Sending.SetFile(path);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_set_descriptor", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetDescriptor(nint send, int descriptor) => Boundary.Code((send, descriptor), SetDescriptor);

    private static Fault SetDescriptor((nint Send, int Descriptor) call)
    {
        var fault = HandleTable.Find(call.Send, out SendHandle send);
        if (fault != Fault.None)
            return fault;
        return call.Descriptor < 0
            ? FaultReason.Because(Fault.Argument, $"no descriptor {call.Descriptor} is open")
            : send.Sending.SetDescriptor(call.Descriptor);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_set_reader", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetReader(nint send, nint callback, nint user)
        => Boundary.Code((send, callback, user), SetReader);

    private static Fault SetReader((nint Send, nint Callback, nint User) call)
    {
        var fault = HandleTable.Find(call.Send, out SendHandle send);
        if (fault != Fault.None)
            return fault;
        return call.Callback == 0
            ? FaultReason.Because(Fault.Argument, "callback is NULL")
            : send.SetReader(call.Callback, call.User);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int Start(nint send) => Boundary.Code(send, StartMessage);

    private static Fault StartMessage(nint handle)
    {
        var fault = HandleTable.Find(handle, out SendHandle send);
        return fault != Fault.None ? fault : send.Start();
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_wait", CallConvs = [typeof(CallConvCdecl)])]
    private static int Wait(nint send, int milliseconds) => Boundary.Code((send, milliseconds), Wait);

    private static Fault Wait((nint Send, int Milliseconds) call)
    {
        var fault = HandleTable.Find(call.Send, out SendHandle send);
        if (fault != Fault.None)
            return fault;
        return Times.TryReadWait(call.Milliseconds, out var timeout) ? send.Wait(timeout) : Times.NoWait;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_get_outcome", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutcome(nint send, nint outcome) => Boundary.Code((send, outcome), GetOutcome);

    private static Fault GetOutcome((nint Send, nint Outcome) call)
    {
        if (call.Outcome == 0)
            return FaultReason.Because(Fault.Argument, "outcome is NULL");
        *(int*)call.Outcome = 0;
        var fault = HandleTable.Find(call.Send, out SendHandle send);
        if (fault != Fault.None)
            return fault;
        fault = send.Sending.Outcome;
        if (fault == Fault.State)
            return FaultReason.Because(fault, "the message is not started, or still on its way");
        *(int*)call.Outcome = -(int)fault;
        return Fault.None;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_get_result", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetResult(nint send, int recipient, nint result)
        => Boundary.Code((send, recipient, result), GetResult);

    private static Fault GetResult((nint Send, int Recipient, nint Result) call)
    {
        var fault = HandleTable.Find(call.Send, out SendHandle send);
        return fault != Fault.None ? fault : send.Result(call.Recipient, call.Result);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_cancel", CallConvs = [typeof(CallConvCdecl)])]
    private static int Cancel(nint send) => Boundary.Code(send, CancelMessage);

    private static Fault CancelMessage(nint handle)
    {
        var fault = HandleTable.Find(handle, out SendHandle send);
        if (fault == Fault.None)
            send.Sending.Cancel();
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint send) => Boundary.End(send, static (SendHandle one) => one.Free());
}
