using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Gives the names in a folder of a Maildir as octets, save directories and names that begin with a dot, and what is
/// known to be no file.
/// </summary>
internal static class DirectoryListing
{
    public delegate void NameAction(ReadOnlySpan<byte> name);

    /// <summary>0, or what went wrong, with its sign turned.</summary>
    /// <param name="passOver">Gets the names of what is no file: a link, a pipe, a socket, a device.</param>
    /// <param name="limit">Names at most, or somewhat more.</param>
    public static int ForEach(
        HomeFolder folder, NameAction take, NameAction? passOver = null, int limit = int.MaxValue)
        => folder.ForEachName((name, kind) =>
        {
            if (kind == DirectoryRecords.Directory || name.IsEmpty || name[0] == '.')
                return;
            if (kind == DirectoryRecords.Unknown && folder.Stat(name, out FileStamp stamp) >= 0 && !stamp.IsRegular
                || kind is not (DirectoryRecords.Unknown or DirectoryRecords.Regular))
                passOver?.Invoke(name);
            else
                take(name);
        }, limit);
}
