using System.Text;
using MailModule.Primitives;

namespace MailModule.Mail.Logins;

/// <summary>PLAIN (RFC 4616): name and password in one message.</summary>
internal sealed class SaslPlain(Credentials login) : ISaslMechanism
{
    public string Name => "PLAIN";
    public bool IsClearText => true;
    public bool IsPrompted => true;
    public bool MayBelieveSuccess => true;
    public string Failure => "";

    // RFC 4616 §2: authorization identity or nothing, NUL, name, NUL, password
    public Fault Begin(out byte[]? initial)
    {
        initial = Encoding.UTF8.GetBytes($"{login.AuthorizationId}\0{login.User}\0{login.Password}");
        return Fault.None;
    }

    // The first message says everything: a server that asks for more breaks the exchange.
    public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = [];
        return false;
    }
}
