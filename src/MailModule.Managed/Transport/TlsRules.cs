using System.Net.Security;
using System.Security.Authentication;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// Which versions of TLS and which ciphers may be agreed on, as server and as client. Immutable; may serve any number
/// of handshakes at once.
/// </summary>
internal sealed class TlsRules
{
    /// <summary>
    /// Mozilla's "intermediate" first, in its order. Behind it what strangers' mail servers may have instead: no
    /// forward secrecy or an older mode are better than the clear text that would follow (RFC 7435 §3). As server we
    /// choose, so that nobody gets one of these who has better. TLS 1.2 is the least (RFC 8996, RFC 8997).
    /// </summary>
    private static readonly TlsCipherSuite[] s_defaultCiphers =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256,

        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,
    ];

    /// <summary>What is wrong where <see cref="AllowSomething"/> is false.</summary>
    public const string NothingAllowed =
        "no cipher is allowed that the system has, of a version of TLS that is allowed (tls_ciphers)";

    public const string EcdsaKey = "1.2.840.10045.2.1"; // RFC 5480 §2.1.1

    private const string RsaKey = "1.2.840.113549.1.1.1"; // rsaEncryption, PKCS #1

    /// <summary>What is used where nothing was set.</summary>
    public static readonly TlsRules Default = new(SslProtocols.Tls12, s_defaultCiphers);

    private readonly TlsCipherSuite[] _ciphers;
    private CipherSuitesPolicy? _policy;

    /// <param name="oldest">TLS 1.2 or 1.3.</param>
    /// <param name="ciphers">The best first; null: those of the default.</param>
    public TlsRules(SslProtocols oldest, TlsCipherSuite[]? ciphers)
    {
        _ciphers = ciphers ?? s_defaultCiphers;
        if (oldest != SslProtocols.Tls13 && !Array.TrueForAll(_ciphers, IsOfTls13))
            Protocols |= SslProtocols.Tls12;
        if (Array.Exists(_ciphers, IsOfTls13))
            Protocols |= SslProtocols.Tls13;
    }

    /// <summary>Those that have a cipher.</summary>
    public SslProtocols Protocols { get; }

    /// <summary>Nobody has chosen the ciphers.</summary>
    public bool HasDefaultCiphers => _ciphers == s_defaultCiphers;

    /// <summary>There is a cipher for one of the versions, and the system has it.</summary>
    public bool AllowSomething => Protocols != SslProtocols.None && (HasDefaultCiphers || SystemHasOne);

    /// <summary>Null where the platform leaves no choice. Loads the system's library.</summary>
    public CipherSuitesPolicy? Ciphers => PlatformTls.ChoosesCiphers ? _policy ??= new(_ciphers) : null;

    /// <summary>Reads IANA's names, with commas between.</summary>
    public static bool TryParseCiphers(string text, out TlsCipherSuite[] ciphers)
    {
        string[] names =
            text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        ciphers = new TlsCipherSuite[names.Length];
        for (int i = 0; i < names.Length; i++)
            if (!names[i].StartsWith("TLS_", StringComparison.OrdinalIgnoreCase)
                || !Enum.TryParse(names[i], ignoreCase: true, out ciphers[i]))
                return false;
        return ciphers.Length > 0;
    }

    /// <summary>Whether one of the ciphers goes with a server's key; those of TLS 1.3 go with any.</summary>
    /// <param name="algorithm">The key's, as an object identifier.</param>
    public bool Suit(string? algorithm)
    {
        string? word = algorithm switch
        {
            EcdsaKey => "_ECDSA_",
            RsaKey => "_RSA_",
            _ => null,
        };
        return Protocols.HasFlag(SslProtocols.Tls13) || word is null
            || Array.Exists(_ciphers, cipher => cipher.ToString().Contains(word, StringComparison.Ordinal));
    }

    // The platform passes over those that the system's library does not have.
    private bool SystemHasOne
        => !PlatformTls.ChoosesCiphers || !OpenSsl.IsThere || Ciphers!.AllowedCipherSuites.Any();

    // RFC 8446 §B.4
    private static bool IsOfTls13(TlsCipherSuite cipher) => (int)cipher >> 8 == 0x13;
}
