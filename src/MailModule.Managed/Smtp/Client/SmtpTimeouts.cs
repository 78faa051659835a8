namespace MailModule.Smtp.Client;

/// <summary>
/// How long a server may take for each whole answer, from when it was asked: octets that trickle in do not prolong it.
/// The defaults are those of RFC 5321 §4.5.3.2, where it has one.
/// </summary>
internal sealed record SmtpTimeouts
{
    public static readonly SmtpTimeouts Standard = new();

    /// <summary>RFC 5321 §4.5.3.2.1: the greeting.</summary>
    public TimeSpan Greeting { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>EHLO, HELO, RSET, and commands that have no time of their own.</summary>
    public TimeSpan Hello { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// STARTTLS. The handshake after it has a time-out of its own, <see cref="Transport.Connection.HandshakeTimeout"/>.
    /// </summary>
    public TimeSpan StartTls { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Each step of AUTH. RFC 4954 §6 asks for no less than 3 minutes.</summary>
    public TimeSpan Auth { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>RFC 5321 §4.5.3.2.2.</summary>
    public TimeSpan Mail { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>RFC 5321 §4.5.3.2.3.</summary>
    public TimeSpan Rcpt { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>RFC 5321 §4.5.3.2.4: until 354.</summary>
    public TimeSpan Data { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>RFC 5321 §4.5.3.2.5: until the server has taken a piece of the content (64 KiB).</summary>
    public TimeSpan DataBlock { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>RFC 5321 §4.5.3.2.6: the reply to the final dot. Shorter ones make duplicates.</summary>
    public TimeSpan EndOfData { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The answer to QUIT; everything is said and done by then.</summary>
    public TimeSpan Quit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the reply that is awaited at this stage; <see cref="Quit"/> apart.</summary>
    public TimeSpan At(SmtpStage stage) => stage switch
    {
        SmtpStage.Greeting => Greeting,
        SmtpStage.Tls => StartTls,
        SmtpStage.Auth => Auth,
        SmtpStage.Mail => Mail,
        SmtpStage.Rcpt => Rcpt,
        SmtpStage.Data => Data,
        SmtpStage.Content => DataBlock,
        SmtpStage.EndOfData => EndOfData,
        _ => Hello,
    };
}
