using System.Net;

namespace MailModule.Mail;

/// <summary>What SMTP says about a message beside its text (RFC 5321 §2.3.1), and how it came in.</summary>
public sealed class Envelope
{
    public MailAddress ReversePath { get; set; } = MailAddress.Null;
    public List<Recipient> Recipients { get; } = [];

    /// <summary>The name given with HELO or EHLO; empty if the message was not received by SMTP.</summary>
    public string Helo { get; set; } = "";

    /// <summary>The client's address and port; null if the message was not received by SMTP.</summary>
    public IPEndPoint? Client { get; set; }

    /// <summary>The user who logged in; null if none did.</summary>
    public string? AuthenticatedUser { get; set; }

    public DateTimeOffset Received { get; set; }

    /// <summary>BODY=8BITMIME was given (RFC 6152).</summary>
    public bool EightBit { get; set; }

    /// <summary>SMTPUTF8 was given (RFC 6531).</summary>
    public bool Utf8 { get; set; }
}

/// <summary>One forward-path of an envelope.</summary>
/// <param name="Address">The address as the client gave it.</param>
/// <param name="Maildrop">The local user whose mailbox gets it; null for a remote recipient.</param>
public sealed record Recipient(MailAddress Address, string? Maildrop);
