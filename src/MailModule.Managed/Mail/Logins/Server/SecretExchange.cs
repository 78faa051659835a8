using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace MailModule.Mail.Logins.Server;

/// <summary>Where a password's salted form begins (RFC 5802 §3).</summary>
internal sealed record ScramSalt(byte[] Salt, int Iterations);

/// <summary>What a server knows of a password that only proves itself (RFC 5802 §3).</summary>
internal sealed record ScramKeys(byte[] StoredKey, byte[] ServerKey)
{
    /// <summary>Those of a password of which SaltedPassword is known.</summary>
    public static ScramKeys Of(ScramHash hash, byte[] salted)
        => new(hash.Of(hash.Keyed(salted, "Client Key"u8)), hash.Keyed(salted, "Server Key"u8));
}

/// <summary>
/// What is stored of a user's password, as far as an exchange needs it. For a name that is nobody's, and for a password
/// whose form is of no use here, there is one as well, which nothing fits and which looks like the others.
/// </summary>
internal abstract class LoginSecret
{
    /// <summary>The host of the library has given it: whoever proves it is a user of the host's.</summary>
    public bool IsOfHost { get; init; }

    public abstract ScramSalt SaltFor(ScramHash hash);

    /// <summary>Null: nothing fits. May take long.</summary>
    public abstract ScramKeys? KeysFor(ScramHash hash);

    /// <summary>The password itself, which CRAM-MD5 needs; null: nothing fits.</summary>
    public abstract byte[]? Password { get; }
}

/// <summary>A mechanism by which the client proves that it knows the password, and does not tell it.</summary>
internal abstract class SecretExchange(string mechanism) : SaslExchange(mechanism)
{
    /// <summary>The answer to <see cref="SaslProgress.FindSecret"/>.</summary>
    public LoginSecret? Secret { get; set; }

    /// <summary>Whether the client knows the password. May take long.</summary>
    public abstract bool IsProved();
}

/// <summary>CRAM-MD5 (RFC 2195).</summary>
/// <param name="challenge">That no other exchange has.</param>
internal sealed class CramMd5Exchange(string challenge) : SecretExchange("CRAM-MD5")
{
    private readonly byte[] _challenge = Encoding.ASCII.GetBytes(challenge);
    private byte[] _digest = [];
    private bool _isAsked;

    public override bool IsServerFirst => true;

    public override void Begin() => Challenge = _challenge;

    // RFC 2195 §2: name, blank, the digest in hexadecimal; the name may have blanks itself
    public override SaslProgress Take(byte[] message)
    {
        int end = message.AsSpan().LastIndexOf((byte)' ');
        if (end < 0 || message.Length - end - 1 != 2 * MD5.HashSizeInBytes
            || !SaslEncoding.TryReadName(message.AsSpan(0, end), out string user)
            || !TryReadDigest(message[(end + 1)..]))
            return SaslProgress.Malformed;
        User = user;
        return SaslProgress.FindSecret;
    }

    public override SaslProgress Accept() => _isAsked ? SaslProgress.Done : Ask();

    public override bool IsProved()
    {
        byte[]? password = Secret?.Password;
        byte[] right = HMACMD5.HashData(password ?? [], _challenge);
        return CryptographicOperations.FixedTimeEquals(right, _digest) & password is not null;
    }

    private SaslProgress Ask()
    {
        _isAsked = true;
        return SaslProgress.Login;
    }

    private bool TryReadDigest(byte[] text)
    {
        _digest = new byte[MD5.HashSizeInBytes];
        return Convert.FromHexString(text, _digest, out _, out _) == OperationStatus.Done;
    }
}
