using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Reports;

/// <summary>What a DSN tells of a recipient (RFC 3464 §2.3.3); what matters most to the sender first.</summary>
internal enum DsnKind
{
    Failed,
    Delayed,
    /// <summary>In the mailbox.</summary>
    Delivered,
    /// <summary>Taken by a host that does not report itself.</summary>
    Relayed,
    /// <summary>Handed to the members of a list or the targets of an alias.</summary>
    Expanded,
}

/// <summary>One recipient of a DSN.</summary>
/// <param name="Result">What was said or what happened.</param>
/// <param name="RetryUntil">For a delay: until when we go on trying.</param>
internal sealed record DsnRecipient(
    Recipient Recipient, AttemptResult Result, DateTimeOffset? LastAttempt, DateTimeOffset? RetryUntil = null)
{
    /// <summary>What is told of it.</summary>
    public DsnKind Kind { get; init; }

    /// <summary>Lines with LF between: the remote's own words if <see cref="IsQuoted"/>, else ours.</summary>
    public string Diagnostic => Result.Text;

    /// <summary><see cref="RemoteHost"/> said it, word for word.</summary>
    public bool IsQuoted => Result.HasReply && RemoteHost is not null;

    /// <summary>The host that was spoken with; null: none was.</summary>
    public string? RemoteHost => Result.Speaker is { Length: > 0 } host ? host : null;
}

/// <summary>
/// Tells senders what became of their mail (RFC 3464), durably: a DSN is a message in the spool. Any thread; does
/// not block.
/// </summary>
internal interface IDsnSender
{
    /// <summary>
    /// Why nobody is to be told that a message has failed, or whatever the kind is, for this recipient; null: the
    /// sender is to be told, and <see cref="Send"/> does that. Cheap.
    /// </summary>
    string? WhyUntold(ISpoolEntry original, DsnKind kind, Recipient recipient)
        => DsnSender.WhyUnwanted(original, kind, recipient);

    /// <summary>
    /// Writes one DSN to the message's sender about those recipients whose NOTIFY asks for it. Nobody to tell (the
    /// null sender, NOTIFY=NEVER): None at once.
    /// </summary>
    /// <param name="committed">Run once: None when the DSN is durable or none is due; else nothing was written, to
    /// be tried again later. On any thread, must not block.</param>
    void Send(ISpoolEntry original, DsnKind kind, IReadOnlyList<DsnRecipient> recipients, Action<Fault> committed);
}
