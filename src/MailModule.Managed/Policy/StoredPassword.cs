using System.Buffers;
using System.Text;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;
using MailModule.Primitives.Os;

namespace MailModule.Policy;

/// <summary>
/// A password as the settings hold it. Every check takes the same time whatever is wrong with the password given.
/// Checks of the salted forms cost milliseconds and more: workers only. Immutable.
/// </summary>
internal abstract class StoredPassword
{
    private static readonly SearchValues<char> SchemeLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>An empty password: nobody can log in with it.</summary>
    public static readonly StoredPassword Disabled = new PlainPassword("");

    /// <summary>Nobody can log in with it.</summary>
    public virtual bool IsEmpty => false;

    /// <summary>The mechanisms that one can log in by, given this form.</summary>
    public virtual MechanismSet Mechanisms => MechanismSet.OfPasswords;

    /// <summary>The password itself; null: nobody has it any more.</summary>
    public virtual byte[]? Plain => null;

    /// <summary>The salt that the stored form has for SCRAM with this hash; null: it has none.</summary>
    public virtual ScramSalt? SaltFor(ScramHash hash) => null;

    /// <summary>What SCRAM with this hash needs; null: it cannot be had. May take long.</summary>
    /// <param name="salt">Where <see cref="SaltFor"/> gives none, one that was made.</param>
    public virtual ScramKeys? KeysFor(ScramHash hash, ScramSalt salt) => null;

    /// <summary>
    /// Reads a password's stored form: <c>{PLAIN}text</c>, <c>{SCRAM-SHA-256}iterations:salt$StoredKey:ServerKey</c>
    /// or <c>{SCRAM-SHA-1}…</c> (RFC 5803 §2), <c>{PBKDF2-SHA256}iterations:salt:key</c>, the old <c>~</c> form (MD5),
    /// or plain text. The old <c>+</c> form is refused: it can be turned back into the password by anybody.
    /// </summary>
    public static bool TryParse(string text, out StoredPassword password, out string error)
    {
        error = "";
        password = Disabled;
        if (DigestPassword.TryParse(text, out DigestPassword? digest))
            error = WithDigests(digest, out password);
        else if (IsOldChecksum(text))
            error = "a password in the + form of the old module is not supported: "
                + "write the password itself, or a {SCRAM-SHA-256} one";
        else if (SchemeOf(text) is string scheme)
            error = ParseScheme(scheme, text[(scheme.Length + 2)..], ref password);
        else
            password = new PlainPassword(text);
        return error.Length == 0;
    }

    /// <summary>True when <paramref name="password"/> is the password.</summary>
    /// <param name="user">The name it belongs to, and <paramref name="realm"/> the setting <c>md5realm</c>: parts of
    /// the <c>~</c> form.</param>
    public abstract bool Verify(string user, string realm, ReadOnlySpan<byte> password);

    private static string ParseScheme(string scheme, string rest, ref StoredPassword password)
    {
        switch (scheme.ToUpperInvariant())
        {
            case "PLAIN":
                password = new PlainPassword(rest);
                return "";
            case "SCRAM-SHA-256":
                return ParseScram(ScramHash.Sha256, rest, out password);
            case "SCRAM-SHA-1":
                return ParseScram(ScramHash.Sha1, rest, out password);
            case "PBKDF2-SHA256":
                return Pbkdf2Password.TryParse(rest, out password)
                    ? WithDigests(password, out password)
                    : "a malformed {PBKDF2-SHA256} password: iterations:salt:key";
            default:
                return "a password of an unknown scheme; {PLAIN} before a password takes it as it is";
        }
    }

    private static string ParseScram(ScramHash hash, string rest, out StoredPassword password)
        => ScramPassword.TryParse(hash, rest, out password)
            ? WithDigests(password, out password)
            : $"a malformed {{{hash.Mechanism}}} password: iterations:salt$StoredKey:ServerKey";

    /// <summary>A password that digests are compared of is refused where there are none.</summary>
    private static string WithDigests(StoredPassword read, out StoredPassword password)
    {
        password = OpenSsl.IsThere ? read : Disabled;
        return password == read ? "" : $"a password in this form needs digests: {OpenSsl.Missing}";
    }

    private static string? SchemeOf(string text)
    {
        int end = text.StartsWith('{') ? text.IndexOf('}') : -1;
        return end > 1 && text.AsSpan(1, end - 1).IndexOfAnyExcept(SchemeLetters) < 0 ? text[1..end] : null;
    }

    // +XXXXXXXX.XXXXXXXX; older files have Z instead of the dot.
    private static bool IsOldChecksum(string text)
        => text.Length == 18 && text[0] == '+' && text[9] is '.' or 'Z' && IsHex(text.AsSpan(1, 8))
            && IsHex(text.AsSpan(10, 8));

    private protected static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
            if (!char.IsAsciiHexDigit(c))
                return false;
        return true;
    }

    private protected static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);
}
