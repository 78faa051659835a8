using System.Net;
using MailModule.Mail.Logins.Server;
using MailModule.Pop3.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// One login of POP3 as it is counted, whoever judges it: not too soon behind others, logged, through the gate, and
/// refused late.
/// </summary>
/// <param name="exchange">Forgotten when the login is decided.</param>
/// <param name="name">As the client has told it, with a folder or without.</param>
internal sealed class CountedPop3Login(
    Pop3Session session, Pop3Dependencies dependencies, SaslExchange exchange, string name)
{
    private string? _counted;

    public string Name => name;

    private IPAddress? Client => session.Peer.RemoteEndPoint?.Address;

    /// <summary>The name under which failures are counted.</summary>
    private string Counted => _counted ??= dependencies.Accounts.CountedName(name);

    private LoginThrottle Throttle => dependencies.Guessing.Logins;

    /// <inheritdoc cref="SmtpLogin.MayTry"/>
    public bool MayTry()
    {
        if (Throttle.MayTry(Client, Counted))
            return true;
        exchange.Clear();
        dependencies.Log.LoginThrottled("pop3", name, session.Peer.RemoteEndPoint);
        return false;
    }

    /// <summary>Has the password looked at, perhaps later; the check answers the session.</summary>
    public Pop3Verdict Run(IPasswordCheck check)
    {
        if (dependencies.Guessing.Passwords.TryRun(check, Throttle.IsKnown(Client, Counted), dependencies.RunJob))
            return Pop3Verdict.Pending;
        exchange.Clear();
        return Pop3Verdict.Temporary;
    }

    /// <summary>It is decided.</summary>
    /// <param name="isRight">It counts for who guesses, and is in the log.</param>
    /// <param name="maySend">The user may send, by POP before SMTP too.</param>
    public void Decided(bool isRight, bool maySend)
    {
        exchange.Clear();
        dependencies.Log.Login("pop3", name, isRight, session.Peer.RemoteEndPoint);
        if (!isRight)
        {
            Throttle.Failed(Client, Counted);
            return;
        }
        Throttle.Succeeded(Client, Counted);
        if (maySend && Client is not null)
            dependencies.PopLogins?.Add(Client);
    }

    /// <summary>The session hears it as late as that of a wrong password.</summary>
    public Pop3Verdict RefuseLate(Pop3Verdict refusal)
    {
        dependencies.Guessing.LateAnswers.After(
            Guessing.LoginDelay(session.FailedLogins + 1), dependencies.RunJob, new Refusal(session, refusal));
        return Pop3Verdict.Pending;
    }

    private sealed class Refusal(Pop3Session session, Pop3Verdict verdict) : IJob
    {
        public void Run() => session.Answer(verdict);
    }
}
