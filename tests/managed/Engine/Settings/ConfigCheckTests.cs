using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Engine.Settings;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Settings;

/// <summary>What mm_config_check finds; tests/c/config.c has what needs no files of its own.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ConfigCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_without_faults_has_no_findings()
        => Assert.Empty(Check($"""
            mail_root={_folder.In("mail")} smtp_name=mail.example.org
            smtp_port=2525 pop_port=2110
            user="ann;secret;;PS"
            """));

    [Theory]
    [InlineData("user=ann;secret;;PS")]
    [InlineData("smtpproxy=x smtpproxy_user=ann smtpproxy_password=secret")]
    [InlineData("proxy=socks5://ann:secret@localhost:1080")]
    [InlineData("upproxy=x ever_upproxy up_user=ann:secret")]
    public void A_password_in_a_file_that_others_can_read_is_told_of(string line)
    {
        Check(line);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        ConfigFinding found = Assert.Single(Run(), one => one.Text.Contains("can read", StringComparison.Ordinal));
        Assert.Equal((ConfigSeverity.Warning, 1), (found.Severity, found.Line));
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.DoesNotContain(Run(), one => one.Text.Contains("can read", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("relay_domain=*", "relay_domain", "everybody through this host without a login (an open relay)")]
    [InlineData("relay_domain=*.com", "relay_domain", "everybody in .com through")]
    [InlineData("relay_domain=.org", "relay_domain", "an open relay")]
    [InlineData("relay_domain=mail.example.org", "relay_domain", "stays here")]
    [InlineData("route=mail.example.org;h", "route", "stays here")]
    [InlineData("catch_all=mail.example.org;nobody", "catch_all", "no user with a mailbox")]
    [InlineData("catch_all=other.example;ann", "catch_all", "local_domain")]
    [InlineData("quota=nobody;5M", "quota", "no user with a mailbox")]
    [InlineData("fetch=b.example;bob;x;nobody;60", "fetch", "no user with a mailbox")]
    [InlineData("fetch=b.example;bob;x;ann;60;clear", "fetch", "in clear text")]
    [InlineData("fetch=b.example;bob;x;ann;60;tls,noverify", "fetch", "not checked")]
    [InlineData("sender=ann;*", "sender", "without smtp_authsame")]
    [InlineData("smtp_authsame sender=nobody;*", "sender", "flag S")]
    [InlineData("smtp_ip_limit=2048", "smtp_ip_limit", "without smtp_ltime")]
    [InlineData("smtp_pop_time=60", "smtp_pop_time", "without smtp_pop_ip")]
    [InlineData("smtp_pop_ip", "smtp_pop_ip", "without a login")]
    [InlineData("nouncheckip", "uncheckip", "is refused")]
    [InlineData("ban_threshold=3", "ban_threshold", "mistyped")]
    [InlineData("smtpchktls vpncln_tlsigntime", "vpncln_tlsigntime", "have expired")]
    [InlineData("smtpchktls vpncln_tlsssign", "vpncln_tlsssign", "tls_cafile")]
    [InlineData("vpncln_tlsigntime", "vpncln_tlsigntime", "without smtpchktls")]
    [InlineData("vpncln_tlsssign", "vpncln_tlsssign", "without smtpchktls")]
    public void What_is_risky_or_idle_in_the_rules_for_clients_and_domains_is_told(
        string line, string key, string words)
        => Assert.Contains(Check($"smtp_name=mail.example.org user=ann;{{PLAIN}}x;;PS {line}"),
            found => found.Key == key && found.Text.Contains(words, StringComparison.Ordinal));

    [Theory]
    [InlineData("relay_domain=.b.example route=.b.example;10.0.0.5 recipient_delimiter=")]
    [InlineData("catch_all=mail.example.org;ann catch_all=*;ann quota=ann;5M;10 quota_default=1G quota_warn=0")]
    [InlineData("smtp_authsame sender=ann;*@b.example smtp_ltime=60 smtp_ip_limit=2048 ban_threshold=50 ban_time=60")]
    [InlineData("fetch=b.example;bob;x;ann;60;tls fetch=b.example;eve;x;ann@mail.example.org;0;keep")]
    public void What_is_in_order_there_is_not(string line)
        => Assert.DoesNotContain(Check($"smtp_name=mail.example.org user=ann;{{PLAIN}}x;;PS {line}"),
            found => found.Key is "relay_domain" or "route" or "catch_all" or "quota" or "fetch" or "sender"
                or "ban_time" or "ban_threshold" or "smtp_ip_limit" or "quota_default");

    [Fact]
    public void A_stored_hash_may_be_read_by_others()
    {
        NewPassword.Make("x", PasswordForm.ScramSha256, 4096, out string stored);
        Check($"user=ann;{stored};;PS");
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.DoesNotContain(Run(), one => one.Text.Contains("can read", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("auth_mechanisms=PLAIN", null)]
    [InlineData("auth_mechanisms=EXTERNAL", null)]
    [InlineData("auth_mechanisms=SCRAM-SHA-256,CRAM-MD5", "not each user")]
    [InlineData("auth_mechanisms=SCRAM-SHA-1", "no user")]
    public void Mechanisms_that_leave_users_without_a_login_are_told_of(string line, string? words)
    {
        NewPassword.Make("x", PasswordForm.ScramSha256, 4096, out string stored);
        string[] texts = [.. Check($"""
            user=ann;{stored};;PS
            user=old;~05a8fd99.b5e06acf.586a5889.0ee8864c;;PS
            {line}
            """).Where(one => one.Key == "auth_mechanisms").Select(one => one.Text)];
        if (words is null)
            Assert.Empty(texts);
        else
            Assert.Contains(words, Assert.Single(texts), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-400, -1, "has expired")]
    [InlineData(-1, 13, "expires on")]
    [InlineData(1, 400, "not valid before")]
    [InlineData(-1, 400, null)]
    public void A_certificate_that_is_not_valid_or_not_for_long_is_told_of(int from, int to, string? words)
    {
        WriteCertificate("mail.example.org", from, to);
        IEnumerable<ConfigFinding> found = Check("smtp_tls tls_cert_file=c.pem smtp_name=mail.example.org")
            .Where(one => one.Key == "tls_cert_file");
        if (words is null)
            Assert.Empty(found);
        else
            Assert.Contains(words, Assert.Single(found).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("badlist=nowhere", "badlist", "no such file")]
    [InlineData("antivirus=nowhere", "antivirus", "no such file")]
    [InlineData("greylist greylist_delay=200 greylist_life=100", "greylist_delay", "nobody ever passes")]
    [InlineData("greylist_auto=3", "greylist_auto", "no effect without greylist")]
    [InlineData("mxignbl", "mxignbl", "no effect without greylist or graylist")]
    [InlineData("dnsbl_text", "dnsbl_text", "no effect without dnsbl")]
    [InlineData("spam_time=3", "spam_time", "no effect without fake")]
    [InlineData("fake=trap@example.org", "fake", "for ever")]
    [InlineData("dnsbl=bl.example dnsbl_stage=connect", "dnsbl_stage", "before they can log in")]
    [InlineData("dnsbl=bl..example", "dnsbl", "not a list of zones")]
    [InlineData("nospf dmarc=enforce", "dmarc", "no effect unless both spf and dkim_verify are on")]
    [InlineData("dmarc=enforce", "dmarc", "name the lists that seal in arc_trusted")]
    [InlineData("arc_trusted=list.example noarc", "arc_trusted", "no effect without arc and dmarc")]
    [InlineData("arc_trusted=list.example dmarc=off", "arc_trusted", "no effect without arc and dmarc")]
    [InlineData("arc_trusted=list..example", "arc_trusted", "not a list of domains")]
    [InlineData("authserv_id=mx.example nospf nodkim_verify noarc dmarc=off", "authserv_id", "no effect without spf")]
    [InlineData("blacklist=eve", "blacklist", "not a list of addresses")]
    [InlineData("antispam=\"$nothing\"", "antispam", "not an expression")]
    public void What_is_wrong_with_the_checks_of_strangers_is_told_of(string settings, string key, string words)
        => Assert.Contains(words, Assert.Single(Check(settings), one => one.Key == key).Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("pop3_proxy=1", "pop3_proxy", "no host is allowed")]
    [InlineData("pop3_proxy=1\npop3_proxy_hosts=*:110", "pop3_proxy_hosts", "name the servers")]
    [InlineData("pop3_proxy=1\npop3_proxy_hosts=a.example\npop3_proxy_check=0", "pop3_proxy_check", "whoever answers")]
    [InlineData("pop3_proxy_hosts=a.example", "pop3_proxy_hosts", "no effect without pop3_proxy")]
    [InlineData("pop3_proxy=1\npop3_proxy_hosts=**", "pop3_proxy_hosts", "not a list of host")]
    public void What_is_wrong_with_passing_logins_on_is_told_of(string settings, string key, string words)
        => Assert.Contains(words, Assert.Single(Check(settings), one => one.Key == key).Text, StringComparison.Ordinal);

    [Fact]
    public void A_certificate_for_another_name_is_told_of()
    {
        WriteCertificate("other.example.org", -1, 400);
        Assert.Contains(
            Check("smtps_port=4650 tls_cert_file=c.pem smtp_name=mail.example.org"),
            one => one.Key == "tls_cert_file" && one.Text.Contains("is not for mail.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("proxy_range", "0.0.0.0/0", true)]
    [InlineData("xclient_range", "::/0", true)]
    [InlineData("xclient_range", "10.0.0.0/8", false)]
    [InlineData("proxy_range", "192.0.2.1", false)]
    public void Who_is_believed_about_addresses_is_to_be_few(string key, string range, bool isTold)
        => Assert.Equal(isTold, Check($"{key}={range}").Any(
            one => one.Key == key && one.Text.Contains("open relay", StringComparison.Ordinal)));

    [Fact]
    public void A_certificate_for_names_is_looked_at_as_the_default_one_is()
    {
        WriteCertificate("mail.example.org", -1, 400);
        IReadOnlyList<ConfigFinding> found = Check(
            "smtps_port=4650 tls_cert_file=c.pem smtp_name=mail.example.org\n"
                + "tls_host=mail.example.org,*.example.org;c.pem\ntls_host=other.example;missing.pem\n");
        Assert.Contains(found, one => one.Key == "tls_host" && one.Severity == ConfigSeverity.Error
            && one.Text.Contains("missing.pem", StringComparison.Ordinal));
        Assert.Contains(
            found, one => one.Key == "tls_host"
                && one.Text.Contains("not for *.example.org", StringComparison.Ordinal));
        Assert.DoesNotContain(
            found, one => one.Text.Contains("not for mail.example.org", StringComparison.Ordinal));
    }

    [Fact]
    public void To_ask_for_certificates_without_authorities_is_an_error()
        => Assert.Contains(
            Check("smtps_port=4650 tls_client_cert=ask"),
            one => one.Severity == ConfigSeverity.Error && one.Key == "tls_client_cert");

    [Fact]
    public void A_key_that_does_not_fit_is_an_error()
    {
        WriteCertificate("mail.example.org", -1, 400);
        File.Copy(_folder.In("c.pem"), _folder.In("k.pem"));
        WriteCertificate("mail.example.org", -1, 400);
        Assert.Contains(
            Check("smtp_tls tls_cert_file=c.pem tls_key_file=k.pem"),
            one => one.Severity == ConfigSeverity.Error
                && one.Text.Contains("does not belong", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dkim=example.org;s;none.pem", "dkim", "no such file")]
    [InlineData("arc_seal=example.org;s;none.pem", "arc_seal", "no such file")]
    [InlineData("dkim=example.org;s;open.pem", "dkim", "can read the private key")]
    [InlineData("dkim=example.org;s;open.pem dkim=Example.org;S;good.pem", "dkim", "two keys have the selector s")]
    [InlineData("dkim=example.org;s", "dkim", "not domain;selector;keyfile")]
    [InlineData("dkim=exa^mple.org;s;good.pem", "dkim", "the domain is no domain name")]
    [InlineData("arc_seal=example.org;s^s;good.pem", "arc_seal", "the selector")]
    public void What_is_wrong_with_keys_of_signatures_is_told_of(string settings, string key, string words)
    {
        MakeKeys();
        Assert.Contains(Check(settings),
            one => one.Key == key && one.Text.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_of_signatures_that_can_be_used_are_not()
    {
        MakeKeys();
        Assert.DoesNotContain(
            Check("dkim=example.org;s;good.pem dkim=example.org;t;good.pem arc_seal=example.org;s;good.pem"),
            one => one.Key is "dkim" or "arc_seal");
    }

    private void MakeKeys()
    {
        using var key = RSA.Create(2048);
        foreach (string name in (string[])["good.pem", "open.pem"])
        {
            File.WriteAllText(_folder.In(name), key.ExportPkcs8PrivateKeyPem());
            UnixFileMode others = name == "open.pem" ? UnixFileMode.OtherRead : UnixFileMode.None;
            File.SetUnixFileMode(_folder.In(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        }
    }

    [Fact]
    public void A_home_that_is_no_folder_and_one_that_others_may_write_to_are_told_of()
    {
        File.WriteAllText(_folder.In("file"), "");
        Directory.CreateDirectory(_folder.In("open"));
        File.SetUnixFileMode(_folder.In("open"), (UnixFileMode)0x1ff);
        IReadOnlyList<ConfigFinding> found = Check("user=ann;x;file;P\nuser=bert;x;open;P\nuser=carl;x;new;P\n");
        Assert.Contains(found, one => one.Line == 1 && one.Text.Contains("no folder", StringComparison.Ordinal));
        Assert.Contains(found, one => one.Line == 2 && one.Text.Contains("can write", StringComparison.Ordinal));
        Assert.DoesNotContain(found, one => one.Line == 3 && one.Text.Contains("home", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_prefix_of_a_file_is_looked_at_without_a_fault_and_no_password_is_told()
    {
        const string Whole =
            "user=\"ann;secret;;PS\"\n@none\nsmtp_range='0.0.0.0/0' smtpproxy_password=`secret\nx`\n=\n";
        for (int length = 0; length <= Whole.Length; length++)
            Assert.DoesNotContain(
                Check(Whole[..length]), one => one.Text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void What_stands_behind_an_error_is_looked_at_too()
    {
        IReadOnlyList<ConfigFinding> found = Check("\"\nsmtp_port=0\na=\"b\"c\n@\npop_port=0\n");
        Assert.Equal(
            [1, 2, 3, 4, 5], found.Where(one => one.Severity == ConfigSeverity.Error).Select(one => one.Line));
    }

    [Fact]
    public void A_file_that_includes_itself_is_told_of_once()
        => Assert.Single(Check("@test.cfg\n"), one => one.Severity == ConfigSeverity.Error);

    private string Path => _folder.In("test.cfg");

    private IReadOnlyList<ConfigFinding> Check(string text)
    {
        File.WriteAllText(Path, text);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Run();
    }

    private IReadOnlyList<ConfigFinding> Run()
    {
        Assert.Equal(Fault.None, ConfigCheck.Run(Path, out IReadOnlyList<ConfigFinding> found));
        return found;
    }

    private void WriteCertificate(string name, int from, int to)
    {
        using var key = ECDsa.Create();
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(from), now.AddDays(to));
        File.WriteAllText(_folder.In("c.pem"), made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(_folder.In("c.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
