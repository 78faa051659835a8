using System.Net;
using System.Security.Cryptography;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The decision on one login of POP3: by the password, through the gate, or by what the host has said. A refusal is
/// counted, and answered late; whatever is wrong is answered alike.
/// </summary>
/// <param name="enter">Opens the mailbox of who may; on a thread that may block.</param>
internal sealed class Pop3PasswordCheck(
    Pop3Session session, Pop3Dependencies dependencies, string user, byte[] password,
    Func<Account, Pop3Verdict> enter) : IPasswordCheck
{
    /// <summary>The connection closes with it: a client that waits loses nothing.</summary>
    public static readonly Pop3Verdict Throttled =
        new(Pop3VerdictKind.Close, "[SYS/TEMP] too many failed logins, try again later");

    private readonly string _counted = dependencies.Accounts.CountedName(user);
    private Account? _account;
    private bool _isThrottled;

    /// <summary>As it came, until it was looked at.</summary>
    public ReadOnlySpan<byte> Password => password;

    private IPAddress? Client => session.Peer.RemoteEndPoint?.Address;
    private LoginThrottle Throttle => dependencies.Guessing.Logins;

    /// <inheritdoc cref="SmtpLogin.MayTry"/>
    public bool MayTry()
    {
        if (Throttle.MayTry(Client, _counted))
            return true;
        CryptographicOperations.ZeroMemory(password);
        dependencies.Log.LoginThrottled("pop3", user, session.Peer.RemoteEndPoint);
        return false;
    }

    /// <summary>Looks at the password, perhaps later; on a thread that may block.</summary>
    public Pop3Verdict Run()
    {
        bool isKnown = Throttle.IsKnown(Client, _counted);
        if (dependencies.Guessing.Passwords.TryRun(this, isKnown, dependencies.RunJob))
            return Pop3Verdict.Pending;
        CryptographicOperations.ZeroMemory(password);
        return Pop3Verdict.Temporary;
    }

    /// <summary>By then others from there may have failed, which began at the same time.</summary>
    public void Check()
    {
        _isThrottled = !MayTry();
        if (!_isThrottled)
            Count(dependencies.Accounts.Verify(user, password));
        CryptographicOperations.ZeroMemory(password);
    }

    public void Complete()
    {
        if (_isThrottled)
            session.Answer(Throttled);
        else if (_account is not null)
            session.Answer(enter(_account));
        else
            RefuseLate(Pop3Verdict.Refuse());
    }

    /// <summary>The host has decided: it vouches for this user, or for none.</summary>
    /// <param name="enterVouched">Opens the mailbox that the host has vouched for.</param>
    /// <param name="refusal">What a client hears who is refused.</param>
    public Pop3Verdict Decide(Account? account, Func<Account, Pop3Verdict> enterVouched, Pop3Verdict refusal)
    {
        CryptographicOperations.ZeroMemory(password);
        Count(account);
        if (_account is not null)
            return enterVouched(_account);
        RefuseLate(refusal);
        return Pop3Verdict.Pending;
    }

    /// <summary>The host has said nothing about the password: this is no wrong one.</summary>
    public Pop3Verdict Leave(Pop3Verdict refusal)
    {
        CryptographicOperations.ZeroMemory(password);
        return refusal;
    }

    private void Count(Account? account)
    {
        _account = account is { MayReadMail: true } ? account : null;
        dependencies.Log.Login("pop3", user, _account is not null, session.Peer.RemoteEndPoint);
        if (_account is { MaySend: true } && Client is not null)
            dependencies.PopLogins?.Add(Client);
        if (_account is not null)
            Throttle.Succeeded(Client, _counted);
        else
            Throttle.Failed(Client, _counted);
    }

    private void RefuseLate(Pop3Verdict refusal)
        => dependencies.Guessing.LateAnswers.After(
            Guessing.LoginDelay(session.FailedLogins + 1), dependencies.RunJob, new Refusal(session, refusal));

    private sealed class Refusal(Pop3Session session, Pop3Verdict verdict) : IJob
    {
        public void Run() => session.Answer(verdict);
    }
}
