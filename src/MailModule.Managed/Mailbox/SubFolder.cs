using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>Names of folders in a user's mailbox, as a user writes them.</summary>
internal static class SubFolder
{
    private const int LengthLimit = 200;
    private static readonly string[] s_roots = ["Maildir", "mbox"];

    /// <summary>
    /// Reads <c>spam</c>, <c>lists/friends</c>, <c>.lists.friends</c> or one of these below the home, its
    /// <c>Maildir</c> or the old module's <c>mbox</c>. False for whatever is outside of the mailbox, and for the
    /// mailbox itself.
    /// </summary>
    /// <param name="home">The user's home.</param>
    /// <param name="folder">Names with slashes between.</param>
    public static bool TryParse(string text, string home, out string folder)
    {
        string rest = FilePath.WithSlashes(text.Trim());
        if (FilePath.RootOf(rest).Length > 0 && !TryDrop(ref rest, FilePath.WithSlashes(home), FilePath.Comparison))
        {
            folder = "";
            return false;
        }
        if (rest.StartsWith("./", StringComparison.Ordinal))
            rest = rest[2..];
        foreach (string root in s_roots)
            if (TryDrop(ref rest, root, StringComparison.Ordinal))
                break;
        string[] names = rest.TrimStart('.').TrimEnd('/').Split('/', '.');
        folder = string.Join('/', names);
        return !rest.StartsWith("..", StringComparison.Ordinal) && Array.TrueForAll(names, IsName)
            && Encoding.UTF8.GetByteCount(folder) <= LengthLimit;
    }

    private static bool TryDrop(ref string path, string root, StringComparison comparison)
    {
        bool isBelow = path.StartsWith(root, comparison) && path.Length > root.Length
            && path[root.Length] == '/';
        if (isBelow)
            path = path[(root.Length + 1)..];
        return isBelow;
    }

    private static bool IsName(string name)
        => name.Length > 0 && !name.Any(c => char.IsControl(c) || c is '$' or '*' or '?' or '\\' or '~')
            && FilePath.IsName(name);
}
