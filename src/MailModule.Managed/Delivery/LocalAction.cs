using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Delivery;

/// <summary>A message on its way to one local destination that has rules of its own: a list to expand, a forward file to obey. Such a way blocks, so it leads over a worker.</summary>
/// <param name="Maildrop">The user or the list.</param>
/// <param name="Home">The user's; null for a list.</param>
/// <param name="Recipients">Indexes of the envelope's recipients that it stands for, at least one.</param>
internal sealed record LocalAction(ISpoolEntry Entry, string Maildrop, string? Home, int[] Recipients)
{
    /// <summary>Actions of one key follow one another.</summary>
    public string Key => Home ?? Maildrop;

    /// <summary>Attempts that failed before this one.</summary>
    public int Failures { get; init; }

    /// <summary>An earlier attempt may have come as far as the mailbox.</summary>
    public bool MayBeThere { get; init; }

    /// <summary>What an attempt that failed wants to know in the next one.</summary>
    public object? Progress { get; set; }

    public Recipient FirstRecipient => Entry.Envelope.Recipients[Recipients[0]];
}

/// <summary>How a local action ended.</summary>
/// <param name="Fault">None, or why it is to be tried again later.</param>
/// <param name="Folders">Where the message is to be put: folders of the mailbox, empty for the inbox; none: nowhere.</param>
internal sealed record LocalActionResult(Fault Fault, IReadOnlyList<string> Folders)
{
    public static readonly LocalActionResult Nowhere = new(Fault.None, []);
    public static readonly LocalActionResult Inbox = new(Fault.None, [""]);

    public static LocalActionResult Failed(Fault fault) => new(fault, []);

    /// <summary>The message's text, where a command has changed it; null: as it is in the spool.</summary>
    public ChangedContent? Changed { get; init; }
}
