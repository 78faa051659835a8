using System.Security.Cryptography;
using MailModule.Primitives;

namespace MailModule.Tests.Primitives;

/// <summary>Our SHA-256 is the platform's, at every length around the ends of blocks.</summary>
public class Sha256Tests
{
    [Fact]
    public void Every_length_has_the_digest_of_the_platform()
    {
        byte[] octets = new byte[300];
        new Random(1).NextBytes(octets);
        Span<byte> digest = stackalloc byte[Sha256.Size];
        for (int length = 0; length <= octets.Length; length++)
        {
            Sha256.Hash(octets.AsSpan(0, length), digest);
            Assert.Equal(SHA256.HashData(octets.AsSpan(0, length)), digest.ToArray());
        }
    }
}
