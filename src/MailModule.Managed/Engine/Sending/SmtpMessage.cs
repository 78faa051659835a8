namespace MailModule.Engine.Sending;

/// <summary>One message of the host's for whole transactions.</summary>
public sealed class SmtpMessage
{
    /// <summary>Bare or in angle brackets; empty: the null path.</summary>
    public required string From { get; init; }

    /// <summary>For MAIL, beside those that are said anyway; null: none.</summary>
    public string? Parameters { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>For RCPT, by recipient; null: none, for none of them.</summary>
    public IReadOnlyList<string?>? ToParameters { get; init; }

    /// <summary>
    /// The content, where neither <see cref="Path"/> nor <see cref="Reader"/> is there. It stays the host's, and as it
    /// is until the message has its results.
    /// </summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Of a file with the content.</summary>
    public string? Path { get; init; }

    /// <summary>Gives the content piece by piece.</summary>
    public ContentReader? Reader { get; init; }
}
