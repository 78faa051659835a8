namespace MailModule.Pop3.Server;

/// <summary>What a backend is asked about beside what it is always asked.</summary>
[Flags]
internal enum Pop3Asked
{
    None = 0,
    Connect = 1,
    Capabilities = 2,
    Delete = 4,
    Reset = 8,
    Noop = 16,
    /// <summary>Commands that the table does not have.</summary>
    Unknown = 32,
}
