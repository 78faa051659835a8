namespace MailModule.Dns.Stub;

/// <summary>How the wait for one operation of a <see cref="QuerySocket"/> ended.</summary>
internal enum SocketWait
{
    Completed,
    /// <summary>Refused, lost, or no descriptor left; <see cref="QuerySocket.Error"/> says which.</summary>
    Failed,
    TimedOut,
    Cancelled,
}
