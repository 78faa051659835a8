using System.Security.Cryptography;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;

namespace MailModule.Policy;

/// <summary>
/// <c>{SCRAM-SHA-256}iterations:salt$StoredKey:ServerKey</c>, or <c>{SCRAM-SHA-1}</c>: RFC 5803 §2, the scheme's name
/// and its <c>$</c> in front allowed. Holds nothing by which one could log in elsewhere. The password's octets are
/// taken as they come: SASLprep changes nothing in ASCII.
/// </summary>
internal sealed class ScramPassword : StoredPassword
{
    private readonly ScramHash _hash;
    private readonly ScramSalt _salt;
    private readonly ScramKeys _keys;

    private ScramPassword(ScramHash hash, ScramSalt salt, ScramKeys keys)
    {
        _hash = hash;
        _salt = salt;
        _keys = keys;
    }

    public override MechanismSet Mechanisms => MechanismSet.OfPasswords
        | (_hash == ScramHash.Sha256 ? MechanismSet.OfScramSha256 : MechanismSet.OfScramSha1);

    public override ScramSalt? SaltFor(ScramHash hash) => hash == _hash ? _salt : null;

    public override ScramKeys? KeysFor(ScramHash hash, ScramSalt salt) => hash == _hash ? _keys : null;

    public static bool TryParse(ScramHash hash, string text, out StoredPassword password)
    {
        password = Disabled;
        string scheme = hash.Mechanism + "$";
        if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            text = text[scheme.Length..];
        string[] halves = text.Split('$');
        if (halves.Length != 2)
            return false;
        string[] info = halves[0].Split(':');
        string[] keys = halves[1].Split(':');
        if (info.Length != 2 || keys.Length != 2 || !SaltedText.TryIterations(info[0], out int iterations)
            || !SaltedText.TrySalt(info[1], out byte[] salt)
            || !SaltedText.TryOctets(keys[0], hash.Size, hash.Size, out byte[] storedKey)
            || !SaltedText.TryOctets(keys[1], hash.Size, hash.Size, out byte[] serverKey))
            return false;
        password = new ScramPassword(hash, new ScramSalt(salt, iterations), new ScramKeys(storedKey, serverKey));
        return true;
    }

    // RFC 5802 §3: StoredKey = H(HMAC(SaltedPassword, "Client Key")).
    public override bool Verify(string user, string realm, ReadOnlySpan<byte> password)
    {
        byte[] salted = _hash.Salted(password, _salt.Salt, _salt.Iterations);
        return CryptographicOperations.FixedTimeEquals(ScramKeys.Of(_hash, salted).StoredKey, _keys.StoredKey);
    }
}
