namespace MailModule.Delivery;

/// <summary>A report of delay about one delivery to a mailbox. One thread.</summary>
internal sealed class DelayNotice
{
    /// <summary>It could not be written: another is due.</summary>
    public bool HasFailed { get; set; }
}
