using System.Security.Cryptography;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;

namespace MailModule.Policy;

/// <summary><c>{PBKDF2-SHA256}iterations:salt:key</c>, salt and key in base64.</summary>
internal sealed class Pbkdf2Password : StoredPassword
{
    private readonly int _iterations;
    private readonly byte[] _salt;
    private readonly byte[] _key;

    private Pbkdf2Password(int iterations, byte[] salt, byte[] key)
    {
        _iterations = iterations;
        _salt = salt;
        _key = key;
    }

    public static bool TryParse(string text, out StoredPassword password)
    {
        password = Disabled;
        string[] parts = text.Split(':');
        if (parts.Length != 3 || !SaltedText.TryIterations(parts[0], out int iterations)
            || !SaltedText.TrySalt(parts[1], out byte[] salt)
            || !SaltedText.TryOctets(parts[2], 16, 64, out byte[] key))
            return false;
        password = new Pbkdf2Password(iterations, salt, key);
        return true;
    }

    // RFC 5802 §3: with the length of its hash the key is SCRAM's SaltedPassword
    private bool IsScram => _key.Length == ScramHash.Sha256.Size;

    public override MechanismSet Mechanisms
        => IsScram ? MechanismSet.OfPasswords | MechanismSet.OfScramSha256 : MechanismSet.OfPasswords;

    public override ScramSalt? SaltFor(ScramHash hash)
        => IsScram && hash == ScramHash.Sha256 ? new ScramSalt(_salt, _iterations) : null;

    public override ScramKeys? KeysFor(ScramHash hash, ScramSalt salt)
        => IsScram && hash == ScramHash.Sha256 ? ScramKeys.Of(hash, _key) : null;

    public override bool Verify(string user, string realm, ReadOnlySpan<byte> password)
    {
        Span<byte> key = stackalloc byte[_key.Length];
        Rfc2898DeriveBytes.Pbkdf2(password, _salt, key, _iterations, HashAlgorithmName.SHA256);
        return CryptographicOperations.FixedTimeEquals(key, _key);
    }
}
