using System.Security.Cryptography;

namespace MailModule.Authentication;

/// <summary>RSA with PKCS #1 1.5 and SHA-256: "rsa-sha256" (RFC 6376 §3.3.1).</summary>
internal sealed class RsaSigningKey : SigningKey
{
    // RFC 8301 §3.2: 2048 and more; others need not verify what is longer than 4096
    public const int LeastBits = 2048, MostBits = 4096;

    private readonly KeyCopies<RSA> _copies;

    private RsaSigningKey(RSA rsa, string record)
    {
        RSAParameters parameters = rsa.ExportParameters(includePrivateParameters: true);
        Bits = rsa.KeySize;
        _copies = new KeyCopies<RSA>(rsa, () => RSA.Create(parameters));
        Record = record;
    }

    public override string Algorithm => "rsa-sha256";

    public override int Bits { get; }

    public override string Record { get; }

    /// <param name="octets">PrivateKeyInfo.</param>
    /// <param name="isBare">RSAPrivateKey without that around it.</param>
    /// <exception cref="CryptographicException">It is malformed.</exception>
    public static RsaSigningKey? Read(byte[] octets, bool isBare, out string fault)
    {
        var rsa = RSA.Create();
        if (isBare)
            rsa.ImportRSAPrivateKey(octets, out _);
        else
            rsa.ImportPkcs8PrivateKey(octets, out _);
        fault = rsa.KeySize is < LeastBits or > MostBits
            ? $"an RSA key of {rsa.KeySize} bits; it must have {LeastBits} to {MostBits}" : "";
        if (fault.Length > 0)
        {
            rsa.Dispose();
            return null;
        }
        string record = "v=DKIM1; k=rsa; p=" + Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo());
        return new RsaSigningKey(rsa, record);
    }

    public override byte[] Sign(ReadOnlySpan<byte> digest)
    {
        RSA rsa = _copies.Take();
        try
        {
            return rsa.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return [];
        }
        finally
        {
            _copies.GiveBack(rsa);
        }
    }
}
