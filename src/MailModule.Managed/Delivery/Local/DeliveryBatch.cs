using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>What the thread of local delivery does in one go. Of that thread alone.</summary>
internal sealed class DeliveryBatch
{
    /// <summary>Entries at most.</summary>
    public const int Limit = 256;

    /// <summary>
    /// Messages to deliver; of those that the spool did not hand over as new, a delivery may be in the mailbox.
    /// </summary>
    public List<(ISpoolEntry Entry, bool MayBeDuplicate)> Entries { get; } = new(Limit);

    /// <summary>Steps that other threads want run on this one; each gets the time.</summary>
    public List<Action<long>> Steps { get; } = [];

    public bool IsEmpty => Entries.Count == 0 && Steps.Count == 0;
}
