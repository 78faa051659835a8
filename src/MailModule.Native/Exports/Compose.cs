using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Messages that are made.</summary>
internal static unsafe class Compose
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_compose_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int New(nint place) => Boundary.Code(place, Open);

    private static Fault Open(nint place)
        => place == 0
            ? FaultReason.Because(Fault.Argument, "compose is NULL")
            : ComposeHandle.Open(out *(nint*)place);

    [UnmanagedCallersOnly(EntryPoint = "mmi_compose_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint compose) => Boundary.End(compose, static (ComposeHandle one) => one.Free());

    [UnmanagedCallersOnly(EntryPoint = "mmi_compose_add_field", CallConvs = [typeof(CallConvCdecl)])]
    private static int AddField(nint compose, nint name, nint text) => Boundary.Code((compose, name, text), AddField);

    private static Fault AddField((nint Compose, nint Name, nint Text) call)
    {
        var fault = HandleTable.Find(call.Compose, out ComposeHandle compose);
        if (fault != Fault.None || (fault = Text.Read(call.Name, "name", out string name)) != Fault.None)
            return fault;
        fault = Text.Read(call.Text, "text", out string text);
        return fault != Fault.None ? fault : compose.Use(message => message.AddField(name, text));
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_compose_set_text", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetText(nint compose, nint text) => Boundary.Code((compose, text), SetText);

    private static Fault SetText((nint Compose, nint Text) call)
    {
        var fault = HandleTable.Find(call.Compose, out ComposeHandle compose);
        if (fault != Fault.None || (fault = Text.ReadOptional(call.Text, "text", out string? text)) != Fault.None)
            return fault;
        return compose.Use(message => message.SetText(text));
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_compose_set_html", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetHtml(nint compose, nint html) => Boundary.Code((compose, html), SetHtml);

    private static Fault SetHtml((nint Compose, nint Html) call)
    {
        var fault = HandleTable.Find(call.Compose, out ComposeHandle compose);
        if (fault != Fault.None || (fault = Text.ReadOptional(call.Html, "html", out string? html)) != Fault.None)
            return fault;
        return compose.Use(message => message.SetHtml(html));
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_compose_attach", CallConvs = [typeof(CallConvCdecl)])]
    private static int Attach(nint compose, nint attachment) => Boundary.Code((compose, attachment), Attach);

    private static Fault Attach((nint Compose, nint Attachment) call)
    {
        var fault = HandleTable.Find(call.Compose, out ComposeHandle compose);
        if (fault != Fault.None || (fault = Layout.Read(call.Attachment, out AttachmentLayout given)) != Fault.None)
            return fault;
        fault = AttachmentReader.Read(given, out var attachment);
        return fault != Fault.None ? fault : compose.Use(message => message.Attach(attachment!));
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_compose_read", CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint buffer, nuint size, nint length, nint compose)
        => Boundary.Code((buffer, size, length, compose), Read);

    private static Fault Read((nint Buffer, nuint Size, nint Length, nint Compose) call)
    {
        var fault = HandleTable.Find(call.Compose, out ComposeHandle compose);
        if (fault != Fault.None)
            return fault;
        if (call.Buffer == 0 || call.Size == 0 || call.Length == 0)
            return FaultReason.Because(Fault.Argument, "buffer or length is NULL, or size is 0");
        var buffer = new Span<byte>((void*)call.Buffer, (int)Math.Min(call.Size, int.MaxValue));
        fault = compose.Read(buffer, out int count);
        *(nuint*)call.Length = (nuint)count;
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_compose_write_file", CallConvs = [typeof(CallConvCdecl)])]
    private static int WriteFile(nint compose, nint path) => Boundary.Code((compose, path), WriteFile);

    private static Fault WriteFile((nint Compose, nint Path) call)
    {
        var fault = HandleTable.Find(call.Compose, out ComposeHandle compose);
        if (fault != Fault.None || (fault = Text.Read(call.Path, "path", out string path)) != Fault.None)
            return fault;
        return path.Length == 0 ? FaultReason.Because(Fault.Argument, "path is empty") : compose.WriteFile(path);
    }
}
