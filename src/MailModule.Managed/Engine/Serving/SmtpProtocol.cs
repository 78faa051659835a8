namespace MailModule.Engine.Serving;

/// <summary>What an SMTP server speaks on the port that its options name.</summary>
public enum SmtpProtocol
{
    /// <summary>RFC 5321.</summary>
    Smtp,
    /// <summary>RFC 6409: MAIL needs a login first.</summary>
    Submission,
    /// <summary>RFC 2033.</summary>
    Lmtp,
}
