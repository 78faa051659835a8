namespace MailModule.Mailbox;

/// <summary>What of a Maildir is read, as it stands in paths.</summary>
internal static class InboxPaths
{
    public static ReadOnlySpan<byte> New => "/new/"u8;
    public static ReadOnlySpan<byte> Cur => "/cur/"u8;

    /// <summary>Empty; the lock is on the file, not in it. Other Maildir programs pass over files outside the three rooms.</summary>
    public static ReadOnlySpan<byte> Lock => "/mailmodule.lock"u8;
}
