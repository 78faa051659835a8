using System.Text;

namespace MailModule.Mailbox;

/// <summary>
/// Which mailbox of a user: the Maildir itself, or a folder in it (Maildir++: <c>.name</c>, or <c>.name.inner</c>).
/// Immutable.
/// </summary>
internal sealed class FolderName
{
    /// <summary>Where mail comes in.</summary>
    public static readonly FolderName Inbox = new("");

    private FolderName(string text)
    {
        Text = text;
        Octets = Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Empty for the inbox.</summary>
    public string Text { get; }

    public byte[] Octets { get; }

    public bool IsInbox => Text.Length == 0;

    /// <summary>A key for this mailbox of a user: no two have the same, for no home holds a NUL.</summary>
    public string KeyIn(string home) => IsInbox ? home : $"{home}\0{Text}";

    /// <param name="folder">From <see cref="SubFolder.TryParse"/>; empty for the inbox.</param>
    public static FolderName Of(string folder)
        => folder.Length == 0 ? Inbox : new FolderName("." + folder.Replace('/', '.'));
}
