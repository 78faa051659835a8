namespace MailModule.Dns.Stub;

/// <summary>How a wait for the network ended.</summary>
internal enum SocketWait
{
    Completed,
    /// <summary>Refused, lost, or no descriptor left; the socket knows the words.</summary>
    Failed,
    TimedOut,
    Cancelled,
}
