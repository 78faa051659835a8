using System.Security.Cryptography;
using System.Text;
using MailModule.Primitives;

namespace MailModule.Mail.Logins;

/// <summary>
/// CRAM-MD5 (RFC 2195): a keyed hash of what the server makes up. One fast hash for each guess, and no salt: it counts
/// as clear text.
/// </summary>
internal sealed class SaslCramMd5(Credentials login) : ISaslMechanism
{
    private bool _isAsked;

    public string Name => "CRAM-MD5";
    public bool IsClearText => true;
    public bool IsPrompted => false;
    public bool MayBelieveSuccess => _isAsked;
    public string Failure => "";

    public Fault Begin(out byte[]? initial)
    {
        initial = null;
        return Fault.None;
    }

    public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = [];
        if (_isAsked || challenge.IsEmpty)
            return false;
        _isAsked = true;
        // RFC 2195 §2: name, blank, the digest in lower-case hexadecimal
        string digest = Convert.ToHexStringLower(HMACMD5.HashData(Encoding.UTF8.GetBytes(login.Password), challenge));
        answer = Encoding.UTF8.GetBytes($"{login.User} {digest}");
        return true;
    }
}
