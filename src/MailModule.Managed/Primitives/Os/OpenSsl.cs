using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// Whether the system has the library that the platform's cryptography is made of. The platform loads it at the first
/// use of any, be it a digest, and ends the process where there is none: so whoever needs it asks here first. Any
/// thread.
/// </summary>
internal static partial class OpenSsl
{
    /// <summary>Why what needs it cannot be done.</summary>
    public const string Missing =
        "the system has no OpenSSL (libssl.so.3 or libssl.so.1.1), or not the memory to load it";

    /// <summary>In libssl since OpenSSL 1.1.0; what lacks it the platform cannot use.</summary>
    private const string Landmark = "OPENSSL_init_ssl";

    private const int Lazy = 1; // RTLD_LAZY
    private const string NamesBegin = "libssl.so.";

    // In the platform's own order; the first is null as a rule.
    private static readonly string?[] s_versions =
        [Environment.GetEnvironmentVariable("DOTNET_OPENSSL_VERSION_OVERRIDE"), "3", "1.1"];

    private static volatile bool s_isLoaded;

    /// <summary>True: it is loaded, and stays. False: the next call looks again.</summary>
    public static bool IsThere => s_isLoaded || TryLoad();

    private static bool TryLoad()
        => s_isLoaded = !OperatingSystem.IsLinux() || Array.Exists(s_versions, IsUsable);

    private static bool IsUsable(string? version)
        => version is not null && dlopen(NamesBegin + version, Lazy) is not 0 and var library
            && dlsym(library, Landmark) != 0;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string name, int how);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlsym(nint library, string name);
}
