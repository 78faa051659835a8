namespace MailModule.Mail;

/// <summary>When a sender wants the message to be released, and not before (RFC 4865 §3).</summary>
/// <param name="For">HOLDFOR: so long after it came; null: HOLDUNTIL was said.</param>
/// <param name="Until">HOLDUNTIL.</param>
internal sealed record HoldRequest(TimeSpan? For, DateTimeOffset Until)
{
    /// <param name="received">When the message came.</param>
    public DateTimeOffset ReleaseOf(DateTimeOffset received) => For is { } time ? received + time : Until;
}
