using System.Security.Cryptography;
using MailModule.Primitives.Os;

namespace MailModule.Authentication;

/// <summary>RSA with PKCS #1 1.5 and SHA-256: "rsa-sha256" (RFC 6376 §3.3.1).</summary>
internal sealed class RsaVerifyingKey : VerifyingKey
{
    // RFC 8301 §3.2 asks for 4096; what is much longer costs too much.
    private const int BitLimit = 8192;

    /// <summary>Octets of a public exponent. Usual is 65537, of three; a long one makes verifying as slow as signing.
    /// </summary>
    private const int ExponentLimit = 8;

    private readonly KeyCopies<RsaPublicKey> _copies;

    private RsaVerifyingKey(RSAParameters parameters, int bits)
    {
        _copies = new KeyCopies<RsaPublicKey>(new RsaPublicKey(parameters), () => new RsaPublicKey(parameters));
        Bits = bits;
    }

    public override int Bits { get; }

    /// <summary>Null: it is none.</summary>
    /// <param name="octets">SubjectPublicKeyInfo, or RSAPublicKey alone, which RFC 6376 §3.6.1 speaks of.</param>
    public static RsaVerifyingKey? Read(byte[] octets, out string fault)
    {
        fault = "p= of the key record is no RSA key";
        using var rsa = RSA.Create();
        if (!TryImport(rsa, octets))
            return null;
        try
        {
            RSAParameters parameters = rsa.ExportParameters(includePrivateParameters: false);
            fault = rsa.KeySize > BitLimit || parameters.Exponent!.Length > ExponentLimit
                ? "the RSA key is too large" : "";
            return fault.Length > 0 ? null : new RsaVerifyingKey(parameters, rsa.KeySize);
        }
        catch (CryptographicException)
        {
            return null; // there are keys that a system takes, and can do nothing with
        }
    }

    public override bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        RsaPublicKey key = _copies.Take();
        bool isRight = key.Verify(digest, signature);
        _copies.GiveBack(key);
        return isRight;
    }

    private static bool TryImport(RSA rsa, byte[] octets)
        => TryImport(octets, rsa.ImportSubjectPublicKeyInfo) || TryImport(octets, rsa.ImportRSAPublicKey);

    private delegate void Import(ReadOnlySpan<byte> octets, out int length);

    private static bool TryImport(byte[] octets, Import import)
    {
        try
        {
            import(octets, out int length);
            return length == octets.Length;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
