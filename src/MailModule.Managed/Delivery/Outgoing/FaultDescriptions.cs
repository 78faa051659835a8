using MailModule.Primitives;

namespace MailModule.Delivery.Outgoing;

/// <summary>What a fault was, in words, where neither a server nor the system said anything.</summary>
internal static class FaultDescriptions
{
    public static string Of(Fault fault) => fault switch
    {
        Fault.None => "",
        Fault.Connect => "no connection could be made",
        Fault.Closed => "the connection was lost",
        Fault.Timeout => "the host did not answer in time",
        Fault.Dns => "the name could not be resolved",
        Fault.Tls => "TLS is required and could not be had",
        Fault.Protocol => "the host broke the protocol",
        Fault.Limit => "the message is larger than the host takes",
        Fault.NotSupported => "the host does not take addresses or text outside ASCII",
        Fault.Cancelled => "cancelled",
        Fault.Full => "no space, descriptor or connection is left",
        Fault.Io => "the message could not be read or kept",
        _ => $"it failed ({fault})",
    };
}
