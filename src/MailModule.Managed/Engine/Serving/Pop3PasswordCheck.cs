using System.Net;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The decision on one login of POP3: by what the client has told, through the gate, or by what the host has said. A
/// refusal is counted, and answered late; whatever is wrong is answered alike.
/// </summary>
/// <param name="enter">Opens the mailbox of who may; on a thread that may block.</param>
internal sealed class Pop3PasswordCheck(
    Pop3Session session, Pop3Dependencies dependencies, SaslExchange exchange, Func<Account, Pop3Verdict> enter)
    : IPasswordCheck
{
    /// <summary>The connection closes with it: a client that waits loses nothing.</summary>
    public static readonly Pop3Verdict Throttled =
        new(Pop3VerdictKind.Close, "[SYS/TEMP] too many failed logins, try again later");

    private readonly string _name = SaslLogins.NameIn(exchange, session.Peer.VerifiedCertificate);
    private Account? _account;
    private bool _isThrottled;

    private IPAddress? Client => session.Peer.RemoteEndPoint?.Address;
    private string Counted => dependencies.Accounts.CountedName(_name);
    private LoginThrottle Throttle => dependencies.Guessing.Logins;

    /// <inheritdoc cref="SmtpLogin.MayTry"/>
    public bool MayTry()
    {
        if (Throttle.MayTry(Client, Counted))
            return true;
        exchange.Clear();
        dependencies.Log.LoginThrottled("pop3", _name, session.Peer.RemoteEndPoint);
        return false;
    }

    /// <summary>Looks at the password, perhaps later; on a thread that may block.</summary>
    public Pop3Verdict Run()
    {
        bool isKnown = Throttle.IsKnown(Client, Counted);
        if (dependencies.Guessing.Passwords.TryRun(this, isKnown, dependencies.RunJob))
            return Pop3Verdict.Pending;
        exchange.Clear();
        return Pop3Verdict.Temporary;
    }

    /// <summary>By then others from there may have failed, which began at the same time.</summary>
    public void Check()
    {
        _isThrottled = !MayTry();
        if (!_isThrottled)
            Count(Verified(dependencies.Accounts));
        exchange.Clear();
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
        exchange.Clear();
        Count(account);
        if (_account is not null)
            return enterVouched(_account);
        RefuseLate(refusal);
        return Pop3Verdict.Pending;
    }

    /// <summary>The host has said nothing about the password: this is no wrong one.</summary>
    public Pop3Verdict Leave(Pop3Verdict refusal)
    {
        exchange.Clear();
        return refusal;
    }

    private Account? Verified(Accounts accounts)
    {
        string? user = SaslLogins.Verify(
            accounts, exchange, session.Peer.VerifiedCertificate, AccountFlags.Mailbox);
        return user is null ? null : accounts.Find(user);
    }

    private void Count(Account? account)
    {
        _account = account is { MayReadMail: true } ? account : null;
        dependencies.Log.Login("pop3", _name, _account is not null, session.Peer.RemoteEndPoint);
        if (_account is { MaySend: true } && Client is not null)
            dependencies.PopLogins?.Add(Client);
        if (_account is not null)
        {
            exchange.User = _account.Name;
            Throttle.Succeeded(Client, Counted);
        }
        else
            Throttle.Failed(Client, Counted);
    }

    private void RefuseLate(Pop3Verdict refusal)
        => dependencies.Guessing.LateAnswers.After(
            Guessing.LoginDelay(session.FailedLogins + 1), dependencies.RunJob, new Refusal(session, refusal));

    private sealed class Refusal(Pop3Session session, Pop3Verdict verdict) : IJob
    {
        public void Run() => session.Answer(verdict);
    }
}
