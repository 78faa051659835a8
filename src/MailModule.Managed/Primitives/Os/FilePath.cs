using System.Text;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>Paths and names of files, as the system has them. Pure.</summary>
internal static class FilePath
{
    /// <summary>Room for the octets of most paths (<see cref="Octets"/>).</summary>
    public const int Room = 512;

    /// <summary>
    /// What stands between a message's name in a Maildir and its flags. On Windows a colon begins the name of a stream
    /// of a file; the semicolon is what other Maildir programs use there.
    /// </summary>
    public static byte FlagMark => OperatingSystem.IsWindows() ? (byte)';' : (byte)':';

    /// <summary>What a path begins with before its first name; empty for one that counts from a folder.</summary>
    public static string RootOf(string path)
        => OperatingSystem.IsWindows() ? WindowsPath.RootOf(path) : path.StartsWith('/') ? "/" : "";

    /// <summary>The names behind the root.</summary>
    public static string[] Names(string path)
        => OperatingSystem.IsWindows()
            ? WindowsPath.Names(path)
            : path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The folder that a full path lies in; the root for the root.</summary>
    public static string Above(string path) => Above(path.AsSpan()).ToString();

    /// <inheritdoc cref="Above(string)"/>
    public static ReadOnlySpan<char> Above(ReadOnlySpan<char> path)
        => OperatingSystem.IsWindows() ? WindowsPath.Above(path.ToString())
            : Path.GetDirectoryName(path) is { Length: > 0 } above ? above : "/";

    /// <summary>Without separators at its end.</summary>
    public static string TrimEnd(string path)
        => OperatingSystem.IsWindows() ? WindowsPath.TrimEnd(path) : path.TrimEnd('/');

    /// <summary>With slashes alone: the form in which users write names of folders.</summary>
    public static string WithSlashes(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;

    /// <summary>The path as the system's calls take it, in UTF-8 with a NUL behind it: in the room, if that is large
    /// enough.</summary>
    public static ReadOnlySpan<byte> Octets(ReadOnlySpan<char> path, Span<byte> room)
    {
        if (room.IsEmpty || !Encoding.UTF8.TryGetBytes(path, room[..^1], out int length))
        {
            room = new byte[Encoding.UTF8.GetByteCount(path) + 1];
            length = Encoding.UTF8.GetBytes(path, room);
        }
        room[length] = 0;
        return room[..(length + 1)];
    }

    /// <summary>Why no file or folder can have this path, in words for a person; null if one may.</summary>
    public static string? Problem(string path) => OperatingSystem.IsWindows() ? WindowsPath.Problem(path) : null;

    /// <summary>Names that differ by letters' case alone lead to one file.</summary>
    public static bool IsOneInAnyCase => OperatingSystem.IsWindows();

    /// <summary>How names are told apart.</summary>
    public static StringComparison Comparison
        => IsOneInAnyCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Whether a file or folder may have this name: one, without a separator.</summary>
    public static bool IsName(string name) => !OperatingSystem.IsWindows() || WindowsName.Problem(name) is null;

    /// <inheritdoc cref="IsName(string)"/>
    /// <param name="name">In UTF-8.</param>
    public static bool IsName(ReadOnlySpan<byte> name) => !OperatingSystem.IsWindows() || WindowsName.IsUsable(name);
}
