using System.Text;

namespace MailModule.Mail.Logins;

/// <summary>PLAIN (RFC 4616): name and password in one message.</summary>
internal sealed class SaslPlain(Credentials login) : ISaslMechanism
{
    public string Name => "PLAIN";
    public bool IsClearText => true;
    public bool IsPrompted => true;
    public bool MayBelieveSuccess => true;

    // RFC 4616 §2: no authorization identity, NUL, name, NUL, password
    public byte[]? Begin() => Encoding.UTF8.GetBytes($"\0{login.User}\0{login.Password}");

    // The first message says everything: a server that asks for more breaks the exchange.
    public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = [];
        return false;
    }
}
