namespace MailModule.Mail;

/// <summary>
/// A recipient beside the one who gets a message that was fetched from another host's mailbox: what is brought to it is
/// that the message is known there as fetched. It stands in the message's own record of the spool, so that the message
/// and the knowledge of it become durable in one step. In the spool it is a text like any maildrop; no user's name
/// holds a TAB, so that none is taken for one. It is nobody's address: no trace field, report or list names it.
/// </summary>
/// <param name="Account">Key of the mailbox there: no TAB.</param>
/// <param name="UniqueId">Of the message there (RFC 1939 §7, UIDL): printable ASCII.</param>
internal readonly record struct FetchedMaildrop(string Account, string UniqueId)
{
    private const string Prefix = "fetch\t";

    /// <summary>Whether it is one: cheap, for every recipient.</summary>
    public static bool IsOne(string maildrop) => maildrop.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads <see cref="Recipient.Maildrop"/>; null: it is another maildrop.</summary>
    public static FetchedMaildrop? Read(string maildrop)
    {
        if (!IsOne(maildrop))
            return null;
        int end = maildrop.IndexOf('\t', Prefix.Length);
        return end < 0 ? null : new FetchedMaildrop(maildrop[Prefix.Length..end], maildrop[(end + 1)..]);
    }

    /// <summary>As <see cref="Recipient.Maildrop"/>.</summary>
    public override string ToString() => $"{Prefix}{Account}\t{UniqueId}";
}
