namespace MailModule.Mail;

/// <summary>
/// A maildrop with a folder: what comes for it goes into that folder of the mailbox, whatever the user's forward file
/// says. In the spool it is a text like any maildrop; no user's name holds a TAB, so that none is taken for one.
/// </summary>
/// <param name="Maildrop">Of the user, or of a list, whose members' folders are meant.</param>
/// <param name="Folder">Names with slashes between; null: the mailbox itself, by the user's rules.</param>
internal readonly record struct FolderMaildrop(string Maildrop, string? Folder)
{
    private const string Prefix = "folder\t";

    /// <summary>Reads <see cref="Recipient.Maildrop"/>.</summary>
    public static FolderMaildrop Read(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return new FolderMaildrop(text, null);
        int end = text.IndexOf('\t', Prefix.Length);
        return end < 0
            ? new FolderMaildrop(text, null)
            : new FolderMaildrop(text[(end + 1)..], text[Prefix.Length..end]);
    }

    /// <summary>As <see cref="Recipient.Maildrop"/>.</summary>
    public override string ToString() => Folder is null ? Maildrop : $"{Prefix}{Folder}\t{Maildrop}";

    /// <summary>The same recipient with that folder of the mailbox; one elsewhere as it is.</summary>
    public static Recipient Into(Recipient recipient, string folder)
        => recipient.Maildrop is { } maildrop
            ? recipient with { Maildrop = new FolderMaildrop(Read(maildrop).Maildrop, folder).ToString() }
            : recipient;
}
