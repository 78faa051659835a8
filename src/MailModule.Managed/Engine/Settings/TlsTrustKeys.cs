using MailModule.Transport;

namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about certificates that are taken though they are not right. Made by it, at their place
/// in the page.
/// </summary>
internal sealed class TlsTrustKeys
{
    public Setting IgnoreTime { get; } = Keys.Flag(
        "vpncln_tlsigntime",
        "`smtpchktls` takes certificates that have expired, or are not valid yet. Not where a password goes, nor where "
            + "a route or a message asks for the check itself.");

    public Setting SelfSigned { get; } = Keys.Flag(
        "vpncln_tlsssign",
        "`smtpchktls` takes self-signed certificates that bear the host's name, as anybody can make them. Not where a "
            + "password goes, nor where a route or a message asks for the check itself.");

    public Setting FirstUse { get; } = Keys.Guard(Keys.FlagLater(
        "vpncln_tlssshstyle", "A certificate is trusted from its first use on.",
        "what was shown first is not remembered here; put that host's certificate into `tls_cafile` or "
            + "`tls_capath`"));

    /// <summary>What <c>smtpchktls</c> passes over.</summary>
    public CertificateProblems ToleratedBy(SettingValues values)
        => (values.Flag(IgnoreTime) ? CertificateProblems.Time : CertificateProblems.None)
            | (values.Flag(SelfSigned) ? CertificateProblems.SelfSigned : CertificateProblems.None);
}
