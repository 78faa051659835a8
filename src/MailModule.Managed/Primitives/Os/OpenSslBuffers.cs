using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace MailModule.Primitives.Os;

/// <summary>
/// OpenSSL keeps two buffers of 17 KiB for each session as long as it lives, unless the settings it was made from say
/// that an empty one is given back. The platform makes these settings and does not offer that; but OpenSSL tells of
/// each new set of them whoever has asked for a place of their own in it (CRYPTO_get_ex_new_index).
/// </summary>
/// <remarks>
/// It tells on the thread that makes them, the host's for its own, perhaps in a child that it has forked: no place for
/// a runtime. So the one that is told is C (Shim/Linux/tls.c), and handed in by the library's C edge; it leaves alone
/// what is not made between <see cref="BeginOurs"/> and <see cref="EndOurs"/> on the same thread. Without that edge, as
/// in the tests of this room, nothing is watched, and sessions take more memory.
/// </remarks>
public static unsafe partial class OpenSslBuffers
{
    private const int LoadedAlready = 0x5; // RTLD_LAZY | RTLD_NOLOAD

    private static readonly Lazy<bool> s_isWatching = new(Watch);
    private static delegate* unmanaged[Cdecl]<nint, nint, int> s_watch;
    private static delegate* unmanaged[Cdecl]<int, void> s_setOurs;

    /// <summary>Hands in the C part; before the first handshake.</summary>
    /// <param name="watch">Gets CRYPTO_get_ex_new_index and SSL_CTX_ctrl; 0: it is told of new settings now.</param>
    /// <param name="setOurs">Whether settings that this thread makes are ours.</param>
    public static void SetCalls(delegate* unmanaged[Cdecl]<nint, nint, int> watch,
        delegate* unmanaged[Cdecl]<int, void> setOurs)
    {
        s_setOurs = setOurs;
        s_watch = watch;
    }

    /// <summary>TLS settings that are made on this thread are ours.</summary>
    internal static void BeginOurs()
    {
        if (s_watch != null && OpenSsl.IsThere && s_isWatching.Value)
            s_setOurs(1);
    }

    internal static void EndOurs()
    {
        if (s_watch != null && OpenSsl.IsThere && s_isWatching.Value)
            s_setOurs(0);
    }

    /// <summary>False where the platform's TLS is not an OpenSSL that we know.</summary>
    private static bool Watch()
    {
        try
        {
            return OperatingSystem.IsLinux() && TryOpen(out nint library)
                && NativeLibrary.TryGetExport(library, "SSL_CTX_ctrl", out nint control)
                && NativeLibrary.TryGetExport(library, "CRYPTO_get_ex_new_index", out nint newIndex)
                && s_watch(newIndex, control) == 0;
        }
        catch (Exception)
        {
            return false; // the handshake will say so
        }
    }

    /// <summary>The very library that the platform has loaded, and none of our own.</summary>
    [SupportedOSPlatform("linux")]
    private static bool TryOpen(out nint library)
    {
        _ = SafeEvpPKeyHandle.OpenSslVersion; // loads it
        library = dlopen("libssl.so.3", LoadedAlready);
        return library != 0;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string name, int how);
}
