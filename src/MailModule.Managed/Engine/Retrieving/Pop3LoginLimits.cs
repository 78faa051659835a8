namespace MailModule.Engine.Retrieving;

/// <summary>What a login may not use. The C edge gives the numbers as they are.</summary>
[Flags]
public enum Pop3LoginLimits
{
    None = 0,
    /// <summary>AUTH (RFC 5034).</summary>
    NoSasl = 1,
    /// <summary>APOP (RFC 1939 §7).</summary>
    NoApop = 2,
    /// <summary>USER and PASS.</summary>
    NoUser = 4,
    /// <summary>No ban, but a leave: the password may go in clear text to this server.</summary>
    ClearPassword = 8,
}
