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
            || values.Number(Keys.SubmissionsPort) > 0 || values.Number(Keys.Pop3sPort) > 0;
        if (isUsed)
            Serving(values, findings);
        foreach (Setting row in (Setting[])[Keys.TlsCertFile, Keys.TlsKeyFile, Keys.TlsHost, Keys.TlsClientCert])
            if (!isUsed && values.IsSet(row))
                findings.Warn(row, "it has no effect without smtp_tls, smtps_port, submissions_port or pop3s_port");
    }

    private static void Sending(SettingValues values, ConfigFindings findings)
    {
        bool isUsed = values.Flag(Keys.SmtpTlsOut), isMust = values.Flag(Keys.SmtpOnlyTls);
        if (isMust && !isUsed)
            findings.Warn(Keys.SmtpOnlyTls, "smtptls=0 says the opposite: what is sent uses no TLS, or is not sent");
        if (values.Flag(Keys.SmtpCheckTls) && !isUsed && !isMust)
            findings.Warn(Keys.SmtpCheckTls, "it has no effect with smtptls=0");
        Trust(values, findings);
        if (values.IsSet(Keys.TlsCaFile) && values.FullPath(Keys.TlsCaFile) is { } file && !File.Exists(file))
            findings.Warn(Keys.TlsCaFile, $"{file}: there is no such file");
        if (values.IsSet(Keys.TlsCaPath) && values.FullPath(Keys.TlsCaPath) is { } path && !Directory.Exists(path))
            findings.Warn(Keys.TlsCaPath, $"{path}: there is no such folder");
    }

    private static void Trust(SettingValues values, ConfigFindings findings)
    {
        bool isChecked = values.Flag(Keys.SmtpCheckTls);
        if (values.Flag(Keys.TlsTrust.IgnoreTime))
            findings.Warn(
                Keys.TlsTrust.IgnoreTime, isChecked
                    ? "certificates are taken that have expired, whose keys others may have by now"
                    : "it has no effect without smtpchktls: any certificate is taken");
        if (values.Flag(Keys.TlsTrust.SelfSigned))
            findings.Warn(
                Keys.TlsTrust.SelfSigned, isChecked
                    ? "whoever is on the way can make such a certificate: smtpchktls proves nothing then; a host's own "
                        + "one can be put into tls_cafile"
                    : "it has no effect without smtpchktls: any certificate is taken");
    }

    private static void Serving(SettingValues values, ConfigFindings findings)
    {
        if (!values.TlsRules.AllowSomething)
            findings.Add(ConfigSeverity.Error, Keys.TlsCiphers, TlsRules.NothingAllowed);
        string own = values.OwnName.Text.Trim('[', ']');
        PairFiles files = PairFiles.Default(values);
        Setting ofKey = files.Key is null ? Keys.TlsCertFile : Keys.TlsKeyFile;
        Pair(files, Keys.TlsCertFile, ofKey, values.IsSet(Keys.SmtpName) ? [own] : [], findings);
        foreach (TlsHost host in values.TlsHosts)
            Pair(host.Files, Keys.TlsHost, Keys.TlsHost, host.Names, findings);
        Clients(values, findings);
    }

    private static void Clients(SettingValues values, ConfigFindings findings)
    {
        string asks = values.Word(Keys.TlsClientCert);
        string? file = values.FullPath(Keys.TlsClientCa);
        if (asks == "off" && file is not null)
            findings.Warn(Keys.TlsClientCa, "it has no effect without tls_client_cert");
        else if (asks != "off" && file is null)
            findings.Add(
                ConfigSeverity.Error, Keys.TlsClientCert,
                "tls_client_ca is missing, which says whose certificates count");
        else if (asks != "off" && ClientTrust.TryLoad(file!, false, out _, out string? text) != Fault.None)
            findings.Add(ConfigSeverity.Error, Keys.TlsClientCa, $"{text}");
        if (asks == "require")
            findings.Warn(
                Keys.TlsClientCert, "other mail servers, which have no such certificate, can send nothing by TLS");
    }

    private static void Pair(
        PairFiles files, Setting row, Setting ofKey, IReadOnlyList<string> names, ConfigFindings findings)
    {
        if (FolderRights.OthersMayRead(files.Key ?? files.Certificate))
            findings.Warn(
                ofKey, $"{files.Key ?? files.Certificate}: others than its owner can read the private key");
        Fault fault = TryRead(files.Certificate, files.Key, out X509Certificate2? certificate, out string? text);
        if (fault != Fault.None)
            findings.Add(ConfigSeverity.Error, row, $"{text}");
        if (certificate is null)
            return;
        Look(certificate, files.Certificate, row, findings);
        foreach (string name in names)
            if (!IsFor(certificate, name))
                findings.Warn(
                    row, $"{files.Certificate}: the certificate is not for {name}, "
                        + $"which {(row == Keys.TlsHost ? "it is to be shown for" : "smtp_name says we are")}");
        certificate.Dispose();
    }

    // A wildcard of a setting is for any name of that kind.
    private static bool IsFor(X509Certificate2 certificate, string name)
        => certificate.MatchesHostname(name.StartsWith("*.", StringComparison.Ordinal) ? $"any{name[1..]}" : name);

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
        X509Certificate2 certificate, string file, Setting row, ConfigFindings findings)
    {
        DateTime now = DateTime.UtcNow, ends = certificate.NotAfter.ToUniversalTime();
        if (ends <= now)
            findings.Warn(row, $"{file}: the certificate has expired on {Day(ends)}: clients refuse it");
        else if (ends - now < s_soon)
            findings.Warn(row, $"{file}: the certificate expires on {Day(ends)}");
        if (certificate.NotBefore.ToUniversalTime() > now)
            findings.Warn(row, $"{file}: the certificate is not valid before {Day(certificate.NotBefore)}");
    }

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
