using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Arc;
using MailModule.Authentication.Dkim;
using MailModule.Dns;
using MailModule.Tests.Authentication.Dkim;
using MailModule.Tests.Dns;
using MailModule.Tests.Policy;

namespace MailModule.Tests.Authentication.Checks;

/// <summary>Messages signed by the domain of their From field, with a key of the test run's own.</summary>
internal static class SignedMail
{
    public const string Selector = "sel";

    private static readonly SigningKey s_key = NewKey();

    /// <summary>The record of the key.</summary>
    public static string Record => s_key.Record;

    /// <summary>The message with its signature in front; it is from <paramref name="domain"/>.</summary>
    public static string Sign(string message, string domain)
    {
        var signing = new DkimSigning(new Keys(domain), new StandingClock());
        var pass = new MessagePass(signing);
        pass.Append(Encoding.Latin1.GetBytes(message));
        pass.End();
        var field = new ArrayBufferWriter<byte>();
        signing.WriteFields(field);
        Assert.True(signing.IsSigned, signing.Reason);
        return Encoding.Latin1.GetString(field.WrittenSpan) + message;
    }

    /// <summary>The message with a set of ARC in front, by which a sealer reports results.</summary>
    public static string Seal(string message, string sealer, string results)
    {
        var sealing = new ArcSealing(new DkimKey(sealer, Selector, s_key), sealer, new StandingClock())
        {
            Results = results,
        };
        var pass = new MessagePass(sealing);
        pass.Append(Encoding.Latin1.GetBytes(message));
        pass.End();
        var fields = new ArrayBufferWriter<byte>();
        sealing.WriteFields(fields);
        Assert.True(sealing.IsSealed, sealing.Reason);
        return Encoding.Latin1.GetString(fields.WrittenSpan) + message;
    }

    /// <summary>As <see cref="Sign"/>, by tags that no decent signer writes.</summary>
    public static string SignBy(string message, string domain, string tags)
        => PlainSigner.Sign(
            message, $"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={Selector}; {tags}; bh=*; b=", s_key);

    /// <summary>The domain's key is in the DNS.</summary>
    public static void Publish(ScriptedDns dns, string domain, string? record = null)
    {
        string name = $"{Selector}._domainkey.{domain}";
        dns.Ok(name, DnsType.Txt, new TxtRecord(name, TimeSpan.FromMinutes(5), record ?? Record));
    }

    private static SigningKey NewKey()
    {
        using var rsa = RSA.Create(2048);
        return SigningKey.Read(rsa.ExportPkcs8PrivateKeyPem(), out string fault)
            ?? throw new InvalidOperationException(fault);
    }

    private sealed class Keys(string domain) : IDkimKeys
    {
        public IReadOnlyList<DkimKey> Find(string from) => from == domain ? [new DkimKey(domain, Selector, s_key)] : [];
    }
}
