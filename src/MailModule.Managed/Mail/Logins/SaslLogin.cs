using System.Text;
using MailModule.Primitives;

namespace MailModule.Mail.Logins;

/// <summary>
/// LOGIN, which no standard describes: the server asks twice, in words that do not matter; the first answer is the
/// name, the second the password.
/// </summary>
internal sealed class SaslLogin(Credentials login) : ISaslMechanism
{
    private int _asked;

    public string Name => "LOGIN";
    public bool IsClearText => true;
    public bool IsPrompted => true;
    public bool MayBelieveSuccess => _asked == 2;
    public string Failure => "";

    public Fault Begin(out byte[]? initial)
    {
        initial = null;
        return Fault.None;
    }

    public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = Encoding.UTF8.GetBytes(_asked == 0 ? login.User : login.Password);
        return ++_asked <= 2;
    }
}
