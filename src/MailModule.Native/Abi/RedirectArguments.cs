using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What <c>mm_queue_redirect</c> and <c>mm_control_redirect</c> are told.</summary>
/// <param name="Recipient">Null: all.</param>
internal readonly unsafe record struct RedirectArguments(MailAddress? Recipient, MailAddress Target)
{
    /// <summary><c>MM_QUEUE_ID_SIZE</c>.</summary>
    private const int IdSize = 32;

    public static Fault Read(
        nint id, nint recipient, nint target, nint newId, nuint size, out RedirectArguments arguments)
    {
        arguments = default;
        var fault = ReadAddress(target, "target", out var to);
        if (fault != Fault.None)
            return fault;
        if (id == 0)
            return FaultReason.Because(Fault.Argument, "id is NULL");
        MailAddress? from = null;
        if (recipient != 0 && (fault = ReadAddress(recipient, "recipient", out from)) != Fault.None)
            return fault;
        arguments = new RedirectArguments(from, to);
        return (newId != 0 ? size < IdSize : size > 0)
            ? FaultReason.Because(Fault.Argument, "size is below MM_QUEUE_ID_SIZE, or new_id is NULL")
            : Fault.None;
    }

    /// <param name="place">0: the new message's id is not wanted.</param>
    public static void Write(string newId, nint place)
    {
        if (place != 0)
            Text.Write(newId, (byte*)place, IdSize);
    }

    private static Fault ReadAddress(nint pointer, string name, out MailAddress address)
    {
        address = MailAddress.Null;
        var fault = Text.Read(pointer, name, out string text);
        if (fault != Fault.None)
            return fault;
        return MailAddress.TryParse(text, out address)
            ? Fault.None
            : FaultReason.Because(Fault.Argument, $"{name} is not an address: {text}");
    }
}
