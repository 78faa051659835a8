namespace MailModule.Mailbox;

/// <summary>What other programs have marked a message as: letters behind <c>:2,</c> in its name.</summary>
[Flags]
public enum MessageFlags
{
    None = 0,
    /// <summary>S: read.</summary>
    Seen = 1,
    /// <summary>F: important.</summary>
    Flagged = 2,
    /// <summary>R: answered.</summary>
    Answered = 4,
}

/// <summary>What the name of a message tells beside its size on the wire.</summary>
/// <param name="Received">Seconds since 1970; 0: not known.</param>
/// <param name="Length">Octets at rest; -1: not known before the message is opened.</param>
internal readonly record struct MessageTraits(long Received, long Length, MessageFlags Flags);
