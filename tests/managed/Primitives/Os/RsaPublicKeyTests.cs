using System.Security.Cryptography;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Os;

public sealed class RsaPublicKeyTests : IDisposable
{
    private readonly RSA _private = RSA.Create(2048);
    private readonly byte[] _digest = SHA256.HashData("a"u8);
    private readonly byte[] _signature;
    private readonly RsaPublicKey _key;

    public RsaPublicKeyTests()
    {
        _signature = _private.SignHash(_digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        _key = new RsaPublicKey(_private.ExportParameters(includePrivateParameters: false));
    }

    [Fact]
    public void It_is_checked_by_the_systems_library_itself() => Assert.True(LibCrypto.ChecksRsa);

    [Fact]
    public void A_signature_is_right_again_and_again_whatever_comes_between()
    {
        byte[] ofSha1 = _private.SignHash(SHA1.HashData("a"u8), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
        byte[] pss = _private.SignHash(_digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        byte[][] wrong = [[], [1], _signature[..^1], [.. _signature, 0], new byte[256], ofSha1, pss];
        foreach (byte[] one in wrong)
        {
            Assert.False(_key.Verify(_digest, one));
            Assert.True(_key.Verify(_digest, _signature));
        }
        Assert.False(_key.Verify(SHA256.HashData("b"u8), _signature));
        Assert.False(_key.Verify(_digest.AsSpan(0, 20), _signature));
        Assert.True(_key.Verify(_digest, _signature));
    }

    [Fact]
    public void It_says_what_the_platform_says_of_each_altered_octet()
    {
        for (int i = 0; i < _signature.Length; i++)
        {
            byte[] altered = [.. _signature];
            altered[i] ^= 0x10;
            Assert.False(_key.Verify(_digest, altered));
            Assert.False(_private.VerifyHash(_digest, altered, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
    }

    public void Dispose()
    {
        _key.Dispose();
        _private.Dispose();
    }
}
