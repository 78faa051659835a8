namespace MailModule.Primitives;

/// <summary>
/// What went wrong, as a value. The C edge maps each to the <c>MM_E_…</c> constant of the same number with the sign
/// turned; a number, once released, keeps its meaning.
/// </summary>
public enum Fault
{
    None = 0,
    /// <summary>An argument is NULL, malformed or out of range.</summary>
    Argument = 1,
    /// <summary>The handle is stale, closed or not ours.</summary>
    Handle = 2,
    /// <summary>The call is not allowed in this state or from this thread.</summary>
    State = 3,
    /// <summary>Memory could not be had.</summary>
    Memory = 4,
    /// <summary>The disk is full or close to it, a quota is reached, or no file descriptor is left.</summary>
    Full = 5,
    /// <summary>Reading or writing a file failed.</summary>
    Io = 6,
    /// <summary>Another engine holds this spool or mailbox.</summary>
    Locked = 7,
    /// <summary>No such file, key, user, message or host.</summary>
    NotFound = 8,
    /// <summary>The feature is not in this version.</summary>
    NotSupported = 9,
    /// <summary>A configuration file or value is malformed.</summary>
    Config = 10,
    /// <summary>An address or port could not be bound.</summary>
    Bind = 11,
    /// <summary>A host name could not be resolved.</summary>
    Dns = 12,
    /// <summary>A connection could not be made.</summary>
    Connect = 13,
    /// <summary>The connection was lost.</summary>
    Closed = 14,
    /// <summary>A deadline passed.</summary>
    Timeout = 15,
    /// <summary>TLS could not be set up or is not what the settings require.</summary>
    Tls = 16,
    /// <summary>The peer broke the protocol.</summary>
    Protocol = 17,
    /// <summary>The peer refused: temporary (4xx).</summary>
    RefusedTemporary = 18,
    /// <summary>The peer refused: permanent (5xx).</summary>
    RefusedPermanent = 19,
    /// <summary>Stopped or cancelled by the host.</summary>
    Cancelled = 20,
    /// <summary>A limit of the settings is passed (size, count, rate).</summary>
    Limit = 21,
    /// <summary>A fault of the library itself; the log has the details.</summary>
    Internal = 22,
    /// <summary>A server's certificate is good, but for another host.</summary>
    CertificateName = 23,
}
