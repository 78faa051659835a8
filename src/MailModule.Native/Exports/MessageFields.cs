using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using MailModule.Mime.Reading;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Fields of messages that are read, as text, addresses, times and parameters.</summary>
internal static unsafe class MessageFields
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_field_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCount(nint message, int part, nint count) => Boundary.Code((message, part, count), GetCount);

    private static Fault GetCount((nint Message, int Part, nint Count) call)
        => WithHeader(call.Message, call.Part, call.Count, "count", (_, _, header) =>
        {
            *(int*)call.Count = header.Count;
            return Fault.None;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_field", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetField(nint message, int part, int field, nint result)
        => Boundary.Code((message, part, field, result), GetField);

    private static Fault GetField((nint Message, int Part, int Field, nint Result) call)
    {
        var fault = Layout.Check<FieldLayout>(call.Result);
        return fault != Fault.None ? fault : WithField(
            call.Message, call.Part, call.Field, call.Result, "result", (message, _, header) =>
            {
                Write(message, header, call.Field, call.Result);
                return Fault.None;
            });
    }

    private static void Write(MessageHandle message, MessageHeader header, int field, nint place)
    {
        string value = header.Value(field);
        Span<nint> texts = stackalloc nint[3];
        message.Keep([header.Name(field), value, ParsedMessage.TextOf(value)], texts);
        Layout.Write(place, new FieldLayout
        {
            Raw = message.Keep(header.Raw(field)),
            RawSize = (nuint)header.Raw(field).Length,
            Name = texts[0],
            Value = texts[1],
            Text = texts[2],
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_find_field", CallConvs = [typeof(CallConvCdecl)])]
    private static int FindField(nint message, int part, nint name, int from, nint field)
        => Boundary.Code((message, part, name, from, field), FindField);

    private static Fault FindField((nint Message, int Part, nint Name, int From, nint Field) call)
    {
        var fault = Text.Read(call.Name, "name", out string name);
        if (fault == Fault.None && call.From < 0)
            fault = FaultReason.Because(Fault.Argument, "from is below 0");
        return fault != Fault.None ? fault : WithHeader(
            call.Message, call.Part, call.Field, "field", (_, _, header) =>
            {
                *(int*)call.Field = header.Find(Encoding.UTF8.GetBytes(name), call.From);
                return Fault.None;
            });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_text", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetText(nint message, nint name, nint text) => Boundary.Code((message, name, text), GetText);

    private static Fault GetText((nint Message, nint Name, nint Text) call)
    {
        var fault = Text.Read(call.Name, "name", out string name);
        return fault != Fault.None ? fault : WithHeader(call.Message, 0, call.Text, "text", (message, _, header) =>
        {
            int field = header.Find(Encoding.UTF8.GetBytes(name));
            *(nint*)call.Text = message.Keep(field < 0 ? "" : ParsedMessage.TextOf(header.Value(field)));
            return Fault.None;
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_address_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetAddressCount(nint message, int part, int field, nint count)
        => Boundary.Code((message, part, field, count), GetAddressCount);

    private static Fault GetAddressCount((nint Message, int Part, int Field, nint Count) call)
        => WithField(call.Message, call.Part, call.Field, call.Count, "count", (_, parsed, header) =>
        {
            *(int*)call.Count = parsed.Addresses(header, call.Field).Count;
            return Fault.None;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_address", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetAddress(nint message, int part, int field, int address, nint result)
        => Boundary.Code((message, part, field, address, result), GetAddress);

    private static Fault GetAddress((nint Message, int Part, int Field, int Address, nint Result) call)
    {
        var fault = Layout.Check<AddressLayout>(call.Result);
        return fault != Fault.None ? fault : WithField(
            call.Message, call.Part, call.Field, call.Result, "result", (message, parsed, header) =>
            {
                var found = parsed.Addresses(header, call.Field);
                if (call.Address < 0 || call.Address >= found.Count)
                    return FaultReason.Because(Fault.Argument, $"there is no address {call.Address}");
                var one = found[call.Address];
                Span<nint> texts = stackalloc nint[3];
                message.Keep([one.Address, one.Name, one.Group], texts);
                Layout.Write(
                    call.Result, new AddressLayout { Address = texts[0], Name = texts[1], Group = texts[2] });
                return Fault.None;
            });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_date", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetDate(nint message, int part, int field, nint time, nint offset)
        => Boundary.Code((message, part, field, time, offset), GetDate);

    private static Fault GetDate((nint Message, int Part, int Field, nint Time, nint Offset) call)
        => WithField(call.Message, call.Part, call.Field, call.Time, "time", (_, _, header) =>
        {
            var time = ParsedMessage.TimeOf(header.Value(call.Field));
            *(long*)call.Time = Times.Of(time);
            if (call.Offset != 0)
                *(int*)call.Offset = (int)(time?.Offset.TotalMinutes ?? 0);
            return Fault.None;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_parameter_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetParameterCount(nint message, int part, int field, nint count)
        => Boundary.Code((message, part, field, count), GetParameterCount);

    private static Fault GetParameterCount((nint Message, int Part, int Field, nint Count) call)
        => WithField(call.Message, call.Part, call.Field, call.Count, "count", (_, parsed, header) =>
        {
            var fault = parsed.FindParameters(header, call.Field, out var found);
            *(int*)call.Count = fault == Fault.None ? found.Count : 0;
            return fault;
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_get_parameter", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetParameter(nint message, int part, int field, int parameter, nint result)
        => Boundary.Code((message, part, field, parameter, result), GetParameter);

    private static Fault GetParameter((nint Message, int Part, int Field, int Parameter, nint Result) call)
    {
        var fault = Layout.Check<ParameterLayout>(call.Result);
        return fault != Fault.None ? fault : WithField(
            call.Message, call.Part, call.Field, call.Result, "result", (message, parsed, header) =>
            {
                var fault = parsed.FindParameters(header, call.Field, out var found);
                if (fault != Fault.None)
                    return fault;
                if (call.Parameter < 0 || call.Parameter >= found.Count)
                    return FaultReason.Because(Fault.Argument, $"there is no parameter {call.Parameter}");
                Span<nint> texts = stackalloc nint[2];
                message.Keep([found[call.Parameter].Name, found[call.Parameter].Value], texts);
                Layout.Write(call.Result, new ParameterLayout { Name = texts[0], Value = texts[1] });
                return Fault.None;
            });
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_message_find_parameter", CallConvs = [typeof(CallConvCdecl)])]
    private static int FindParameter(nint message, int part, nint fieldName, nint name, nint value)
        => Boundary.Code((message, part, fieldName, name, value), FindParameter);

    private static Fault FindParameter((nint Message, int Part, nint FieldName, nint Name, nint Value) call)
    {
        var fault = Text.Read(call.FieldName, "field_name", out string fieldName);
        if (fault != Fault.None || (fault = Text.Read(call.Name, "name", out string name)) != Fault.None)
            return fault;
        return WithHeader(call.Message, call.Part, call.Value, "value", (message, parsed, header) =>
        {
            int field = header.Find(Encoding.UTF8.GetBytes(fieldName));
            IReadOnlyList<FieldParameter> found = [];
            var fault = field < 0 ? Fault.None : parsed.FindParameters(header, field, out found);
            if (fault == Fault.None)
                *(nint*)call.Value = message.Keep(
                    found.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? "");
            return fault;
        });
    }

    private static Fault WithHeader(
        nint handle, int part, nint place, string placeName,
        Func<MessageHandle, ParsedMessage, MessageHeader, Fault> body)
    {
        var fault = HandleTable.Find(handle, out MessageHandle message);
        if (fault != Fault.None)
            return fault;
        if (place == 0)
            return FaultReason.Because(Fault.Argument, $"{placeName} is NULL");
        return message.Use(parsed =>
        {
            var fault = parsed.FindHeader(part, out var header);
            return fault != Fault.None ? fault : body(message, parsed, header);
        });
    }

    private static Fault WithField(
        nint handle, int part, int field, nint place, string placeName,
        Func<MessageHandle, ParsedMessage, MessageHeader, Fault> body)
        => WithHeader(handle, part, place, placeName, (message, parsed, header) =>
            field < 0 || field >= header.Count
                ? FaultReason.Because(Fault.Argument, $"there is no field {field}")
                : body(message, parsed, header));
}
