namespace MailModule.Primitives.Os;

/// <summary>
/// Starting a program as another user. It needs a fork, and code between fork and exec that is no place for a runtime:
/// so it is C (Shim/Linux/spawn.c), and handed in by the library's C edge. Without that edge it is not possible.
/// </summary>
public static unsafe class UserChange
{
    private static delegate* unmanaged[Cdecl]<byte**, byte**, byte*, int, uint, uint, int> s_spawn;

    /// <summary>Hands in the C part; before the first command.</summary>
    public static void SetCall(delegate* unmanaged[Cdecl]<byte**, byte**, byte*, int, uint, uint, int> spawn)
        => s_spawn = spawn;

    internal static bool IsPossible => s_spawn != null;

    /// <summary>As <see cref="ChildProcess.Start"/>.</summary>
    internal static int Start(byte** arguments, byte** environment, byte* folder, int given, FileOwner user)
        => s_spawn == null
            ? -Errno.NotPermitted
            : s_spawn(arguments, environment, folder, given, user.User, user.Group);
}
