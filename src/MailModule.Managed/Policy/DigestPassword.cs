using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace MailModule.Policy;

/// <summary>
/// The old module's <c>~</c> form: MD5 of <c>user:realm:password</c> as four groups of eight hex digits with dots
/// between. Each group is a 32-bit word read from the digest in little-endian order, so its octets stand in the reverse
/// of the usual hex digest. Weak; here for the sake of old files.
/// </summary>
internal sealed class DigestPassword : StoredPassword
{
    private const int Length = 36;

    private readonly byte[] _digest;

    private DigestPassword(byte[] digest) => _digest = digest;

    public static bool TryParse(string text, [NotNullWhen(true)] out DigestPassword? password)
    {
        password = null;
        if (text.Length != Length || text[0] != '~' || text[9] != '.' || text[18] != '.' || text[27] != '.')
            return false;
        byte[] digest = new byte[16];
        for (int i = 0; i < 4; i++)
        {
            ReadOnlySpan<char> group = text.AsSpan(1 + 9 * i, 8);
            if (!uint.TryParse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint word))
                return false;
            BinaryPrimitives.WriteUInt32LittleEndian(digest.AsSpan(4 * i), word);
        }
        password = new DigestPassword(digest);
        return true;
    }

    public override bool Verify(string user, string realm, ReadOnlySpan<byte> password)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(Octets($"{user}:{realm}:"));
        md5.AppendData(password);
        return CryptographicOperations.FixedTimeEquals(md5.GetHashAndReset(), _digest);
    }
}
