using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Mime.Reading;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Messages that are read, and their parts.</summary>
internal static unsafe class Messages
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_message_open", CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint octets, nuint size, nint options, nint place)
        => Boundary.Code((octets, size, options, place), Open);

    private static Fault Open((nint Octets, nuint Size, nint Options, nint Place) call)
    {
        var fault = Begin(call.Options, call.Place, out var options);
        if (fault != Fault.None)
            return fault;
        if (call.Octets == 0 && call.Size != 0)
            return FaultReason.Because(Fault.Argument, "octets is NULL, and size is not 0");
        if (call.Size > long.MaxValue)
            return FaultReason.Because(Fault.Argument, "size is more than there can be");
        var source = new MemorySource(call.Octets, call.Size, copies: !options.IsInPlace);
        return MessageHandle.Open(source, options, out *(nint*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_open_file", CallConvs = [typeof(CallConvCdecl)])]
    private static int OpenFile(nint path, nint options, nint place)
        => Boundary.Code((path, options, place), OpenFile);

    private static Fault OpenFile((nint Path, nint Options, nint Place) call)
    {
        var fault = Begin(call.Options, call.Place, out var options);
        if (fault != Fault.None || (fault = Text.Read(call.Path, "path", out string path)) != Fault.None)
            return fault;
        if (path.Length == 0)
            return FaultReason.Because(Fault.Argument, "path is empty");
        fault = FileSource.Open(path, out var source);
        return fault != Fault.None ? fault : MessageHandle.Open(source!, options, out *(nint*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_open_reader", CallConvs = [typeof(CallConvCdecl)])]
    private static int OpenReader(nint read, nint user, nint options, nint place)
        => Boundary.Code((read, user, options, place), OpenReader);

    private static Fault OpenReader((nint Read, nint User, nint Options, nint Place) call)
    {
        var fault = Begin(call.Options, call.Place, out var options);
        if (fault != Fault.None)
            return fault;
        if (call.Read == 0)
            return FaultReason.Because(Fault.Argument, "read is NULL");
        fault = GatheredSource.Gather(new HostReader(call.Read, call.User).Read, out var source);
        return fault != Fault.None ? fault : MessageHandle.Open(source!, options, out *(nint*)call.Place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint message) => Boundary.End(message, static (MessageHandle one) => one.Free());

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_part_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetPartCount(nint message, nint count) => Boundary.Code((message, count), GetPartCount);

    private static Fault GetPartCount((nint Message, nint Count) call)
    {
        var fault = HandleTable.Find(call.Message, out MessageHandle message);
        if (fault != Fault.None)
            return fault;
        return call.Count == 0
            ? FaultReason.Because(Fault.Argument, "count is NULL")
            : message.Use(parsed => parsed.CountParts(out *(int*)call.Count));
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_part", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetPart(nint message, int part, nint result) => Boundary.Code((message, part, result), GetPart);

    private static Fault GetPart((nint Message, int Part, nint Result) call)
    {
        var fault = HandleTable.Find(call.Message, out MessageHandle message);
        if (fault == Fault.None)
            fault = Layout.Check<PartLayout>(call.Result);
        return fault != Fault.None ? fault : message.Use(parsed =>
        {
            var found = parsed.FindPart(call.Part, out var view);
            if (found == Fault.None)
                Write(message, view!, call.Result);
            return found;
        });
    }

    private static void Write(MessageHandle message, PartView part, nint place)
    {
        Span<nint> texts = stackalloc nint[8];
        message.Keep(
            [part.Facts.Type, part.Facts.Charset, part.Facts.Encoding, part.Facts.Disposition, part.Facts.FileName,
            part.SafeName, part.Facts.ContentId, part.Facts.Description], texts);
        Layout.Write(place, new PartLayout
        {
            Offset = part.Offset,
            Octets = part.Length,
            Parent = part.Parent,
            Children = part.Children,
            FirstChild = part.FirstChild,
            Next = part.Next,
            Depth = part.Depth,
            Flags = (int)part.Kind,
            Type = texts[0],
            Charset = texts[1],
            Encoding = texts[2],
            Disposition = texts[3],
            FileName = texts[4],
            SafeName = texts[5],
            ContentId = texts[6],
            Description = texts[7],
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_limits", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetLimits(nint message, nint passed) => Boundary.Code((message, passed), GetLimits);

    private static Fault GetLimits((nint Message, nint Passed) call)
    {
        var fault = HandleTable.Find(call.Message, out MessageHandle message);
        if (fault != Fault.None)
            return fault;
        if (call.Passed == 0)
            return FaultReason.Because(Fault.Argument, "passed is NULL");
        return message.Use(parsed =>
        {
            *(int*)call.Passed = (int)parsed.Passed;
            return Fault.None;
        });
    }

    private static Fault Begin(nint given, nint place, out MessageOptions options)
    {
        options = default;
        return place == 0
            ? FaultReason.Because(Fault.Argument, "message is NULL")
            : MessageOptionsReader.Read(given, out options);
    }
}
