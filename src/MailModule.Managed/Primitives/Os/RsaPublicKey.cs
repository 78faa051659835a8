using System.Security.Cryptography;

namespace MailModule.Primitives.Os;

/// <summary>
/// A public RSA key that checks signatures by PKCS #1 1.5 over SHA-256 (RFC 8017 §8.2.2). The platform looks the
/// algorithm up in OpenSSL for each signature, which costs a third of the whole check; where libcrypto can be called,
/// that is done once. One thread at a time.
/// </summary>
internal sealed unsafe class RsaPublicKey : IDisposable
{
    private readonly RSA _key;

    private nint _check; // EVP_PKEY_CTX; 0: the platform checks

    /// <exception cref="CryptographicException">The system does not take it.</exception>
    public RsaPublicKey(RSAParameters parameters)
    {
        if (!OperatingSystem.IsLinux())
        {
            _key = RSA.Create(parameters);
            return;
        }
        var key = new RSAOpenSsl(parameters);
        _key = key;
        if (!LibCrypto.ChecksRsa)
            return;
        using SafeEvpPKeyHandle handle = key.DuplicateKeyHandle();
        _check = LibCrypto.NewRsaCheck(handle.DangerousGetHandle()); // has a reference of its own
    }

    ~RsaPublicKey() => LibCrypto.FreeCheck(_check);

    /// <summary>Whether a signature of this SHA-256 digest was made with the private key.</summary>
    public bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        if (_check == 0)
            return VerifyByPlatform(digest, signature);
        bool isRight;
        fixed (byte* of = digest, signed = signature)
            isRight = LibCrypto.Check(_check, of, (nuint)digest.Length, signed, (nuint)signature.Length);
        GC.KeepAlive(this);
        return isRight;
    }

    public void Dispose()
    {
        _key.Dispose();
        LibCrypto.FreeCheck(_check);
        _check = 0;
        GC.SuppressFinalize(this);
    }

    private bool VerifyByPlatform(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        try
        {
            return _key.VerifyHash(digest, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false; // a modulus that is no product of primes, say
        }
    }
}
