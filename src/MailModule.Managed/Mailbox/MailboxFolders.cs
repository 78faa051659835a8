using System.Text;
using System.Text.Unicode;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>Lists the folders that a mailbox has beside itself (Maildir++: <c>.name</c>, <c>.name.inner</c>).</summary>
internal static class MailboxFolders
{
    /// <summary>A mailbox has not more that count; what is beyond is left out.</summary>
    private const int Limit = 100_000;

    /// <summary>Blocks. In the order of their names; a mailbox that is not there yet has none.</summary>
    public static Fault List(MailFolders all, string home, out IReadOnlyList<string> folders)
    {
        folders = [];
        int result = all.Open(home, FolderName.Inbox, out MailFolder inbox);
        if (result == -Errno.NoEntry)
            return Fault.None;
        if (result < 0)
            return SystemFault.Of(result);
        List<string> found = [];
        using (inbox)
            result = inbox.Root.ForEachName((name, kind) =>
            {
                if (kind is DirectoryRecords.Directory or DirectoryRecords.Unknown
                    && TryRead(name, home, out string folder) && IsMaildir(inbox, name))
                    found.Add(folder);
            }, Limit);
        if (result < 0)
            return SystemFault.Of(result);
        found.Sort(StringComparer.Ordinal);
        folders = found;
        return Fault.None;
    }

    // A folder is told by the name by which it is opened: one that no name leads to is none of ours.
    private static bool TryRead(ReadOnlySpan<byte> name, string home, out string folder)
    {
        folder = "";
        return name.Length > 1 && name[0] == '.' && Utf8.IsValid(name)
            && SubFolder.TryParse(Encoding.UTF8.GetString(name[1..]), home, out folder)
            && FolderName.Of(folder).Octets.AsSpan().SequenceEqual(name);
    }

    private static bool IsMaildir(MailFolder inbox, ReadOnlySpan<byte> name)
    {
        if (inbox.Root.OpenFolder(name, out HomeFolder? folder) < 0)
            return false;
        using (folder)
        {
            if (folder!.OpenFolder("cur"u8, out HomeFolder? cur) < 0)
                return false;
            cur!.Dispose();
            return true;
        }
    }
}
