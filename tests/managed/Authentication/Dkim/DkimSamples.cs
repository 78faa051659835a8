using System.Security.Cryptography;
using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MailModule.Dns;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>Keys, messages and verifications that the tests of this folder share.</summary>
internal static class DkimSamples
{
    public static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    /// <summary>RSA of 2048 bits, made once for all.</summary>
    public static readonly SigningKey Rsa = SigningKey.Read(RSA.Create(2048).ExportPkcs8PrivateKeyPem(), out _)!;

    // RFC 8463 appendix A.2
    public static readonly SigningKey Ed25519 = SigningKey.Read("""
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----
        """, out _)!;

    public const string Message = "Received: from a.example by b.example;\r\n\tSun, 29 Nov 2026 11:59:00 +0000\r\n"
        + "From: Joe <joe@example.org>\r\nTo: sue@example.net,\r\n ann@example.net\r\nSubject: Dinner  \t at eight\r\n"
        + "Date: Sun, 29 Nov 2026 11:58:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n"
        + "Hello  Sue, \r\n\r\nhow are you?\t\r\n\r\n\r\n";

    public static ScriptedDns Keys => new ScriptedDns().Key("sel", "example.org", Rsa.Record)
        .Key("ed", "example.org", Ed25519.Record);

    public static ScriptedDns Key(this ScriptedDns dns, string selector, string domain, params string[] records)
    {
        string name = $"{selector}._domainkey.{domain}";
        return dns.Ok(name, DnsType.Txt,
            [.. records.Select(text => new TxtRecord(name, TimeSpan.FromMinutes(5), text))]);
    }

    /// <summary>The results of a message, in pieces of that size.</summary>
    public static async Task<IReadOnlyList<DkimResult>> Verify(
        byte[] message, IDns dns, int size = int.MaxValue, DateTimeOffset? now = null)
    {
        var verification = new DkimVerification(new SetTime(now ?? Now));
        Passing.Pass(message, size, verification);
        verification.BeginLookUps(dns, CancellationToken.None);
        return await verification.Complete();
    }

    /// <summary>The one result of a message in Latin-1.</summary>
    public static async Task<DkimResult> VerifyOne(string message, IDns? dns = null, DateTimeOffset? now = null)
        => Assert.Single(await Verify(Passing.Octets(message), dns ?? Keys, now: now));

    public sealed class SetTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
