using System.Security.Cryptography;

namespace MailModule.Authentication;

/// <summary>RSA with PKCS #1 1.5 and SHA-256: "rsa-sha256" (RFC 6376 §3.3.1).</summary>
internal sealed class RsaVerifyingKey : VerifyingKey
{
    // RFC 8301 §3.2 asks for 4096; what is much longer costs too much.
    private const int BitLimit = 8192;

    /// <summary>Octets of a public exponent. Usual is 65537, of three; a long one makes verifying as slow as signing.
    /// </summary>
    private const int ExponentLimit = 8;

    private readonly RsaCopies _copies;

    private RsaVerifyingKey(RsaCopies copies) => _copies = copies;

    public override int Bits => _copies.Bits;

    /// <summary>Null: it is none.</summary>
    /// <param name="octets">SubjectPublicKeyInfo, or RSAPublicKey alone, which RFC 6376 §3.6.1 speaks of.</param>
    public static RsaVerifyingKey? Read(byte[] octets, out string fault)
    {
        fault = "p= of the key record is no RSA key";
        var rsa = RSA.Create();
        if (!TryImport(rsa, octets))
        {
            rsa.Dispose();
            return null;
        }
        if (CopiesOf(rsa) is not { } copies)
            return null;
        fault = copies.Bits > BitLimit || copies.ExponentLength > ExponentLimit ? "the RSA key is too large" : "";
        return fault.Length > 0 ? null : new RsaVerifyingKey(copies);
    }

    /// <summary>Null: a system takes the key, and can do nothing with it.</summary>
    private static RsaCopies? CopiesOf(RSA rsa)
    {
        try
        {
            return new RsaCopies(rsa, hasPrivate: false);
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            return null;
        }
    }

    public override bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        RSA rsa = _copies.Take();
        try
        {
            return rsa.VerifyHash(digest, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false; // a modulus that is no product of primes, say
        }
        finally
        {
            _copies.GiveBack(rsa);
        }
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
