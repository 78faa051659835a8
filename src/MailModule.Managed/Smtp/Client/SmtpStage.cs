namespace MailModule.Smtp.Client;

/// <summary>What a client session waits for, in the order of the protocol.</summary>
internal enum SmtpStage
{
    Greeting,
    /// <summary>The answer to EHLO or HELO.</summary>
    Hello,
    /// <summary>The answer to STARTTLS, or the handshake.</summary>
    Tls,
    /// <summary>Anything of AUTH. Failures here are of our login, not of a message.</summary>
    Auth,
    Mail,
    Rcpt,
    Data,
    /// <summary>The content is on its way.</summary>
    Content,
    /// <summary>The final dot is out.</summary>
    EndOfData,
    /// <summary>Between two transactions, or after the last; a command that is of no other stage.</summary>
    Idle,
}
