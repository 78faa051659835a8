using System.Security.Cryptography;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;

namespace MailModule.Policy;

/// <summary>
/// <c>{SCRAM-SHA-256}iterations:salt$StoredKey:ServerKey</c>: RFC 5803 §2, the scheme's name and its <c>$</c> in front
/// allowed. Holds nothing by which one could log in elsewhere. The password's octets are taken as they come: SASLprep
/// changes nothing in ASCII.
/// </summary>
internal sealed class ScramPassword : StoredPassword
{
    private const int KeySize = 32;
    private const string Scheme = "SCRAM-SHA-256$";

    private readonly ScramSalt _salt;
    private readonly ScramKeys _keys;

    private ScramPassword(ScramSalt salt, ScramKeys keys)
    {
        _salt = salt;
        _keys = keys;
    }

    public override MechanismSet Mechanisms => MechanismSet.OfPasswords | MechanismSet.OfScramSha256;

    public override ScramSalt? SaltFor(ScramHash hash) => hash == ScramHash.Sha256 ? _salt : null;

    public override ScramKeys? KeysFor(ScramHash hash, ScramSalt salt) => hash == ScramHash.Sha256 ? _keys : null;

    public static bool TryParse(string text, out StoredPassword password)
    {
        password = Disabled;
        if (text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            text = text[Scheme.Length..];
        string[] halves = text.Split('$');
        if (halves.Length != 2)
            return false;
        string[] info = halves[0].Split(':');
        string[] keys = halves[1].Split(':');
        if (info.Length != 2 || keys.Length != 2 || !SaltedText.TryIterations(info[0], out int iterations)
            || !SaltedText.TrySalt(info[1], out byte[] salt)
            || !SaltedText.TryOctets(keys[0], KeySize, KeySize, out byte[] storedKey)
            || !SaltedText.TryOctets(keys[1], KeySize, KeySize, out byte[] serverKey))
            return false;
        password = new ScramPassword(new ScramSalt(salt, iterations), new ScramKeys(storedKey, serverKey));
        return true;
    }

    // RFC 5802 §3: StoredKey = H(HMAC(SaltedPassword, "Client Key")).
    public override bool Verify(string user, string realm, ReadOnlySpan<byte> password)
    {
        Span<byte> salted = stackalloc byte[KeySize];
        Span<byte> key = stackalloc byte[KeySize];
        Rfc2898DeriveBytes.Pbkdf2(password, _salt.Salt, salted, _salt.Iterations, HashAlgorithmName.SHA256);
        HMACSHA256.HashData(salted, "Client Key"u8, key);
        SHA256.HashData(key, salted);
        return CryptographicOperations.FixedTimeEquals(salted, _keys.StoredKey);
    }
}
