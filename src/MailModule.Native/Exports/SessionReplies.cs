using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>What a host's handlers answer beside their verdict, at once or later.</summary>
internal static unsafe class SessionReplies
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_session_set_reply", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetReply(nint session, int code, nint status, nint text)
        => Sessions.Call(session, (code, status, text), static (handle, call) =>
        {
            var fault = Read(call.status, call.text, out string? status, out string? text);
            return fault == Fault.None ? handle.Session.SetReply(call.code, status, text) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_add_reply_line", CallConvs = [typeof(CallConvCdecl)])]
    private static int AddReplyLine(nint session, nint text)
        => Sessions.Call(session, text, static (handle, place) =>
        {
            var fault = Text.Read(place, "text", out string line);
            return fault == Fault.None ? handle.Session.AddReplyLine(line) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_set_recipient_reply", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetRecipientReply(nint session, int index, int code, nint status, nint text)
        => Sessions.Call(session, (index, code, status, text), static (handle, call) =>
        {
            var fault = Read(call.status, call.text, out string? status, out string? text);
            return fault == Fault.None
                ? handle.Smtp.SetRecipientReply(call.index, call.code, status, text)
                : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_defer", CallConvs = [typeof(CallConvCdecl)])]
    private static int Defer(nint session, int milliseconds, int verdict, nint place)
        => Sessions.Call(session, (milliseconds, verdict, place), static (handle, call) =>
        {
            if (call.place == 0)
                return FaultReason.Because(Fault.Argument, "pending is NULL");
            if (call.milliseconds < 0)
                return FaultReason.Because(Fault.Argument, "timeout_ms is below 0");
            if (!PendingHandle.IsVerdict(call.verdict))
                return FaultReason.Because(Fault.Argument, $"{call.verdict} is no verdict that can be given then");
            var timeout = TimeSpan.FromMilliseconds(call.milliseconds);
            return PendingHandle.Open(handle.Session, timeout, call.verdict, out *(nint*)call.place);
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pending_set_reply", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetPendingReply(nint pending, int code, nint status, nint text)
        => Call(pending, (code, status, text), static (handle, call) =>
        {
            var fault = Read(call.status, call.text, out string? status, out string? text);
            return fault == Fault.None ? handle.Owed.SetReply(call.code, status, text) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pending_add_reply_line", CallConvs = [typeof(CallConvCdecl)])]
    private static int AddPendingLine(nint pending, nint text)
        => Call(pending, text, static (handle, place) =>
        {
            var fault = Text.Read(place, "text", out string line);
            return fault == Fault.None ? handle.Owed.AddReplyLine(line) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pending_answer", CallConvs = [typeof(CallConvCdecl)])]
    private static int Answer(nint pending, int verdict)
        => Call(pending, verdict, static (handle, verdict) => handle.Answer(verdict));

    private static int Call<T>(nint pending, T arguments, Func<PendingHandle, T, Fault> body)
        => Boundary.Code((pending, arguments, body), static call =>
        {
            var fault = HandleTable.Find(call.pending, out PendingHandle handle);
            return fault == Fault.None ? call.body(handle, call.arguments) : fault;
        });

    private static Fault Read(nint status, nint text, out string? readStatus, out string? readText)
    {
        readText = null;
        var fault = Text.ReadOptional(status, "status", out readStatus);
        return fault == Fault.None ? Text.ReadOptional(text, "text", out readText) : fault;
    }
}
