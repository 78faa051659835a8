using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Settings;

/// <summary>What is wrong or risky in the settings of TLS, and in the files that they name.</summary>
internal static class TlsRisks
{
    /// <summary>A certificate that ends within this time is told of.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromDays(14);

    public static void Find(SettingValues values, ConfigFindings findings)
    {
        Sending(values, findings);
        if (values.Number(Keys.SubmissionPort) > 0 && !values.Flag(Keys.SmtpTls))
            findings.Warn(
                Keys.SubmissionPort, "without smtp_tls no TLS is offered there: passwords can come in clear text "
                    + "alone, and from other machines not at all, unless plain_auth allows it");
        bool isUsed = values.Flag(Keys.SmtpTls) || values.Number(Keys.SmtpsPort) > 0
            || values.Number(Keys.Pop3sPort) > 0;
        if (isUsed)
            Serving(values, findings);
        foreach (Setting row in (Setting[])[Keys.TlsCertFile, Keys.TlsKeyFile])
            if (!isUsed && values.IsSet(row))
                findings.Warn(row, "it has no effect without smtp_tls, smtps_port or pop3s_port");
    }

    private static void Sending(SettingValues values, ConfigFindings findings)
    {
        bool isUsed = values.Flag(Keys.SmtpTlsOut), isMust = values.Flag(Keys.SmtpOnlyTls);
        if (isMust && !isUsed)
            findings.Warn(Keys.SmtpOnlyTls, "smtptls=0 says the opposite: what is sent uses no TLS, or is not sent");
        if (values.Flag(Keys.SmtpCheckTls) && !isUsed && !isMust)
            findings.Warn(Keys.SmtpCheckTls, "it has no effect with smtptls=0");
        if (values.IsSet(Keys.TlsCaFile) && values.FullPath(Keys.TlsCaFile) is { } file && !File.Exists(file))
            findings.Warn(Keys.TlsCaFile, $"{file}: there is no such file");
        if (values.IsSet(Keys.TlsCaPath) && values.FullPath(Keys.TlsCaPath) is { } path && !Directory.Exists(path))
            findings.Warn(Keys.TlsCaPath, $"{path}: there is no such folder");
    }

    private static void Serving(SettingValues values, ConfigFindings findings)
    {
        if (!values.TlsRules.AllowSomething)
            findings.Add(ConfigSeverity.Error, Keys.TlsCiphers, TlsRules.NothingAllowed);
        string certificateFile = values.FullPath(Keys.TlsCertFile)!;
        string? keyFile = values.FullPath(Keys.TlsKeyFile);
        if (FolderRights.OthersMayRead(keyFile ?? certificateFile))
            findings.Warn(
                keyFile is null ? Keys.TlsCertFile : Keys.TlsKeyFile,
                $"{keyFile ?? certificateFile}: others than its owner can read the private key");
        Fault fault = TryRead(certificateFile, keyFile, out X509Certificate2? certificate, out string? text);
        if (fault != Fault.None)
            findings.Add(ConfigSeverity.Error, Keys.TlsCertFile, $"{text}");
        if (certificate is null)
            return;
        Look(certificate, certificateFile, values, findings);
        certificate.Dispose();
    }

    private static Fault TryRead(
        string certificateFile, string? keyFile, out X509Certificate2? certificate, out string? text)
    {
        certificate = null;
        try
        {
            Fault fault = CertificateFiles.TryRead(
                certificateFile, keyFile, out certificate, out X509Certificate2Collection chain, out text);
            foreach (X509Certificate2 one in chain)
                one.Dispose();
            return fault;
        }
        catch (CryptographicException e)
        {
            text = $"{certificateFile}: {ExceptionWords.Of(e)}";
            return Fault.Tls;
        }
    }

    private static void Look(
        X509Certificate2 certificate, string file, SettingValues values, ConfigFindings findings)
    {
        DateTime now = DateTime.UtcNow, ends = certificate.NotAfter.ToUniversalTime();
        if (ends <= now)
            findings.Warn(Keys.TlsCertFile, $"{file}: the certificate has expired on {Day(ends)}: clients refuse it");
        else if (ends - now < s_soon)
            findings.Warn(Keys.TlsCertFile, $"{file}: the certificate expires on {Day(ends)}");
        if (certificate.NotBefore.ToUniversalTime() > now)
            findings.Warn(
                Keys.TlsCertFile, $"{file}: the certificate is not valid before {Day(certificate.NotBefore)}");
        string name = values.OwnName.Text.Trim('[', ']');
        if (values.IsSet(Keys.SmtpName) && !certificate.MatchesHostname(name))
            findings.Warn(Keys.TlsCertFile, $"{file}: the certificate is not for {name}, which smtp_name says we are");
    }

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
