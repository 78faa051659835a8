namespace MailModule.Engine.Retrieving;

/// <summary>How a mailbox elsewhere is spoken to.</summary>
public enum OutsideTls
{
    /// <summary>STLS where it is offered (RFC 2595 §4).</summary>
    Opportunistic,
    /// <summary>STLS, or nothing.</summary>
    StartTls,
    /// <summary>TLS from the first octet (RFC 8314 §3.2).</summary>
    Implicit,
}
