using System.Security.Cryptography;
using MailModule.Engine.Serving.Handlers;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving;

/// <summary>A login that a host's handlers are asked about before the module checks it.</summary>
internal sealed class HandledLogin(string user, byte[] password)
{
    public string User => user;
    public byte[] Password => password;

    public LoginRequest ToRequest(SmtpSession session)
        => new("PLAIN", user, session.AuthorizationIdentity ?? "") { Password = password };

    public Verdict Accept(Verdict accepted)
    {
        Forget();
        return accepted;
    }

    public void Forget() => CryptographicOperations.ZeroMemory(password);
}
