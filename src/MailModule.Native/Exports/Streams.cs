using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine.Serving;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>
/// What a host keeps with a connection whose requests it is asked about, and its words for a refusal.
/// </summary>
internal static unsafe class Streams
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_stream_set_user", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetUser(nint stream, nint user) => Boundary.Code((stream, user), SetUser);

    private static Fault SetUser((nint Stream, nint User) call)
    {
        var fault = StreamHandle.Find(call.Stream, out var stream);
        return fault != Fault.None ? fault : stream.SetUser(call.User);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_stream_get_user", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetUser(nint stream, nint place) => Boundary.Code((stream, place), GetUser);

    private static Fault GetUser((nint Stream, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "user is NULL");
        var fault = StreamHandle.Find(call.Stream, out var stream);
        return fault != Fault.None ? fault : stream.User(out *(nint*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_stream_set_closed", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetClosed(nint stream, nint callback) => Boundary.Code((stream, callback), SetClosed);

    private static Fault SetClosed((nint Stream, nint Callback) call)
    {
        var fault = StreamHandle.Find(call.Stream, out var stream);
        return fault != Fault.None ? fault : stream.SetClosed(call.Callback);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_stream_set_reply", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetReply(nint stream, nint status, nint text) => Boundary.Code((stream, status, text), SetReply);

    private static Fault SetReply((nint Stream, nint Status, nint Text) call)
    {
        var fault = StreamHandle.Find(call.Stream, out var stream);
        if (fault != Fault.None)
            return fault;
        fault = Text.ReadOptional(call.Status, "status", out string? status);
        if (fault != Fault.None)
            return fault;
        fault = Text.Read(call.Text, "text", out string text);
        return fault != Fault.None ? fault : stream.SetReply(new HostRefusal(status, text));
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_stream_auth_get_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetAuthCount(nint stream, nint place) => Boundary.Code((stream, place), GetAuthCount);

    private static Fault GetAuthCount((nint Stream, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "count is NULL");
        var fault = StreamHandle.Find(call.Stream, out var stream);
        return fault != Fault.None ? fault : stream.AuthCount(out *(int*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_stream_auth_get_result", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetAuthResult(nint stream, int index, nint result)
        => Boundary.Code((stream, index, result), GetAuthResult);

    private static Fault GetAuthResult((nint Stream, int Index, nint Result) call)
    {
        var fault = StreamHandle.Find(call.Stream, out var stream);
        return fault != Fault.None ? fault : stream.WriteAuth(call.Index, call.Result);
    }
}
