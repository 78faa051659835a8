using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace MailModule.Primitives.Os;

/// <summary>
/// OpenSSL keeps two buffers of 17 KiB for each session as long as it lives, unless the settings it was made from say
/// that an empty one is given back. The platform makes these settings and does not offer that; but OpenSSL tells of
/// each new set of them whoever has asked for a place of their own in it (CRYPTO_get_ex_new_index). Those of the host
/// are told, too, and left alone: only what is made between <see cref="BeginOurs"/> and <see cref="EndOurs"/> is ours.
/// </summary>
internal static unsafe partial class OpenSslBuffers
{
    private const int ClassOfSettings = 1; // CRYPTO_EX_INDEX_SSL_CTX
    private const int SetMode = 33; // SSL_CTRL_MODE
    private const nint ReleaseBuffers = 0x10; // SSL_MODE_RELEASE_BUFFERS
    private const int LoadedAlready = 0x5; // RTLD_LAZY | RTLD_NOLOAD

    private static readonly Lazy<nint> s_control = new(WatchSettings);

    [ThreadStatic]
    private static bool t_isOurs;

    /// <summary>TLS settings that are made on this thread are ours.</summary>
    public static void BeginOurs() => t_isOurs = s_control.Value != 0;

    public static void EndOurs() => t_isOurs = false;

    /// <summary>SSL_CTX_ctrl; 0 where the platform's TLS is not an OpenSSL that we know.</summary>
    private static nint WatchSettings()
    {
        if (!OperatingSystem.IsLinux() || !IsLoaded(out nint library))
            return 0;
        if (!NativeLibrary.TryGetExport(library, "SSL_CTX_ctrl", out nint control)
            || !NativeLibrary.TryGetExport(library, "CRYPTO_get_ex_new_index", out nint newIndex))
            return 0;
        delegate* unmanaged[Cdecl]<nint, nint, nint, int, nint, nint, void> made = &OnMade;
        var register = (delegate* unmanaged[Cdecl]<int, nint, nint, void*, nint, nint, int>)newIndex;
        return register(ClassOfSettings, 0, 0, made, 0, 0) < 0 ? 0 : control;
    }

    /// <summary>The very library that the platform has loaded, and none of our own.</summary>
    [SupportedOSPlatform("linux")]
    private static bool IsLoaded(out nint library)
    {
        library = 0;
        try
        {
            _ = SafeEvpPKeyHandle.OpenSslVersion; // loads it
            library = dlopen("libssl.so.3", LoadedAlready);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException
            or PlatformNotSupportedException or EntryPointNotFoundException)
        {
            // the handshake will say so
        }
        return library != 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMade(nint settings, nint pointer, nint data, int index, nint number, nint argument)
    {
        if (t_isOurs)
            _ = ((delegate* unmanaged[Cdecl]<nint, int, nint, nint, nint>)s_control.Value)(
                settings, SetMode, ReleaseBuffers, 0);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string name, int how);
}
