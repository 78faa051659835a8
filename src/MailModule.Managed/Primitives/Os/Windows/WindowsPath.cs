namespace MailModule.Primitives.Os.Windows;

/// <summary>
/// Paths as Windows has them: <c>C:\…</c>, <c>\\server\share\…</c>, and both behind <c>\\?\</c>; either slash
/// separates. Pure, and the same on every system.
/// </summary>
internal static class WindowsPath
{
    private const string Device = @"\\.\", Verbatim = @"\\?\", Nt = @"\??\", NtShare = @"\??\UNC\";

    private static readonly char[] s_separators = ['\\', '/'];

    /// <summary>
    /// What a path begins with before its first name, the separator included; empty for one that counts from a folder.
    /// </summary>
    public static string RootOf(string path)
    {
        string plain = path.Replace('/', '\\');
        if (plain.StartsWith(Verbatim, StringComparison.Ordinal) || plain.StartsWith(Device, StringComparison.Ordinal))
            return plain.AsSpan(4).StartsWith(@"UNC\", StringComparison.OrdinalIgnoreCase)
                ? path[..EndOfNames(plain, 8, 2)]
                : path[..EndOfNames(plain, 4, 1)];
        if (plain.StartsWith(@"\\", StringComparison.Ordinal))
            return path[..EndOfNames(plain, 2, 2)];
        return IsDrive(plain) && plain.Length > 2 && plain[2] == '\\' ? path[..3]
            : plain.StartsWith('\\') ? path[..1] : "";
    }

    /// <summary>The names behind the root.</summary>
    public static string[] Names(string path)
        => path[RootOf(path).Length..].Split(s_separators, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The path of the folder that it lies in; the root for what lies there, and for the root.</summary>
    public static string Above(string path)
    {
        int root = RootOf(path).Length;
        string plain = TrimEnd(path);
        int end = plain.LastIndexOfAny(s_separators);
        return plain[..Math.Max(root, end)];
    }

    /// <summary>Without separators at its end.</summary>
    public static string TrimEnd(string path)
    {
        int root = RootOf(path).Length;
        return path[..root] + path[root..].TrimEnd(s_separators);
    }

    /// <summary>Why nothing can be kept by this path; null if it may be.</summary>
    public static string? Problem(string path)
    {
        string root = RootOf(path);
        if (root.Length == 0 && IsDrive(path))
            return "a path that counts from a drive's own folder (C:name); C:\\name is meant, perhaps";
        if (root.Length > 1 && !IsVolume(root))
            return "a device, and no file";
        foreach (string name in Names(path))
            if (name is not ("." or "..") && WindowsName.Problem(name) is { } problem)
                return problem;
        return null;
    }

    /// <summary>The form for NT's own calls, which has no limit of 260 characters.</summary>
    /// <param name="full">A full path without <c>.</c> and <c>..</c>.</param>
    /// <param name="isDevice">False is returned for a device's name; else for a name that no file may have.</param>
    public static bool TryToNt(string full, out string nt, out bool isDevice)
    {
        string path = TrimEnd(full).Replace('/', '\\');
        string root = RootOf(path);
        isDevice = root.Length > 1 && !IsVolume(root);
        nt = path.StartsWith(Verbatim, StringComparison.Ordinal) ? Nt + path[Verbatim.Length..]
            : path.StartsWith(@"\\", StringComparison.Ordinal) ? NtShare + path[2..]
            : Nt + path;
        return root.Length > 1 && !isDevice && Problem(path) is null;
    }

    /// <summary>What an NT path is called outside of NT's own calls.</summary>
    public static string FromNt(string nt)
        => nt.StartsWith(NtShare, StringComparison.OrdinalIgnoreCase) ? @"\\" + nt[NtShare.Length..]
            : !nt.StartsWith(Nt, StringComparison.Ordinal) ? nt
            : IsDrive(nt[Nt.Length..]) ? nt[Nt.Length..] : Verbatim + nt[Nt.Length..];

    private static bool IsDrive(string path) => path.Length > 1 && char.IsAsciiLetter(path[0]) && path[1] == ':';

    // C:\, \\server\share, \\?\C:\, \\?\UNC\server\share, \\?\Volume{…}
    private static bool IsVolume(string root)
    {
        string plain = root.Replace('/', '\\');
        if (plain.StartsWith(Device, StringComparison.Ordinal))
            return false;
        if (!plain.StartsWith(Verbatim, StringComparison.Ordinal))
            return true;
        string rest = plain[Verbatim.Length..];
        return IsDrive(rest) || rest.StartsWith(@"UNC\", StringComparison.OrdinalIgnoreCase)
            || rest.StartsWith("Volume{", StringComparison.OrdinalIgnoreCase);
    }

    // Behind so many names, and the separator that follows them.
    private static int EndOfNames(string path, int at, int count)
    {
        for (; count > 0 && at < path.Length; count--)
        {
            int end = path.IndexOf('\\', at);
            at = end < 0 ? path.Length : end + 1;
        }
        return at;
    }
}
