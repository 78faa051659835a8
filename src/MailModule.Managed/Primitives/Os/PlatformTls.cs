using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Primitives.Os;

/// <summary>
/// Where the platform's TLS is not alike on all systems: it is OpenSSL's (<see cref="OpenSsl"/>), or on Windows the
/// system's own, SChannel.
/// </summary>
internal static class PlatformTls
{
    // STATUS_NOT_IMPLEMENTED, as the platform tells it.
    private const int NotImplemented = unchecked((int)0xC1000002);

    /// <summary>In words, where its library does not load.</summary>
    public static readonly string Unusable = OperatingSystem.IsWindows()
        ? "the system's TLS or cryptography (SChannel, CNG) is missing or unusable"
        : "the system's TLS library (libssl) is missing or unusable";

    /// <summary>In words, where <see cref="IsLacking"/> is true.</summary>
    public const string Lacking = "the system's cryptography cannot do what TLS or the key needs";

    /// <summary>False: which ciphers, and in which order, is the system's own setting, for all programs.</summary>
    [UnsupportedOSPlatformGuard("windows")]
    public static bool ChoosesCiphers => !OperatingSystem.IsWindows();

    /// <summary>The system knows the call and has nothing behind it.</summary>
    public static bool IsLacking(Exception e) => e is CryptographicException { HResult: NotImplemented };

    /// <summary>
    /// The certificate with a key that a server can use; takes it over. SChannel works in a process of its own, and
    /// finds a key only in a key store, never one that lives in our memory alone. So the pair goes through PKCS #12,
    /// from which the system makes a key in the user's store; that goes with the certificate.
    /// </summary>
    /// <exception cref="CryptographicException">The system does not take it.</exception>
    public static X509Certificate2 WithServerKey(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
            return certificate;
        byte[] pair = certificate.Export(X509ContentType.Pkcs12);
        certificate.Dispose();
        try
        {
            return X509CertificateLoader.LoadPkcs12(pair, null, X509KeyStorageFlags.UserKeySet);
        }
        catch (CryptographicException)
        {
            // The account of a service may have no profile, and so no store.
            return X509CertificateLoader.LoadPkcs12(pair, null, X509KeyStorageFlags.MachineKeySet);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pair);
        }
    }
}
