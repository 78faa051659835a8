using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Queue;
using MailModule.Engine;
using MailModule.Engine.Control;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The queue of another process.</summary>
internal static unsafe class Control
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_control_open", CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint path, nint place) => Boundary.Code((path, place), Open);

    private static Fault Open((nint Path, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "control is NULL");
        *(nint*)call.Place = 0;
        var fault = Text.Read(call.Path, "path", out string path);
        if (fault == Fault.None && path.Length == 0)
            fault = FaultReason.Because(Fault.Argument, "path is empty");
        if (fault == Fault.None && !MailEngine.MayBlock)
            fault = Callbacks.MayNotBlock;
        return fault != Fault.None ? fault : ControlHandle.Open(path, out *(nint*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_control_close", CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint control) => Boundary.End(control, static (ControlHandle one) => one.Close());

    [UnmanagedCallersOnly(EntryPoint = "mmi_control_get_counts", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCounts(nint control, nint counts) => Boundary.Code((control, counts), GetCounts);

    private static Fault GetCounts((nint Control, nint Place) call)
    {
        var fault = Layout.Check<QueueCountsLayout>(call.Place);
        if (fault != Fault.None)
            return fault;
        fault = Find(call.Control, out var client);
        if (fault != Fault.None)
            return fault;
        fault = client.TryCount(out QueueCounts counts);
        if (fault == Fault.None)
            Layout.Write(call.Place, QueueCountsLayout.Of(counts));
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_control_open_queue", CallConvs = [typeof(CallConvCdecl)])]
    private static int OpenQueue(nint control, nint id, nint place) => Boundary.Code((control, id, place), OpenQueue);

    private static Fault OpenQueue((nint Control, nint Id, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "cursor is NULL");
        *(nint*)call.Place = 0;
        var fault = Find(call.Control, call.Id, out var client, out string? id);
        if (fault != Fault.None)
            return fault;
        fault = client.OpenAnother(out var another);
        return fault != Fault.None ? fault : QueueCursor.Open(another!, id, out *(nint*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_control_retry", CallConvs = [typeof(CallConvCdecl)])]
    private static int Retry(nint control, nint id) => Boundary.Code((control, id), Retry);

    private static Fault Retry((nint Control, nint Id) call)
    {
        var fault = Find(call.Control, call.Id, out var client, out string? id);
        return fault != Fault.None ? fault : client.Retry(id);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_control_hold", CallConvs = [typeof(CallConvCdecl)])]
    private static int Hold(nint control, nint id) => Boundary.Code((control, id), Hold);

    private static Fault Hold((nint Control, nint Id) call)
    {
        var fault = Find(call.Control, call.Id, out var client, out string? id);
        return fault != Fault.None ? fault : client.Hold(id);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_control_release", CallConvs = [typeof(CallConvCdecl)])]
    private static int Release(nint control, nint id) => Boundary.Code((control, id), Release);

    private static Fault Release((nint Control, nint Id) call)
    {
        var fault = Find(call.Control, call.Id, out var client, out string? id);
        return fault != Fault.None ? fault : client.Release(id);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_control_remove", CallConvs = [typeof(CallConvCdecl)])]
    private static int Remove(nint control, nint id) => Boundary.Code((control, id), Remove);

    private static Fault Remove((nint Control, nint Id) call)
    {
        var fault = Find(call.Control, call.Id, out var client, out string? id);
        return fault != Fault.None ? fault : client.Remove(id);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_control_redirect", CallConvs = [typeof(CallConvCdecl)])]
    private static int Redirect(nint control, nint id, nint recipient, nint target, nint newId, nuint size)
        => Boundary.Code((control, id, recipient, target, newId, size), Redirect);

    private static Fault Redirect((nint Control, nint Id, nint Recipient, nint Target, nint NewId, nuint Size) call)
    {
        var fault = RedirectArguments.Read(
            call.Id, call.Recipient, call.Target, call.NewId, call.Size, out var arguments);
        if (fault != Fault.None)
            return fault;
        fault = Find(call.Control, call.Id, out var client, out string? id);
        if (fault != Fault.None)
            return fault;
        fault = client.Redirect(id!, arguments.Recipient, arguments.Target, out string newId);
        if (fault == Fault.None)
            RedirectArguments.Write(newId, call.NewId);
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_control_send", CallConvs = [typeof(CallConvCdecl)])]
    private static int Send(nint control, nint from, nint to, nint read, nint readUser, nint result, nint user)
        => Boundary.Code((control, from, to, read, readUser, result, user), Send);

    private static Fault Send(
        (nint Control, nint From, nint To, nint Read, nint ReadUser, nint Result, nint User) call)
    {
        var fault = Text.Read(call.From, "from", out string from);
        string to = "";
        if (fault == Fault.None)
            fault = Text.Read(call.To, "to", out to);
        if (fault == Fault.None && call.Read == 0)
            fault = FaultReason.Because(Fault.Argument, "read is NULL");
        if (fault != Fault.None)
            return fault;
        fault = Find(call.Control, out var client);
        if (fault != Fault.None)
            return fault;
        string[] list = [.. RecipientList.Words(to)];
        fault = client.Send(from, list, piece => Read(call.Read, call.ReadUser, piece), out var results);
        for (int i = 0; i < results.Count && call.Result != 0; i++)
            Tell(call.Result, call.User, i, results[i]);
        return fault;
    }

    private static int Read(nint callback, nint user, Memory<byte> piece)
    {
        using MemoryHandle held = piece.Pin();
        nuint length = 0;
        int result = ((delegate* unmanaged[Cdecl]<void*, nuint, nuint*, nint, int>)callback)(
            held.Pointer, (nuint)piece.Length, &length, user);
        return result == 0 && length <= (nuint)piece.Length ? (int)length : -1;
    }

    private static void Tell(nint callback, nint user, int number, ControlledRecipient recipient)
    {
        var result = recipient.Result;
        Span<nint> texts = stackalloc nint[5];
        nint memory = TextBlock.Allocate(
            [recipient.Address, result?.Status, result?.Text, result?.SaidBy, recipient.QueueId], texts);
        bool isFailed = recipient.State == SubmissionState.Failed;
        var layout = new SendResultLayout
        {
            Size = (nuint)sizeof(SendResultLayout),
            Address = texts[0],
            Status = texts[1],
            Reply = texts[2],
            Host = texts[3],
            HostAddress = texts[4] + Length(texts[4]),
            Tls = texts[4] + Length(texts[4]),
            QueueId = texts[4],
            State = (int)recipient.State,
            Error = isFailed ? -(int)(result?.Fault ?? Fault.None) : 0,
            ReplyCode = result?.ReplyCode ?? 0,
        };
        ((delegate* unmanaged[Cdecl]<int, SendResultLayout*, nint, void>)callback)(number, &layout, user);
        Text.Free(memory);
    }

    private static int Length(nint text) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)text).Length;

    private static Fault Find(nint control, out ControlClient client)
    {
        client = null!;
        var fault = HandleTable.Find(control, out ControlHandle handle);
        if (fault != Fault.None)
            return fault;
        client = handle.Client;
        return MailEngine.MayBlock ? Fault.None : Callbacks.MayNotBlock;
    }

    private static Fault Find(nint control, nint pointer, out ControlClient client, out string? id)
    {
        client = null!;
        var fault = Text.ReadOptional(pointer, "id", out id);
        return fault != Fault.None ? fault : Find(control, out client);
    }
}
