using MailModule.Mail;
using MailModule.Spool;

namespace MailModule.Delivery;

/// <summary>
/// What a message is put through before it comes into a mailbox: the expansion of a list, the user's forward file. It
/// may block, so a worker runs it.
/// </summary>
/// <param name="Maildrop">The user or the list.</param>
/// <param name="Home">The user's; null for a list.</param>
/// <param name="Recipients">Indexes of the envelope's recipients that it stands for, at least one.</param>
internal sealed record LocalAction(ISpoolEntry Entry, string Maildrop, string? Home, int[] Recipients)
{
    /// <summary>Actions of one key follow one another.</summary>
    public string Key => Home ?? Maildrop;

    /// <summary>The folder of members' mailboxes that gets it, for a list; null: they have it as any message.</summary>
    public string? Folder { get; init; }

    /// <summary>Attempts that failed before this one.</summary>
    public int Failures { get; init; }

    /// <summary>An earlier attempt may have come as far as the mailbox.</summary>
    public bool MayBeDuplicate { get; init; }

    /// <summary>
    /// Set by an action that has found that it runs commands: whose share of the places for commands it takes.
    /// </summary>
    public string? CommandShare { get; set; }

    /// <summary>What a failed attempt leaves for the next one.</summary>
    public object? Progress { get; set; }

    /// <summary>The report that its message waits; null: none yet.</summary>
    public DelayNotice? Delay { get; init; }

    public IEnumerable<Recipient> AllRecipients => Recipients.Select(index => Entry.Envelope.Recipients[index]);

    public Recipient FirstRecipient => Entry.Envelope.Recipients[Recipients[0]];
}
