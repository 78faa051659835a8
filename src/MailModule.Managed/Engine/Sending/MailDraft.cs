namespace MailModule.Engine.Sending;

/// <summary>Who one mail is from and for, as the host program writes it, and what a message of its text says.</summary>
/// <param name="From">One address; empty for the null path, which a message that is made here cannot have.</param>
public sealed record MailDraft(string From)
{
    /// <summary>Address lists; null or empty: nobody.</summary>
    public string? To { get; init; }

    public string? Cc { get; init; }

    /// <summary>No field tells of them.</summary>
    public string? Bcc { get; init; }

    /// <summary>One line; null: none.</summary>
    public string? Subject { get; init; }

    /// <summary>The message is made here, of a text; else it is ready, and its fields are its own.</summary>
    public bool IsMadeHere { get; init; }
}
