using System.Security.Cryptography;

namespace MailModule.Policy;

/// <summary>A password kept as it is. Empty: no login.</summary>
internal sealed class PlainPassword(string text) : StoredPassword
{
    private static readonly byte[] s_key = RandomNumberGenerator.GetBytes(32);

    private readonly byte[] _digest = HMACSHA256.HashData(s_key, Octets(text));
    private readonly bool _isEmpty = text.Length == 0;

    public override bool IsEmpty => _isEmpty;

    // Digests under a key of this process are compared, so that neither content nor length shows in the time taken.
    public override bool Verify(string user, string realm, ReadOnlySpan<byte> password)
    {
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(s_key, password, digest);
        return CryptographicOperations.FixedTimeEquals(digest, _digest) & !_isEmpty;
    }
}
