using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>What a fault means where no server said anything: in words, and as an enhanced status.</summary>
internal static class FaultDescriptions
{
    public static string Of(Fault fault) => fault switch
    {
        Fault.None => "delivered",
        Fault.Connect => "no connection could be made",
        Fault.Closed => "the connection was lost",
        Fault.Timeout => "the host did not answer in time",
        Fault.Dns => "the name could not be resolved",
        Fault.Tls => "TLS is required and could not be had",
        Fault.Protocol => "the host broke the protocol",
        Fault.Limit => "the message is larger than the host takes",
        Fault.NotSupported => "the host does not take addresses or text outside ASCII",
        Fault.Cancelled => "the attempt was cut short",
        Fault.Full => "no space, descriptor or connection is left",
        Fault.Io => "the message could not be read or kept",
        _ => FaultWords.Of(fault),
    };

    /// <summary>Subject and detail of the enhanced status (RFC 3463 §3.4 to §3.8); its class is the caller's.</summary>
    public static string DetailOf(Fault fault) => fault switch
    {
        Fault.Connect => "4.1",
        Fault.Closed or Fault.Timeout => "4.2",
        Fault.Dns => "4.3",
        Fault.Tls => "7.5",
        Fault.Protocol => "5.0",
        Fault.Limit => "3.4",
        Fault.NotSupported => "6.7",
        Fault.Full or Fault.Io or Fault.Memory => "3.0",
        _ => "0.0",
    };
}
