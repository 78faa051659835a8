namespace MailModule.Primitives;

/// <summary>A fault in plain words, for messages and lines of the log that know nothing better.</summary>
internal static class FaultWords
{
    public static string Of(Fault fault) => fault switch
    {
        Fault.None => "nothing is wrong",
        Fault.Argument => "an argument is wrong",
        Fault.Handle => "there is no such handle",
        Fault.State => "it cannot be done in this state",
        Fault.Memory => "memory could not be had",
        Fault.Full => "the disk is full, a quota is reached, or no descriptor is left",
        Fault.Io => "the system failed to read or write, or does not let us",
        Fault.Locked => "another engine has it",
        Fault.NotFound => "there is no such file or folder",
        Fault.NotSupported => "this version cannot do it",
        Fault.Config => "a setting is wrong",
        Fault.Bind => "the address or port cannot be had",
        Fault.Dns => "the name cannot be resolved",
        Fault.Connect => "no connection could be made",
        Fault.Closed => "the connection was lost",
        Fault.Timeout => "no answer in time",
        Fault.Tls => "TLS could not be had",
        Fault.Protocol => "the other side broke the protocol",
        Fault.RefusedTemporary => "refused for now",
        Fault.RefusedPermanent => "refused",
        Fault.Cancelled => "cancelled",
        Fault.Limit => "a limit is passed",
        Fault.CertificateName => "the certificate is for another host",
        _ => "a fault of this library",
    };
}
