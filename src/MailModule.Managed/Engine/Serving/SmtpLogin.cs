using System.Net;
using System.Security.Cryptography;
using MailModule.Policy;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// A password check of SMTP's AUTH; on a worker and through the gate, for a good hash takes its time. Whatever is wrong
/// is answered alike, and late.
/// </summary>
internal sealed class SmtpLogin(SmtpSession session, SmtpDependencies dependencies, string user, byte[] password)
    : IJob, IPasswordCheck
{
    private readonly string? _identity = session.AuthorizationIdentity;
    private readonly string _counted = dependencies.Policy().Accounts.CountedName(user);
    private Verdict _verdict = new(VerdictKind.Refuse);
    private bool _isLate;

    private IPAddress? Client => session.RemoteEndPoint?.Address;
    private LoginThrottle Throttle => dependencies.Guessing.Logins;

    /// <summary>False: it is too early for another password from there, or for this name; it is forgotten.</summary>
    public bool MayTry()
    {
        if (Throttle.MayTry(Client, _counted))
            return true;
        CryptographicOperations.ZeroMemory(password);
        dependencies.Log.LoginThrottled("smtp", user, session.RemoteEndPoint);
        return false;
    }

    public void Run()
    {
        bool isKnown = Throttle.IsKnown(Client, _counted);
        if (dependencies.Guessing.Passwords.TryRun(this, isKnown, dependencies.RunJob))
            return;
        CryptographicOperations.ZeroMemory(password);
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

    private void Verify()
    {
        bool isRight = IsRight(dependencies.Policy().Accounts);
        CryptographicOperations.ZeroMemory(password);
        dependencies.Log.Login("smtp", user, isRight, session.RemoteEndPoint);
        _isLate = !isRight;
        if (isRight)
        {
            Throttle.Succeeded(Client, _counted);
            _verdict = Verdict.Accept;
        }
        else
            Throttle.Failed(Client, _counted);
    }

    // RFC 4616 §2: the user has to have the right to act as the identity asked for. Each has it for himself alone,
    // however he is spelled.
    private bool IsRight(Accounts accounts)
        => accounts.Verify(user, password) is { MaySend: true } account
            && (string.IsNullOrEmpty(_identity) || ReferenceEquals(accounts.Find(_identity), account));
}
