using System.Security.Cryptography.X509Certificates;
using MailModule.Mail;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Delivery.Remote;

/// <summary>How other hosts are spoken to: our name, protection, login, time-outs, proxy. Immutable.</summary>
internal sealed record RemoteOptions
{
    /// <summary>Our name for EHLO; where it has one label, our address is said in its place.</summary>
    public required string HelloName { get; init; }

    public StartTlsUse StartTls { get; init; } = StartTlsUse.IfOffered;

    /// <summary>TLS from the first octet (RFC 8314).</summary>
    public bool IsTlsFirst { get; init; }

    /// <summary>With TLS: name and chain must be right.</summary>
    public bool VerifyCertificate { get; init; }

    /// <summary>
    /// With <see cref="VerifyCertificate"/>: what may be wrong all the same. It has no effect with a
    /// <see cref="Login"/>: a password goes to the right host or to none.
    /// </summary>
    public CertificateProblems Tolerated { get; init; }

    /// <summary>Roots to trust in place of the system's; null: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Versions and ciphers.</summary>
    public TlsRules TlsRules { get; init; } = TlsRules.Default;

    /// <summary>
    /// Null: no login. With one, <see cref="VerifyCertificate"/> says whose server the password may be told to.
    /// </summary>
    public Credentials? Login { get; init; }

    /// <summary>The password may go without TLS to any host; else only to this machine.</summary>
    public bool AllowsClearPassword { get; init; }

    /// <summary>What becomes of eight-bit text for a host that does not offer to take it.</summary>
    public EightBitUse EightBit { get; init; }

    /// <summary>
    /// How long a host may be silent at any point. RFC 5321 §4.5.3.2 asks for 5 minutes (10 after the final dot), which
    /// the protocol's own time-outs keep; a shorter time gives up sooner.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.MaxValue;

    /// <summary>How long one connection may take to be made.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The dialogue goes to the log, without secrets and content.</summary>
    public bool IsTraced { get; init; }

    /// <summary>Null: straight to the host.</summary>
    public ProxyAddress? Proxy { get; init; }
}
