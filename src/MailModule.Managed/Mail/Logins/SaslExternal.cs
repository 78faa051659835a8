using System.Text;
using MailModule.Primitives;

namespace MailModule.Mail.Logins;

/// <summary>
/// EXTERNAL (RFC 4422, appendix A): the server knows already who we are, as by the certificate of our side of TLS; we
/// say at most whom to act as.
/// </summary>
internal sealed class SaslExternal(Credentials login) : ISaslMechanism
{
    public string Name => "EXTERNAL";
    public bool IsClearText => false;
    public bool IsPrompted => false;
    public bool MayBelieveSuccess => true;
    public string Failure => "";

    public Fault Begin(out byte[]? initial)
    {
        initial = Encoding.UTF8.GetBytes(login.AuthorizationId);
        return Fault.None;
    }

    public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = [];
        return false;
    }
}
