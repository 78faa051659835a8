using MailModule.Mime.Reading;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>How a message is opened.</summary>
internal readonly record struct MessageOptions(MessageLimits Limits, bool IsInPlace, bool IsCut);

/// <summary>Reads <c>mm_message_options</c>.</summary>
internal static class MessageOptionsReader
{
    private const int InPlace = 1, Cut = 2;

    /// <param name="pointer">0: as if all were 0.</param>
    public static Fault Read(nint pointer, out MessageOptions options)
    {
        options = new MessageOptions(MessageLimits.Default, IsInPlace: false, IsCut: false);
        if (pointer == 0)
            return Fault.None;
        var fault = Layout.Read(pointer, out MessageOptionsLayout given);
        if (fault != Fault.None)
            return fault;
        if (given.MaxHeader > MessageLimits.MaxHeader)
            return FaultReason.Because(Fault.Argument, $"max_header is at most {MessageLimits.MaxHeader}");
        if ((given.Flags & ~(InPlace | Cut)) != 0)
            return FaultReason.Because(Fault.Argument, "flags has bits that are none of MM_MESSAGE_...");
        fault = Check("max_parts", given.MaxParts, MessageLimits.MaxParts);
        if (fault == Fault.None)
            fault = Check("max_depth", given.MaxDepth, MessageLimits.MaxDepth);
        if (fault == Fault.None)
            fault = Check("max_parameters", given.MaxParameters, MessageLimits.MaxParameters);
        var limits = new MessageLimits(
            Or((int)given.MaxHeader, options.Limits.Header), Or(given.MaxParts, options.Limits.Parts),
            Or(given.MaxDepth, options.Limits.Depth), Or(given.MaxParameters, options.Limits.Parameters));
        options = new MessageOptions(limits, (given.Flags & InPlace) != 0, (given.Flags & Cut) != 0);
        return fault;
    }

    private static int Or(int given, int otherwise) => given == 0 ? otherwise : given;

    private static Fault Check(string name, int given, int most)
        => given >= 0 && given <= most
            ? Fault.None
            : FaultReason.Because(Fault.Argument, $"{name} is 0 to {most}");
}
