namespace MailModule.Smtp.Server;

/// <summary>How much of what is counted one session takes.</summary>
internal sealed record SmtpServerLimits
{
    public static readonly SmtpServerLimits Default = new();

    /// <summary>Of one message.</summary>
    public int Recipients { get; init; } = 1000;

    /// <summary>Unwelcome commands on one connection before 421; nothing that is accepted between them resets the
    /// count.</summary>
    public int Errors { get; init; } = 20;

    /// <summary>So many of them are answered at once; of more the backend is asked, by
    /// <see cref="ISmtpBackend.Unwelcome"/>.</summary>
    public int ErrorsAtOnce => Errors / 2;

    /// <summary>Failed logins on one connection, the last of which closes it; nothing resets the count.</summary>
    public int Logins { get; init; } = 3;

    /// <summary>Received header fields before the message counts as looping (RFC 5321 §6.3).</summary>
    public int Hops { get; init; } = 100;
}
