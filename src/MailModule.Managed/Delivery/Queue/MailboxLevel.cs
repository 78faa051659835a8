namespace MailModule.Delivery.Queue;

/// <summary>What a mailbox here holds, and what it may hold.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="OctetLimit">0: any number.</param>
/// <param name="MessageLimit">0: any number.</param>
public sealed record MailboxLevel(string User, long Octets, long OctetLimit, long Messages, long MessageLimit)
{
    /// <summary>It takes nothing more.</summary>
    public bool IsFull { get; init; }
}
