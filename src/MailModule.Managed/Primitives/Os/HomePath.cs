using System.Text;

namespace MailModule.Primitives.Os;

/// <summary>
/// Opens a home by the path of the settings. Links on the way are followed where only the administrator can have put
/// them: root or we own the link and the folder that it lies in, and not all may write there. So a user who owns a
/// folder above a home leads it nowhere else. Results are as in <see cref="FileCalls"/>.
/// </summary>
internal static class HomePath
{
    private const int LinksFollowed = 40;
    private const int LinkRoom = 4096;
    private const int WritableByAll = 0x2, Sticky = 0x200;

    /// <summary>Opens it only to look at it and to name what is in it.</summary>
    public static int Open(FileCalls calls, ReadOnlySpan<char> path)
    {
        Span<byte> room = stackalloc byte[FilePath.Room];
        int descriptor = calls.OpenWithoutLinks(FilePath.Octets(path, room));
        return descriptor == -Errno.SymbolicLink ? Walk(calls, path.ToString()) : descriptor;
    }

    private static int Walk(FileCalls calls, string path)
    {
        int at = Start(calls, path);
        var rest = new Stack<string>();
        Push(rest, path);
        for (int links = 0; at >= 0 && rest.TryPop(out string? name);)
        {
            int next = calls.OpenPlaceAt(at, [.. Encoding.UTF8.GetBytes(name), 0]);
            string target = "";
            int result = next < 0 ? next : ReadLink(calls, at, next, out target);
            if (result >= 0 && target.Length == 0)
            {
                calls.Close(at);
                at = next;
                continue;
            }
            if (next >= 0)
                calls.Close(next);
            Push(rest, target);
            if (result < 0 || ++links > LinksFollowed || FilePath.RootOf(target).Length > 0)
            {
                calls.Close(at);
                at = result < 0 ? result : links > LinksFollowed ? -Errno.SymbolicLink : Start(calls, target);
            }
        }
        return at;
    }

    private static int Start(FileCalls calls, string path)
        => FilePath.RootOf(path) is { Length: > 0 } root
            ? calls.OpenPlaceAt(FileCalls.CurrentDirectory, [.. Encoding.UTF8.GetBytes(root), 0])
            : calls.OpenPlaceAt(FileCalls.CurrentDirectory, ".\0"u8);

    // Empty: it is no link. A link that is not the administrator's is an error.
    private static int ReadLink(FileCalls calls, int folder, int link, out string target)
    {
        target = "";
        int result = calls.StatAt(link, default, out FileStamp stamp);
        if (result < 0 || !stamp.IsSymbolicLink)
            return result;
        result = calls.StatAt(folder, default, out FileStamp outer);
        if (result < 0 || !IsAdministrators(stamp, outer))
            return result < 0 ? result : -Errno.SymbolicLink;
        byte[] room = new byte[LinkRoom];
        result = calls.ReadLink(link, room);
        target = Encoding.UTF8.GetString(room, 0, Math.Max(result, 0));
        return result == 0 ? -Errno.NoEntry : result;
    }

    private static void Push(Stack<string> rest, string path)
    {
        foreach (string name in FilePath.Names(path).Reverse())
            rest.Push(name);
    }

    private static bool IsAdministrators(in FileStamp link, in FileStamp folder)
        => IsRootOrUs(link.Owner) && IsRootOrUs(folder.Owner)
            && ((folder.Mode & WritableByAll) == 0 || (folder.Mode & Sticky) != 0);

    private static bool IsRootOrUs(FileOwner owner)
        => owner.User == FileOwner.Root || owner.User == FileOwner.Us.User;
}
