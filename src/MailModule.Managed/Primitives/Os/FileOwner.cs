using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>Whom a file belongs to, by the system's numbers.</summary>
internal readonly partial record struct FileOwner(uint User, uint Group)
{
    public const uint Root = 0;

    // The group that the kernel names where a number has no meaning (overflowgid).
    private const uint Nobody = 65534;

    /// <summary>The user whose rights this process uses now.</summary>
    public static FileOwner Us => OperatingSystem.IsLinux() ? new FileOwner(geteuid(), getegid()) : default;

    /// <summary>
    /// Whose rights what lies in such a user's home is used with. Root's group on a home that is another's is an
    /// oversight of whoever made it, and gives nothing.
    /// </summary>
    public FileOwner Rights => User != Root && Group == Root ? this with { Group = Nobody } : this;

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial uint getegid();
}
