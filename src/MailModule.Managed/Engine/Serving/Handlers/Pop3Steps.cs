namespace MailModule.Engine.Serving.Handlers;

/// <summary>The steps of a POP3 session that a table of handlers can have.</summary>
[Flags]
public enum Pop3Steps
{
    None = 0,
    Connect = 1 << 0,
    Capabilities = 1 << 1,
    Auth = 1 << 2,
    Secret = 1 << 3,
    Open = 1 << 4,
    /// <summary>RETR and TOP.</summary>
    Retrieve = 1 << 5,
    Read = 1 << 6,
    Delete = 1 << 7,
    Reset = 1 << 8,
    Remove = 1 << 9,
    Update = 1 << 10,
    Noop = 1 << 11,
    Unknown = 1 << 12,
    Timeout = 1 << 13,
    Error = 1 << 14,
    Close = 1 << 15,
    All = (1 << 16) - 1,
}
