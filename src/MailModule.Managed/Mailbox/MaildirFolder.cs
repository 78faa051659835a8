namespace MailModule.Mailbox;

/// <summary>The three rooms of a Maildir, as they stand in paths.</summary>
internal static class MaildirFolder
{
    public static ReadOnlySpan<byte> Itself => ""u8;
    public static ReadOnlySpan<byte> Tmp => "/tmp/"u8;
    public static ReadOnlySpan<byte> New => "/new/"u8;
    public static ReadOnlySpan<byte> Cur => "/cur/"u8;

    /// <summary>Empty; the lock is on the file, not in it. Other Maildir programs pass over files outside the three rooms.</summary>
    public static ReadOnlySpan<byte> Lock => "/mailmodule.lock"u8;
}
