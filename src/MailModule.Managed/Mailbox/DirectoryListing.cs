using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Gives the names in a folder of a Maildir as octets, save directories and names that begin with a dot, and what is
/// known to be no file.
/// </summary>
internal static class DirectoryListing
{
    public delegate void NameAction(ReadOnlySpan<byte> name);

    /// <summary>What has a name in a folder of a Maildir.</summary>
    public enum EntryKind
    {
        /// <summary>A directory, or a name that begins with a dot: nothing of ours.</summary>
        Other,

        /// <summary>A link, a pipe, a socket, a device.</summary>
        NoFile,

        /// <summary>A message.</summary>
        File,
    }

    /// <summary>0, or what went wrong, with its sign turned.</summary>
    /// <param name="passOver">Gets the names of what is no file: a link, a pipe, a socket, a device.</param>
    /// <param name="limit">Names at most.</param>
    public static int ForEach(
        HomeFolder folder, NameAction take, NameAction? passOver = null, int limit = int.MaxValue)
        => folder.ForEachName((name, kind) =>
        {
            EntryKind found = KindOf(folder, name, kind);
            if (found == EntryKind.File)
                take(name);
            else if (found == EntryKind.NoFile)
                passOver?.Invoke(name);
        }, limit);

    /// <summary>What an entry is; where the file system has not told, it is asked.</summary>
    /// <param name="kind">As the file system tells (DT_…).</param>
    public static EntryKind KindOf(HomeFolder folder, ReadOnlySpan<byte> name, byte kind)
    {
        if (kind == DirectoryRecords.Directory || name.IsEmpty || name[0] == '.')
            return EntryKind.Other;
        if (kind == DirectoryRecords.Unknown)
            return folder.Stat(name, out FileStamp stamp) >= 0 && !stamp.IsRegular ? EntryKind.NoFile : EntryKind.File;
        return kind == DirectoryRecords.Regular ? EntryKind.File : EntryKind.NoFile;
    }
}
