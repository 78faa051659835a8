using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// While it lives the calling thread uses files with a user's rights and no more: user, group, and no other groups.
/// Files that it makes are the user's. It is for a process that runs as root, and for files of another; else it does
/// nothing, without a system call. It lives within one method and ends on the thread that took it.
/// </summary>
/// <remarks>
/// setfsuid and setfsgid change one thread, and so does setgroups where it does not go through the C library, which
/// would change all of them. A thread without root's user id has none of root's rights over files either
/// (capabilities(7)), but may go back.
/// </remarks>
internal readonly unsafe ref partial struct OwnerRights
{
    private static readonly nint SetGroupsCall
        = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 116 : 159;

    private static readonly uint[] s_groups = ProcessGroups();
    private static readonly Lazy<bool> s_mayChange = new(MayChange);

    [ThreadStatic]
    private static FileOwner? t_taken;

    private readonly bool _isTaken;
    private readonly FileOwner? _before;

    private OwnerRights(FileOwner? before) => (_isTaken, _before) = (true, before);

    /// <summary>A thread of this process can take another's rights.</summary>
    public static bool IsPossible(FileOwner us) => us.User == FileOwner.Root && s_mayChange.Value;

    /// <summary>The calling thread has a user's rights now; for tests.</summary>
    internal static bool IsTaken => t_taken is not null;

    /// <param name="owner">Whose rights.</param>
    /// <param name="us">Who this process is.</param>
    public static OwnerRights Take(FileOwner owner, FileOwner us)
    {
        FileOwner? before = t_taken;
        if (owner.User == us.User || before == owner || !IsPossible(us))
            return default;
        Set(owner);
        return new OwnerRights(before);
    }

    public void Dispose()
    {
        if (!_isTaken)
            return;
        if (_before is { } before)
            Set(before);
        else
            Reset();
    }

    private static void Set(FileOwner owner)
    {
        t_taken = owner;
        FileOwner rights = owner.Rights;
        if (s_groups.Length > 0)
            _ = syscall(SetGroupsCall, 0, null);
        _ = setfsgid(rights.Group);
        _ = setfsuid(rights.User);
    }

    private static void Reset()
    {
        FileOwner us = FileOwner.Us;
        _ = setfsuid(us.User);
        _ = setfsgid(us.Group);
        if (s_groups.Length > 0)
            fixed (uint* groups = s_groups)
                _ = syscall(SetGroupsCall, s_groups.Length, groups);
        t_taken = null;
    }

    // Root of a container may lack the right (CAP_SETUID, CAP_SETGID): then files are used with our own.
    private static bool MayChange()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        const uint somebody = 65534;
        var user = new FileOwner(somebody, somebody);
        Set(user);
        bool isSet = (uint)setfsuid(somebody) == somebody && (uint)setfsgid(somebody) == somebody;
        Reset();
        return isSet;
    }

    private static uint[] ProcessGroups()
    {
        int count = OperatingSystem.IsLinux() ? getgroups(0, null) : 0;
        uint[] groups = new uint[Math.Max(count, 0)];
        fixed (uint* p = groups)
            return count <= 0 || getgroups(count, p) != count ? [] : groups;
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint user);

    [LibraryImport("libc")]
    private static partial int setfsgid(uint group);

    [LibraryImport("libc")]
    private static partial int getgroups(int count, uint* groups);

    // Variadic in C, but taking its arguments in registers as this does, on the processors we run on.
    [LibraryImport("libc")]
    private static partial nint syscall(nint number, nint count, uint* groups);
}
