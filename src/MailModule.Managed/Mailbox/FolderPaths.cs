using System.Text;

namespace MailModule.Mailbox;

/// <summary>
/// The paths of a Maildir's own tmp, new and cur, or of those of a folder in it (Maildir++: <c>.name</c>, or
/// <c>.name.inner</c>), as octets below the Maildir. Immutable.
/// </summary>
internal sealed class FolderPaths
{
    /// <summary>Where mail comes in.</summary>
    public static readonly FolderPaths Inbox = new("");

    private FolderPaths(string itself)
    {
        Name = itself;
        Root = Encoding.UTF8.GetBytes(itself);
        Tmp = Encoding.UTF8.GetBytes(itself + "/tmp/");
        New = Encoding.UTF8.GetBytes(itself + "/new/");
        Cur = Encoding.UTF8.GetBytes(itself + "/cur/");
        Marker = Encoding.UTF8.GetBytes(itself + "/maildirfolder");
    }

    /// <summary>Empty for the inbox.</summary>
    public string Name { get; }

    public byte[] Root { get; }
    public byte[] Tmp { get; }
    public byte[] New { get; }
    public byte[] Cur { get; }

    /// <summary>The empty file that tells other programs that this is a folder of a Maildir.</summary>
    public byte[] Marker { get; }

    /// <param name="folder">From <see cref="SubFolder.TryParse"/>; empty for the inbox.</param>
    public static FolderPaths Of(string folder)
        => folder.Length == 0 ? Inbox : new FolderPaths("/." + folder.Replace('/', '.'));
}
