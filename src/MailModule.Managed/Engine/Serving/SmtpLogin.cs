using System.Net;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The decision on what a client has told with AUTH; on a worker and through the gate, for a good hash takes its time.
/// Whatever is wrong is answered alike, and late.
/// </summary>
internal sealed class SmtpLogin(SmtpSession session, SmtpDependencies dependencies, SaslExchange exchange)
    : IJob, IPasswordCheck
{
    private readonly string _name = SaslLogins.NameIn(exchange, session.Peer.VerifiedCertificate);
    private Verdict _verdict = new(VerdictKind.Refuse);
    private bool _isLate;

    private IPAddress? Client => session.RemoteEndPoint?.Address;
    private LoginThrottle Throttle => dependencies.Guessing.Logins;
    private string Counted => dependencies.Policy().Accounts.CountedName(_name);

    /// <summary>False: it is too early for another login from there, or by this name; it is forgotten.</summary>
    public bool MayTry()
    {
        if (Throttle.MayTry(Client, Counted))
            return true;
        exchange.Clear();
        dependencies.Log.LoginThrottled("smtp", _name, session.RemoteEndPoint);
        return false;
    }

    public void Run()
    {
        bool isKnown = Throttle.IsKnown(Client, Counted);
        if (dependencies.Guessing.Passwords.TryRun(this, isKnown, dependencies.RunJob))
            return;
        exchange.Clear();
        session.Answer(Verdict.Refuse(BackendReplies.LoginsBusy));
    }

    /// <summary>By then others from there may have failed, which began at the same time.</summary>
    public void Check()
    {
        if (MayTry())
            Verify();
        else
            _verdict = Verdict.Refuse(BackendReplies.LoginsThrottled);
    }

    public void Complete()
    {
        if (!_isLate)
            session.Answer(_verdict);
        else
            dependencies.Guessing.LateAnswers.After(
                Guessing.LoginDelay(session.FailedLogins + 1), dependencies.RunJob, new LateVerdict(session, _verdict));
    }

    /// <summary>The host has judged, in place of <see cref="Check"/>.</summary>
    public void Judged(bool isRight)
    {
        exchange.Clear();
        dependencies.Log.Login("smtp", _name, isRight, session.RemoteEndPoint);
        if (isRight)
            Throttle.Succeeded(Client, Counted);
        else
            Throttle.Failed(Client, Counted);
    }

    /// <summary>A verdict that comes as late as a wrong password's.</summary>
    public Verdict Late(Verdict verdict)
    {
        dependencies.Guessing.LateAnswers.After(
            Guessing.LoginDelay(session.FailedLogins + 1), dependencies.RunJob, new LateVerdict(session, verdict));
        return Verdict.Pending;
    }

    private void Verify()
    {
        string? user = SaslLogins.Verify(
            dependencies.Policy().Accounts, exchange, session.Peer.VerifiedCertificate, AccountFlags.Send);
        exchange.Clear();
        bool isRight = user is not null;
        dependencies.Log.Login("smtp", _name, isRight, session.RemoteEndPoint);
        _isLate = !isRight;
        if (isRight)
        {
            Throttle.Succeeded(Client, Counted);
            exchange.User = user!;
            _verdict = Verdict.Accept;
        }
        else
            Throttle.Failed(Client, Counted);
    }
}
