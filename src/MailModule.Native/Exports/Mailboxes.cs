using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Engine.Mailboxes;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The mailboxes of an engine's users.</summary>
internal static unsafe class Mailboxes
{
    /// <summary>MM_MAILBOX_SHARED, MM_MAILBOX_CREATE.</summary>
    private const int OpeningFlags = (int)(MailboxOpening.Shared | MailboxOpening.Create);

    /// <summary>Octets of a spool's id, with a NUL.</summary>
    private const int IdSize = 25;

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_open", CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint engine, nint name, nint folder, int flags, nint place)
        => Boundary.Code((engine, name, folder, flags, place), Open);

    private static Fault Open((nint Engine, nint Name, nint Folder, int Flags, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "mailbox is NULL");
        if ((call.Flags & ~OpeningFlags) != 0)
            return FaultReason.Because(Fault.Argument, "flags has bits that are none of MM_MAILBOX_...");
        var fault = Text.ReadOptional(call.Folder, "folder", out string? folder);
        if (fault != Fault.None)
            return fault;
        fault = Find(call.Engine, call.Name, out var access, out string name);
        if (fault != Fault.None)
            return fault;
        fault = access.Open(name, folder ?? "", (MailboxOpening)call.Flags, out var mailbox);
        return fault != Fault.None ? fault : MailboxHandle.Open(mailbox!, out *(nint*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_get_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCount(nint mailbox, nint count, nint octets)
        => Boundary.Code((mailbox, count, octets), GetCount);

    private static Fault GetCount((nint Mailbox, nint Count, nint Octets) call)
    {
        var fault = HandleTable.Find(call.Mailbox, out MailboxHandle handle);
        if (fault != Fault.None)
            return fault;
        return call.Count == 0 ? FaultReason.Because(Fault.Argument, "count is NULL") : handle.Use(mailbox =>
        {
            *(int*)call.Count = mailbox.Count;
            if (call.Octets != 0)
                *(long*)call.Octets = mailbox.TotalSize;
            return Fault.None;
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_get_message", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetMessage(nint mailbox, int index, nint message)
        => Boundary.Code((mailbox, index, message), GetMessage);

    private static Fault GetMessage((nint Mailbox, int Index, nint Message) call)
    {
        var fault = HandleTable.Find(call.Mailbox, out MailboxHandle handle);
        if (fault == Fault.None)
            fault = Layout.Check<MailboxMessageLayout>(call.Message);
        return fault != Fault.None ? fault : handle.Write(call.Index, call.Message);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_find", CallConvs = [typeof(CallConvCdecl)])]
    private static int Find(nint mailbox, nint id, nint index) => Boundary.Code((mailbox, id, index), Find);

    private static Fault Find((nint Mailbox, nint Id, nint Index) call)
    {
        var fault = HandleTable.Find(call.Mailbox, out MailboxHandle handle);
        if (fault != Fault.None || (fault = Text.Read(call.Id, "id", out string id)) != Fault.None)
            return fault;
        return call.Index == 0 ? FaultReason.Because(Fault.Argument, "index is NULL") : handle.Use(mailbox =>
        {
            int found = mailbox.IndexOf(id);
            *(int*)call.Index = Math.Max(found, -1);
            return found >= 0 ? Fault.None : FaultReason.Because(Fault.NotFound, $"no message has the unique id {id}");
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_read", CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint mailbox, int index, long offset, nint buffer, nuint size, nint length)
        => Boundary.Code((mailbox, index, offset, buffer, size, length), Read);

    private static Fault Read((nint Mailbox, int Index, long Offset, nint Buffer, nuint Size, nint Length) call)
    {
        var fault = HandleTable.Find(call.Mailbox, out MailboxHandle handle);
        if (fault != Fault.None)
            return fault;
        if (call.Buffer == 0 || call.Size == 0 || call.Length == 0 || call.Offset < 0)
            return FaultReason.Because(
                Fault.Argument, "buffer or length is NULL, size is 0, or offset is below 0");
        return !MailEngine.MayBlock ? Callbacks.MayNotBlock : handle.Use(mailbox =>
        {
            var buffer = new Span<byte>((void*)call.Buffer, (int)Math.Min(call.Size, int.MaxValue));
            var result = mailbox.Read(call.Index, call.Offset, buffer, out int count);
            *(nuint*)call.Length = (nuint)count;
            return result;
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_open_message", CallConvs = [typeof(CallConvCdecl)])]
    private static int OpenMessage(nint mailbox, int index, nint options, nint place)
        => Boundary.Code((mailbox, index, options, place), OpenMessage);

    private static Fault OpenMessage((nint Mailbox, int Index, nint Options, nint Place) call)
    {
        var fault = HandleTable.Find(call.Mailbox, out MailboxHandle handle);
        if (fault != Fault.None)
            return fault;
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "message is NULL");
        fault = MessageOptionsReader.Read(call.Options, out var options);
        if (fault != Fault.None)
            return fault;
        return !MailEngine.MayBlock ? Callbacks.MayNotBlock : handle.Use(mailbox =>
        {
            var result = mailbox.OpenSource(call.Index, out var source);
            return result != Fault.None ? result : MessageHandle.Open(source!, options, out *(nint*)call.Place);
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_delete", CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(nint mailbox, nint indexes, nuint count, nint failed)
        => Boundary.Code((mailbox, indexes, count, failed), Delete);

    private static Fault Delete((nint Mailbox, nint Indexes, nuint Count, nint Failed) call)
    {
        var fault = HandleTable.Find(call.Mailbox, out MailboxHandle handle);
        if (fault != Fault.None)
            return fault;
        if (call.Indexes == 0 && call.Count > 0)
            return FaultReason.Because(Fault.Argument, "indexes is NULL, and count is not 0");
        if (call.Count > int.MaxValue)
            return FaultReason.Because(Fault.Argument, "count is more than a mailbox has");
        return !MailEngine.MayBlock ? Callbacks.MayNotBlock : handle.Use(mailbox =>
        {
            var result = mailbox.Delete(new ReadOnlySpan<int>((void*)call.Indexes, (int)call.Count), out int failed);
            if (call.Failed != 0)
                *(int*)call.Failed = failed;
            return result;
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_close", CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint mailbox) => Boundary.End(mailbox, static (MailboxHandle one) => one.Close());

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_get_folder", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetFolder(nint engine, nint name, int index, nint text, nuint size)
        => Boundary.Code((engine, name, index, text, size), GetFolder);

    private static Fault GetFolder((nint Engine, nint Name, int Index, nint Text, nuint Size) call)
    {
        if (call.Text == 0 || call.Size == 0 || call.Index < 0)
            return FaultReason.Because(Fault.Argument, "text is NULL, size is 0, or index is below 0");
        *(byte*)call.Text = 0;
        var fault = Find(call.Engine, call.Name, out var access, out string name);
        if (fault != Fault.None)
            return fault;
        fault = access.ListFolders(name, out var folders);
        return fault != Fault.None
            ? fault
            : Text.Copy(call.Index < folders.Count ? folders[call.Index] : "", call.Text, call.Size, 0);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_deliver", CallConvs = [typeof(CallConvCdecl)])]
    private static int Deliver(nint engine, nint delivery, nint id)
        => Boundary.Code((engine, delivery, id), Deliver);

    private static Fault Deliver((nint Engine, nint Delivery, nint Id) call)
    {
        var fault = Layout.Read(call.Delivery, out MailboxDeliveryLayout given);
        if (fault != Fault.None)
            return fault;
        if ((given.Message != 0 ? 1 : 0) + (given.Path != 0 ? 1 : 0) + (given.Read != 0 ? 1 : 0) != 1)
            return FaultReason.Because(Fault.Argument, "a message comes from one of message, path and read");
        if (given.Message == 0 && given.MessageSize != 0 || given.MessageSize > int.MaxValue)
            return FaultReason.Because(
                Fault.Argument, "message_size is more than 2,147,483,647, or there is no message of that size");
        fault = Text.ReadOptional(given.Folder, "folder", out string? folder);
        if (fault != Fault.None || (fault = Text.ReadOptional(given.From, "from", out string? from)) != Fault.None)
            return fault;
        fault = Find(call.Engine, given.Name, out var access, out string name);
        if (fault != Fault.None)
            return fault;
        fault = access.NewDelivery(name, folder ?? "", from ?? "", out var delivery);
        if (fault != Fault.None)
            return fault;
        using (delivery)
            return Deliver(delivery!, given, call.Id);
    }

    private static Fault Deliver(HostDelivery delivery, in MailboxDeliveryLayout given, nint place)
    {
        var fault = Fill(delivery, given);
        if (fault != Fault.None)
            return fault;
        fault = delivery.Commit(out string id);
        return fault != Fault.None ? fault : Text.Copy(id, place, IdSize, 0);
    }

    private static Fault Fill(HostDelivery delivery, in MailboxDeliveryLayout given)
    {
        if (given.Read != 0)
            return delivery.ReadFrom(new HostReader(given.Read, given.ReadUser).Read);
        if (given.Message != 0)
            return delivery.Write(new ReadOnlySpan<byte>((void*)given.Message, (int)given.MessageSize));
        var fault = Text.Read(given.Path, "path", out string path);
        return fault != Fault.None ? fault : delivery.ReadFrom(path);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_mailbox_set_events", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetEvents(nint engine, nint callback, nint user)
        => Boundary.Code((engine, callback, user), SetEvents);

    private static Fault SetEvents((nint Engine, nint Callback, nint User) call)
    {
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault == Fault.None)
            engine.Engine.MailboxEvents.SetListener(
                call.Callback == 0 ? null : new MailboxEventCallback(call.Callback, call.User).Invoke);
        return fault;
    }

    // The first of them opens the spool.
    private static Fault Find(nint handle, nint pointer, out MailboxAccess access, out string name)
    {
        access = null!;
        name = "";
        var fault = HandleTable.Find(handle, out EngineHandle engine);
        if (fault == Fault.None)
            fault = Text.Read(pointer, "name", out name);
        if (fault != Fault.None)
            return fault;
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        fault = engine.Engine.OpenMailData(out var data);
        access = data?.Mailboxes!;
        return fault;
    }
}
