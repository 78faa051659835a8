using System.Security.Cryptography;

namespace MailModule.Mail.Logins;

/// <summary>The hash that a form of SCRAM is made of. Immutable.</summary>
internal sealed class ScramHash
{
    public const string BoundSuffix = "-PLUS";

    /// <summary>RFC 5802.</summary>
    public static readonly ScramHash Sha1 = new("SCRAM-SHA-1", HashAlgorithmName.SHA1, SHA1.HashSizeInBytes);

    /// <summary>RFC 7677.</summary>
    public static readonly ScramHash Sha256 = new("SCRAM-SHA-256", HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);

    private readonly HashAlgorithmName _algorithm;

    private ScramHash(string mechanism, HashAlgorithmName algorithm, int size)
    {
        Mechanism = mechanism;
        _algorithm = algorithm;
        Size = size;
    }

    /// <summary>The mechanism without channel binding; with it, <see cref="BoundMechanism"/>.</summary>
    public string Mechanism { get; }

    public string BoundMechanism => Mechanism + BoundSuffix;
    public int Size { get; }

    public byte[] Of(byte[] octets) => CryptographicOperations.HashData(_algorithm, octets);

    public byte[] Keyed(byte[] key, ReadOnlySpan<byte> octets)
        => CryptographicOperations.HmacData(_algorithm, key, octets);

    /// <summary>RFC 5802 §2.2: Hi. Slow by design.</summary>
    public byte[] Salted(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations)
        => Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, _algorithm, Size);
}
