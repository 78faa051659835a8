using System.Formats.Asn1;
using System.Security.Cryptography;
using MailModule.Authentication;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Authentication;

public class KeyTests
{
    // RFC 8463 appendix A.2
    private const string Ed25519Private = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    private const string Ed25519Public = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    private static readonly byte[] s_digest = SHA256.HashData("text"u8);

    [Theory]
    [InlineData("p=aGk=", "rsa aGk=")]
    [InlineData("v=DKIM1; k=ed25519; p=aG k=; n=a note; unknown=x", "ed25519 aGk=")]
    [InlineData("v=DKIM1; p=", "rsa  revoked")]
    [InlineData("v=DKIM1; h=sha1 : sha256; t=y:s; s=email:other; p=aGk=", "rsa aGk= testing strict")]
    [InlineData("v=DKIM1; h=sha1; s=tlsrpt; p=aGk=", "rsa aGk= no-sha256 no-email")]
    [InlineData("s=*; p=aGk=; t=", "rsa aGk=")]
    public void A_key_record_is_read(string text, string expected)
    {
        Assert.True(PublicKeyRecord.TryParse(text, out PublicKeyRecord record, out string fault), fault);
        Assert.Equal(expected, $"{record.KeyType} {record.KeyText}" + (record.IsRevoked ? " revoked" : "")
            + (record.IsTesting ? " testing" : "") + (record.IsStrict ? " strict" : "")
            + (record.AllowsSha256 ? "" : " no-sha256") + (record.AllowsEmail ? "" : " no-email"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("v=spf1 -all")]
    [InlineData("v=DKIM2; p=aGk=")]
    [InlineData("p=aGk=; v=DKIM1")]
    [InlineData("v=DKIM1; k=rsa")]
    [InlineData("v=DKIM1; p=aGk=; p=aGk=")]
    public void What_is_no_key_record_is_passed_over(string text)
    {
        Assert.False(PublicKeyRecord.TryParse(text, out _, out string fault));
        Assert.NotEqual("", fault);
    }

    [Theory]
    [InlineData("k=dsa; p=aGk=")]
    [InlineData("p=aGk=")]
    [InlineData("p=!!!!")]
    [InlineData("k=ed25519; p=aGk=")]
    public void A_key_that_cannot_be_used_is_said_to_be_so(string text)
    {
        Assert.True(PublicKeyRecord.TryParse(text, out PublicKeyRecord record, out _));
        Assert.Null(VerifyingKey.Of(record, out string fault));
        Assert.NotEqual("", fault);
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    public void What_an_rsa_key_signs_its_public_half_verifies(int bits)
    {
        using RSA rsa = RSA.Create(bits);
        foreach (string pem in new[] { rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportRSAPrivateKeyPem() })
        {
            SigningKey key = SigningKey.Read("some comment\n" + pem, out string fault)!;
            Assert.Equal("", fault);
            Assert.Equal(("rsa-sha256", bits), (key.Algorithm, key.Bits));
            AssertPair(key);
        }
        var bare = new PublicKeyRecord("rsa", Convert.ToBase64String(rsa.ExportRSAPublicKey()));
        Assert.Equal(bits, VerifyingKey.Of(bare, out _)!.Bits);
    }

    [Fact]
    public void What_an_ed25519_key_signs_its_public_half_verifies()
    {
        Assert.True(Ed25519Key.IsThere);
        SigningKey key = SigningKey.Read(Pem([0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70,
            0x04, 0x22, 0x04, 0x20, .. Convert.FromBase64String(Ed25519Private)]), out string fault)!;
        Assert.Equal("", fault);
        Assert.Equal("v=DKIM1; k=ed25519; p=" + Ed25519Public, key.Record);
        Assert.Equal(("ed25519-sha256", 256), (key.Algorithm, key.Bits));
        AssertPair(key);
    }

    [Fact]
    public void A_private_key_that_cannot_be_used_is_said_to_be_so()
    {
        using RSA small = RSA.Create(1024);
        using ECDsa curve = ECDsa.Create();
        byte[] cut = Convert.FromBase64String(Ed25519Private)[..20];
        string[] bad = ["", "text", small.ExportPkcs8PrivateKeyPem(), curve.ExportPkcs8PrivateKeyPem(),
            small.ExportSubjectPublicKeyInfoPem(), Pem([1, 2, 3]), Pem([0x30, 0x80]),
            Pem([0x30, 0x22, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x16, 0x04, 0x14,
                .. cut]),
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"];
        Assert.All(bad, pem =>
        {
            Assert.Null(SigningKey.Read(pem, out string fault));
            Assert.NotEqual("", fault);
        });
    }

    [Fact]
    public void A_key_that_is_nearly_one_is_no_exception()
    {
        using RSA rsa = RSA.Create(1024);
        foreach (byte[] whole in new[] { rsa.ExportSubjectPublicKeyInfo(), rsa.ExportRSAPublicKey() })
            for (int at = 0; at < whole.Length; at++)
                foreach (int change in new[] { 1, 2, 4, 8, 16, 32, 64, 128, 255 })
                {
                    byte[] octets = [.. whole];
                    octets[at] ^= (byte)change;
                    var record = new PublicKeyRecord("rsa", Convert.ToBase64String(octets));
                    Assert.NotEqual(true, VerifyingKey.Of(record, out _)?.Verify(s_digest, new byte[128]));
                    Assert.Null(VerifyingKey.Of(record with { KeyText = Convert.ToBase64String(octets[..at]) }, out _));
                }
    }

    [Theory]
    [InlineData(64, 128)]
    [InlineData(1024, 3)]
    [InlineData(1100, 3)]
    [InlineData(1024, 9)]
    [InlineData(3000, 3)]
    public void A_key_that_would_cost_much_is_not_used(int modulus, int exponent)
    {
        var record = new PublicKeyRecord("rsa", Convert.ToBase64String(Rsa(modulus, exponent)));
        VerifyingKey? key = VerifyingKey.Of(record, out string fault);
        Assert.Equal(modulus == 1024 && exponent == 3, key is not null);
        Assert.Equal(key is null, fault.Length > 0);
        Assert.NotEqual(true, key?.Verify(s_digest, new byte[modulus]));
    }

    /// <summary>RSAPublicKey of numbers with as many octets.</summary>
    private static byte[] Rsa(int modulus, int exponent)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned([.. Enumerable.Repeat((byte)0xd7, modulus)]);
            writer.WriteIntegerUnsigned([.. Enumerable.Repeat((byte)0x81, exponent)]);
        }
        return writer.Encode();
    }

    [Fact]
    public async Task A_key_serves_many_threads_at_once()
    {
        using RSA rsa = RSA.Create(2048);
        SigningKey key = SigningKey.Read(rsa.ExportPkcs8PrivateKeyPem(), out _)!;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 20; i++)
                AssertPair(key);
        })));
    }

    private static void AssertPair(SigningKey key)
    {
        Assert.True(PublicKeyRecord.TryParse(key.Record, out PublicKeyRecord record, out _));
        VerifyingKey other = VerifyingKey.Of(record, out string fault)!;
        Assert.Equal("", fault);
        Assert.Equal(key.Bits, other.Bits);
        byte[] signature = key.Sign(s_digest);
        Assert.True(other.Verify(s_digest, signature));
        Assert.False(other.Verify(SHA256.HashData("other"u8), signature));
        signature[5] ^= 1;
        Assert.False(other.Verify(s_digest, signature));
        Assert.False(other.Verify(s_digest, []));
    }

    private static string Pem(byte[] octets) => PemEncoding.WriteString("PRIVATE KEY", octets);
}
