using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Engine.Retrieving;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Mailboxes elsewhere, whose mail is fetched.</summary>
internal static unsafe class Fetches
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_fetch_now", CallConvs = [typeof(CallConvCdecl)])]
    private static int Now(nint engine, nint account) => Boundary.Code((engine, account), Now);

    private static Fault Now((nint Engine, nint Account) call)
    {
        var fault = Text.ReadOptional(call.Account, "account", out string? account);
        if (fault != Fault.None || (fault = Find(call.Engine, out var fetching)) != Fault.None)
            return fault;
        return fetching.TryMakeDue(account)
            ? Fault.None
            : FaultReason.Because(Fault.NotFound, $"the setting fetch names no mailbox {account}");
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_fetch_list", CallConvs = [typeof(CallConvCdecl)])]
    private static int List(nint engine, nint callback, nint user)
        => Boundary.Code((engine, callback, user), List);

    private static Fault List((nint Engine, nint Callback, nint User) call)
    {
        if (call.Callback == 0)
            return FaultReason.Because(Fault.Argument, "callback is NULL");
        var fault = Find(call.Engine, out var fetching);
        if (fault != Fault.None)
            return fault;
        var callback = new FetchEventCallback(call.Callback, call.User);
        foreach (var result in fetching.Results)
            callback.InvokeInsideCall(result);
        return Fault.None;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_fetch_set_events", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetEvents(nint engine, nint callback, nint user)
        => Boundary.Code((engine, callback, user), SetEvents);

    private static Fault SetEvents((nint Engine, nint Callback, nint User) call)
    {
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault == Fault.None)
            engine.Engine.FetchEvents.SetListener(
                call.Callback == 0 ? null : new FetchEventCallback(call.Callback, call.User).Invoke);
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_fetch_begin", CallConvs = [typeof(CallConvCdecl)])]
    private static int Begin(nint engine, nint account, nint place)
        => Boundary.Code((engine, account, place), Begin);

    private static Fault Begin((nint Engine, nint Account, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "fetch is NULL");
        var fault = HandleTable.Find(call.Engine, out EngineHandle _);
        if (fault != Fault.None || (fault = FetchAccountLayout.Read(call.Account, out var mailbox)) != Fault.None)
            return fault;
        fault = Find(call.Engine, out var fetching);
        if (fault != Fault.None)
            return fault;
        return fetching.Begin(mailbox) is { } look
            ? FetchHandle.Open(fetching, look, out *(nint*)call.Place)
            : FaultReason.Because(Fault.State, "the engine is being stopped");
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_fetch_wait", CallConvs = [typeof(CallConvCdecl)])]
    private static int Wait(nint fetch, int milliseconds) => Boundary.Code((fetch, milliseconds), Wait);

    private static Fault Wait((nint Fetch, int Milliseconds) call)
    {
        var fault = HandleTable.Find(call.Fetch, out FetchHandle handle);
        if (fault != Fault.None)
            return fault;
        if (!Times.TryReadWait(call.Milliseconds, out var wait))
            return Times.NoWait;
        return wait > TimeSpan.Zero && Callbacks.Inside ? Callbacks.MayNotWait : handle.Wait(wait);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_fetch_get_result", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetResult(nint fetch, nint result) => Boundary.Code((fetch, result), GetResult);

    private static Fault GetResult((nint Fetch, nint Result) call)
    {
        var fault = HandleTable.Find(call.Fetch, out FetchHandle handle);
        if (fault == Fault.None)
            fault = Layout.Check<FetchResultLayout>(call.Result);
        return fault != Fault.None ? fault : handle.Write(call.Result);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_fetch_cancel", CallConvs = [typeof(CallConvCdecl)])]
    private static int Cancel(nint fetch) => Boundary.Code(fetch, CancelLook);

    private static Fault CancelLook(nint fetch)
    {
        var fault = HandleTable.Find(fetch, out FetchHandle handle);
        if (fault == Fault.None)
            handle.Cancel();
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_fetch_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint fetch) => Boundary.End(fetch, static (FetchHandle one) => one.Close());

    // The first of them opens the spool.
    private static Fault Find(nint handle, out Fetching fetching)
    {
        fetching = null!;
        var fault = HandleTable.Find(handle, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        fault = engine.Engine.OpenMailData(out var data);
        fetching = data?.Fetching!;
        return fault;
    }
}
