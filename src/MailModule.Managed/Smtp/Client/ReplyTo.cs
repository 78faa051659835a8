namespace MailModule.Smtp.Client;

/// <summary>What a server's reply answers.</summary>
internal enum ReplyTo : byte
{
    /// <summary>The connection itself: the greeting.</summary>
    Connect,
    Ehlo,
    Helo,
    /// <summary>RFC 2033 §4.1: EHLO of LMTP.</summary>
    Lhlo,
    StartTls,
    /// <summary>AUTH, or a line of its exchange.</summary>
    Auth,
    Mail,
    Rcpt,
    Data,
    /// <summary>The dot that ends the content.</summary>
    FinalDot,
    /// <summary>BDAT, save the last of a message (RFC 3030).</summary>
    Chunk,
    /// <summary>BDAT with LAST, which ends the message.</summary>
    LastChunk,
    Rset,
    Quit,
    /// <summary>Any other command.</summary>
    Other,
}
