using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Mime.Reading;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Contents of parts while they are read.</summary>
internal static unsafe class Contents
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_content_open", CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint message, int part, int form, nint place)
        => Boundary.Code((message, part, form, place), Open);

    private static Fault Open((nint Message, int Part, int Form, nint Place) call)
    {
        var fault = HandleTable.Find(call.Message, out MessageHandle message);
        if (fault != Fault.None)
            return fault;
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "content is NULL");
        return Enum.IsDefined((ContentForm)call.Form)
            ? message.OpenContent(call.Part, (ContentForm)call.Form, out *(nint*)call.Place)
            : FaultReason.Because(Fault.Argument, $"form is none of MM_CONTENT_...: {call.Form}");
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_content_read", CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint content, nint buffer, nuint size, nint length)
        => Boundary.Code((content, buffer, size, length), Read);

    private static Fault Read((nint Content, nint Buffer, nuint Size, nint Length) call)
    {
        var fault = HandleTable.Find(call.Content, out ContentHandle content);
        if (fault != Fault.None)
            return fault;
        if (call.Buffer == 0 || call.Size == 0 || call.Length == 0)
            return FaultReason.Because(Fault.Argument, "buffer or length is NULL, or size is 0");
        var buffer = new Span<byte>((void*)call.Buffer, (int)Math.Min(call.Size, int.MaxValue));
        fault = content.Read(buffer, out int count);
        *(nuint*)call.Length = (nuint)count;
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_content_close", CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint content) => Boundary.End(content, static (ContentHandle one) => one.Close());
}
