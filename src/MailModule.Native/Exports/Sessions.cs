using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The sessions of a server as a host's handlers see them: what is kept with them, and who they are
/// with.</summary>
internal static unsafe class Sessions
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_session_set_user", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetUser(nint session, nint user)
        => Call(session, user, static (handle, user) =>
        {
            handle.User = user;
            return Fault.None;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_get_user", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetUser(nint session, nint place)
        => Get(session, place, "user", static (handle, place) =>
        {
            *(nint*)place = handle.User;
            return Fault.None;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_get_info", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInfo(nint session, nint info)
        => Call(session, info, static (handle, info) => handle.WriteInfo(info));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_get_check_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCheckCount(nint session, nint place)
        => Get(session, place, "count", static (handle, place) =>
        {
            if (handle.Smtp.Info is null)
                return SessionHandle.Outside;
            *(int*)place = handle.Smtp.Checks.Count;
            return Fault.None;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_get_check", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCheck(nint session, int index, nint check)
        => Call(session, (index, check), static (handle, call) => handle.WriteCheck(call.index, call.check));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_auth_get_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetAuthCount(nint session, nint place)
        => Get(session, place, "count", static (handle, place) =>
        {
            if (handle.Smtp.Info is null)
                return SessionHandle.Outside;
            *(int*)place = handle.Smtp.Authentication.Count;
            return Fault.None;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_auth_get_result", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetAuthResult(nint session, int index, nint result)
        => Call(session, (index, result), static (handle, call) => handle.WriteAuth(call.index, call.result));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_set_login", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetLogin(nint session, nint user)
        => CallWithText(session, user, "user", static (handle, text) => handle.Session.SetLogin(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_set_secret", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetSecret(nint session, nint secret)
        => CallWithText(session, secret, "secret", static (handle, text) => handle.Session.SetSecret(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_get_sender", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetSender(nint session, nint place)
        => Get(session, place, "address", static (handle, place) => handle.Sender(out *(nint*)place));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_set_sender", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetSender(nint session, nint address)
        => CallWithText(session, address, "address", static (handle, text) => handle.Smtp.SetSender(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_get_recipient_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetRecipientCount(nint session, nint place)
        => Get(session, place, "count", static (handle, place) =>
        {
            if (handle.Smtp.Info is null)
                return SessionHandle.Outside;
            *(int*)place = handle.Smtp.RecipientCount;
            return Fault.None;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_get_recipient", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetRecipient(nint session, int index, nint rcpt)
        => Call(session, (index, rcpt), static (handle, call) => handle.WriteRecipient(call.index, call.rcpt));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_add_recipient", CallConvs = [typeof(CallConvCdecl)])]
    private static int AddRecipient(nint session, nint address)
        => CallWithText(session, address, "address", static (handle, text) => handle.Smtp.AddRecipient(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_remove_recipient", CallConvs = [typeof(CallConvCdecl)])]
    private static int RemoveRecipient(nint session, int index)
        => Call(session, index, static (handle, index) => handle.Smtp.RemoveRecipient(index));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_set_expansion", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetExpansion(nint session, nint address)
        => CallWithText(session, address, "address", static (handle, text) => handle.Smtp.SetExpansion(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_add_header", CallConvs = [typeof(CallConvCdecl)])]
    private static int AddHeader(nint session, nint name, nint value)
        => Call(session, (name, value), static (handle, call) =>
        {
            var fault = Text.Read(call.name, "name", out string field);
            if (fault != Fault.None)
                return fault;
            fault = Text.Read(call.value, "value", out string text);
            return fault == Fault.None ? handle.Smtp.AddHeader(field, text) : fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_read_message", CallConvs = [typeof(CallConvCdecl)])]
    private static int ReadMessage(nint session, long offset, nint buffer, nuint size, nint length)
        => Call(session, (offset, buffer, size, length), static (handle, call) =>
        {
            if (call.length == 0 || (call.buffer == 0 && call.size > 0))
                return FaultReason.Because(Fault.Argument, $"{(call.length == 0 ? "length" : "buffer")} is NULL");
            if (call.offset < 0)
                return FaultReason.Because(Fault.Argument, "offset is below 0");
            var room = new Span<byte>((void*)call.buffer, (int)Math.Min(call.size, int.MaxValue));
            var fault = handle.Smtp.ReadMessage(call.offset, room, out int count);
            *(nuint*)call.length = fault == Fault.None ? (nuint)count : 0;
            return fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_session_get_path", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetPath(nint session, nint place)
        => Get(session, place, "path", static (handle, place) => handle.Path(out *(nint*)place));

    internal static int Call<T>(nint session, T arguments, Func<SessionHandle, T, Fault> body)
        => Boundary.Code((session, arguments, body), static call =>
        {
            var fault = HandleTable.Find(call.session, out SessionHandle handle);
            return fault == Fault.None ? call.body(handle, call.arguments) : fault;
        });

    private static int CallWithText(nint session, nint text, string name, Func<SessionHandle, string, Fault> body)
        => Call(session, (text, name, body), static (handle, call) =>
        {
            var fault = Text.Read(call.text, call.name, out string read);
            return fault == Fault.None ? call.body(handle, read) : fault;
        });

    private static int Get(nint session, nint place, string name, Func<SessionHandle, nint, Fault> body)
        => Call(session, (place, name, body), static (handle, call) => call.place == 0
            ? FaultReason.Because(Fault.Argument, $"{call.name} is NULL")
            : call.body(handle, call.place));
}
