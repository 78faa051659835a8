namespace MailModule.Mailbox;

/// <summary>The paths of what POP3 reads of a Maildir, as octets below it.</summary>
internal static class InboxPaths
{
    public static ReadOnlySpan<byte> New => "/new/"u8;
    public static ReadOnlySpan<byte> Cur => "/cur/"u8;

    /// <summary>
    /// Empty; the lock is on the file, not in it. Other Maildir programs ignore files outside tmp, new and cur.
    /// </summary>
    public static ReadOnlySpan<byte> Lock => "/mailmodule.lock"u8;
}
