using System.Security.Cryptography;
using MailModule.Authentication;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>An RSA key that the product would not sign with.</summary>
internal sealed class ShortKey(int bits) : SigningKey
{
    private readonly RSA _key = RSA.Create(bits);

    public override string Algorithm => "rsa-sha256";

    public override int Bits => bits;

    public override string Record => "p=" + Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo());

    public override byte[] Sign(ReadOnlySpan<byte> digest)
        => _key.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
