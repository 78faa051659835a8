using System.Security.Cryptography;
using MailModule.Authentication;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>An RSA key that the product would not sign with.</summary>
internal sealed class ShortKey(RSA key) : SigningKey
{
    public ShortKey(int bits)
        : this(RSA.Create(bits))
    {
    }

    /// <summary>Of a key in PEM form.</summary>
    public static ShortKey Read(string pem)
    {
        var key = RSA.Create();
        key.ImportFromPem(pem);
        return new ShortKey(key);
    }

    public override string Algorithm => "rsa-sha256";

    public override int Bits => key.KeySize;

    public override string Record => "p=" + Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());

    public override byte[] Sign(ReadOnlySpan<byte> digest)
        => key.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
