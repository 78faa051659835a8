using System.Security.Cryptography;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>A password check of SMTP's AUTH; on a worker, for a good hash takes its time.</summary>
internal sealed class SmtpLogin(SmtpSession session, Accounts accounts, string user, byte[] password, Log log) : IJob
{
    public void Run()
    {
        bool right = accounts.Verify(user, password) is { MaySend: true };
        CryptographicOperations.ZeroMemory(password);
        log.Login("smtp", user, right, session.RemoteEndPoint);
        session.Answer(right ? Verdict.Accept : new Verdict(VerdictKind.Refuse));
    }
}
