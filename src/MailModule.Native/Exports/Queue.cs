using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Delivery.Queue;
using MailModule.Engine;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The queue as an operator sees it.</summary>
internal static unsafe class Queue
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_get_counts", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCounts(nint engine, nint counts) => Boundary.Code((engine, counts), GetCounts);

    private static Fault GetCounts((nint Engine, nint Place) call)
    {
        var fault = Layout.Check<QueueCountsLayout>(call.Place);
        if (fault != Fault.None)
            return fault;
        fault = Find(call.Engine, out var queue);
        if (fault != Fault.None)
            return fault;
        Layout.Write(call.Place, QueueCountsLayout.Of(queue.Counts));
        return Fault.None;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_open", CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint engine, nint id, nint place) => Boundary.Code((engine, id, place), Open);

    private static Fault Open((nint Engine, nint Id, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "cursor is NULL");
        *(nint*)call.Place = 0;
        var fault = Find(call.Engine, call.Id, out var queue, out string? id);
        return fault != Fault.None ? fault : QueueCursor.Open(queue, id, out *(nint*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_next", CallConvs = [typeof(CallConvCdecl)])]
    private static int Next(nint cursor, nint message) => Boundary.Code((cursor, message), Next);

    private static Fault Next((nint Cursor, nint Message) call)
    {
        var fault = HandleTable.Find(call.Cursor, out QueueCursor cursor);
        if (fault == Fault.None)
            fault = Layout.Check<QueueMessageLayout>(call.Message);
        return fault != Fault.None ? fault : cursor.Next(call.Message);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_get_recipient", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetRecipient(nint cursor, int recipient, nint result)
        => Boundary.Code((cursor, recipient, result), GetRecipient);

    private static Fault GetRecipient((nint Cursor, int Recipient, nint Result) call)
    {
        var fault = HandleTable.Find(call.Cursor, out QueueCursor cursor);
        if (fault == Fault.None)
            fault = Layout.Check<QueueRecipientLayout>(call.Result);
        return fault != Fault.None ? fault : cursor.Recipient(call.Recipient, call.Result);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_read", CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint cursor, nint buffer, nuint size, nint length)
        => Boundary.Code((cursor, buffer, size, length), Read);

    private static Fault Read((nint Cursor, nint Buffer, nuint Size, nint Length) call)
    {
        if (call.Length != 0)
            *(nuint*)call.Length = 0;
        var fault = HandleTable.Find(call.Cursor, out QueueCursor cursor);
        if (fault != Fault.None)
            return fault;
        if (call.Buffer == 0 || call.Size == 0 || call.Length == 0)
            return FaultReason.Because(Fault.Argument, "buffer or length is NULL, or size is 0");
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        var buffer = new Span<byte>((void*)call.Buffer, (int)Math.Min(call.Size, int.MaxValue));
        fault = cursor.Read(buffer, out int count);
        *(nuint*)call.Length = (nuint)count;
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_close", CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint cursor) => Boundary.End(cursor, static (QueueCursor one) => one.Close());

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_retry", CallConvs = [typeof(CallConvCdecl)])]
    private static int Retry(nint engine, nint id) => Boundary.Code((engine, id), Retry);

    private static Fault Retry((nint Engine, nint Id) call)
    {
        var fault = Find(call.Engine, call.Id, out var queue, out string? id);
        return fault != Fault.None ? fault : queue.Retry(id);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_hold", CallConvs = [typeof(CallConvCdecl)])]
    private static int Hold(nint engine, nint id) => Boundary.Code((engine, id), Hold);

    private static Fault Hold((nint Engine, nint Id) call)
    {
        var fault = Find(call.Engine, call.Id, out var queue, out string? id);
        return fault != Fault.None ? fault : queue.Hold(id);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_release", CallConvs = [typeof(CallConvCdecl)])]
    private static int Release(nint engine, nint id) => Boundary.Code((engine, id), Release);

    private static Fault Release((nint Engine, nint Id) call)
    {
        var fault = Find(call.Engine, call.Id, out var queue, out string? id);
        return fault != Fault.None ? fault : queue.Release(id);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_remove", CallConvs = [typeof(CallConvCdecl)])]
    private static int Remove(nint engine, nint id) => Boundary.Code((engine, id), Remove);

    private static Fault Remove((nint Engine, nint Id) call)
    {
        var fault = Find(call.Engine, call.Id, out var queue, out string? id);
        return fault != Fault.None ? fault : queue.Remove(id);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_redirect", CallConvs = [typeof(CallConvCdecl)])]
    private static int Redirect(nint engine, nint id, nint recipient, nint target, nint newId, nuint size)
        => Boundary.Code((engine, id, recipient, target, newId, size), Redirect);

    private static Fault Redirect((nint Engine, nint Id, nint Recipient, nint Target, nint NewId, nuint Size) call)
    {
        var fault = RedirectArguments.Read(
            call.Id, call.Recipient, call.Target, call.NewId, call.Size, out var arguments);
        if (fault != Fault.None)
            return fault;
        fault = Find(call.Engine, call.Id, out var queue, out string? id);
        if (fault != Fault.None)
            return fault;
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        fault = queue.Redirect(id!, arguments.Recipient, arguments.Target, out string newId);
        if (fault == Fault.None)
            RedirectArguments.Write(newId, call.NewId);
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_queue_set_events", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetEvents(nint engine, nint callback, nint user)
        => Boundary.Code((engine, callback, user), SetEvents);

    private static Fault SetEvents((nint Engine, nint Callback, nint User) call)
    {
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault == Fault.None)
            engine.Engine.SetQueueListener(
                call.Callback == 0 ? null : new QueueEventCallback(call.Callback, call.User).Invoke);
        return fault;
    }

    private static Fault Find(nint handle, out IMailQueue queue)
    {
        queue = null!;
        var fault = HandleTable.Find(handle, out EngineHandle engine);
        return fault != Fault.None ? fault : engine.Engine.OpenQueue(out queue!);
    }

    private static Fault Find(nint handle, nint pointer, out IMailQueue queue, out string? id)
    {
        queue = null!;
        var fault = Text.ReadOptional(pointer, "id", out id);
        return fault != Fault.None ? fault : Find(handle, out queue);
    }
}
