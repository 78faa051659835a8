using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>How much address space the system lets this process have.</summary>
internal static unsafe partial class AddressSpace
{
    private const int Resource = 9; // RLIMIT_AS

    /// <summary>In octets; <see cref="long.MaxValue"/>: there is no limit.</summary>
    public static long Limit
    {
        get
        {
            ulong* raw = stackalloc ulong[2];
            bool isKnown = OperatingSystem.IsLinux() && getrlimit(Resource, raw) == 0;
            return isKnown ? (long)Math.Min(raw[0], long.MaxValue) : long.MaxValue;
        }
    }

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, ulong* result);
}
