using System.Net;
using MailModule.Mail.Logins.Server;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The decision on one login of POP3, by whatever exchange: by what the client has told, through the gate, or by what
/// the host has said. A refusal is counted, and answered late; whatever is wrong is answered alike. One for each
/// exchange.
/// </summary>
internal sealed class Pop3LoginCheck : IPasswordCheck
{
    /// <summary>The connection closes with it: a client that waits loses nothing.</summary>
    public static readonly Pop3Verdict Throttled =
        new(Pop3VerdictKind.Close, "[SYS/TEMP] too many failed logins, try again later");

    private readonly Pop3Session _session;
    private readonly Pop3Dependencies _dependencies;
    private readonly Func<Account, string, Pop3Verdict> _enter;
    private readonly string? _askedFolder;
    private string _folder = "";
    private Account? _account;
    private bool _isThrottled;

    /// <param name="exchange">It has told already who the client says it is. From here on it has the user's name
    /// without the folder's.</param>
    /// <param name="enter">Opens the mailbox of who may, or a folder of it; on a thread that may block.</param>
    public Pop3LoginCheck(
        Pop3Session session, Pop3Dependencies dependencies, SaslExchange exchange,
        Func<Account, string, Pop3Verdict> enter)
    {
        (_session, _dependencies, Exchange, _enter) = (session, dependencies, exchange, enter);
        Name = SaslLogins.NameIn(exchange, session.Peer.VerifiedCertificate);
        exchange.User = VouchedUser.OwnerIn(dependencies.Accounts, exchange.User, out _askedFolder);
        // RFC 4422 §2: what the client asks to act as counts, where it says that
        if (exchange.Identity.Length > 0)
            exchange.Identity = VouchedUser.OwnerIn(dependencies.Accounts, exchange.Identity, out _askedFolder);
    }

    public SaslExchange Exchange { get; }

    /// <summary>As the client has told it, with a folder or without.</summary>
    public string Name { get; }

    private IPAddress? Client => _session.Peer.RemoteEndPoint?.Address;
    private string Counted => _dependencies.Accounts.CountedName(Name);
    private LoginThrottle Throttle => _dependencies.Guessing.Logins;

    /// <inheritdoc cref="SmtpLogin.MayTry"/>
    public bool MayTry()
    {
        if (Throttle.MayTry(Client, Counted))
            return true;
        Exchange.Clear();
        _dependencies.Log.LoginThrottled("pop3", Name, _session.Peer.RemoteEndPoint);
        return false;
    }

    /// <summary>Looks at the password, perhaps later; on a thread that may block.</summary>
    public Pop3Verdict Run()
    {
        bool isKnown = Throttle.IsKnown(Client, Counted);
        if (_dependencies.Guessing.Passwords.TryRun(this, isKnown, _dependencies.RunJob))
            return Pop3Verdict.Pending;
        Exchange.Clear();
        return Pop3Verdict.Temporary;
    }

    /// <summary>By then others from there may have failed, which began at the same time.</summary>
    public void Check()
    {
        _isThrottled = !MayTry();
        if (!_isThrottled)
            Count(Verified(_dependencies.Accounts));
        Exchange.Clear();
    }

    public void Complete()
    {
        if (_isThrottled)
            _session.Answer(Throttled);
        else if (_account is not null)
            Enter(_account);
        else
            RefuseLate(Pop3Verdict.Refuse());
    }

    // Who opens the mailbox may have to ask somebody first, and answers then.
    private void Enter(Account account)
    {
        if (Admit(account, _folder) is { Kind: not Pop3VerdictKind.Pending } verdict)
            _session.Answer(verdict);
    }

    /// <summary>The host has decided: it vouches for this user, or for none.</summary>
    /// <param name="folder">Of the user's mailbox; empty for the mailbox itself.</param>
    /// <param name="refusal">What a client hears who is refused.</param>
    public Pop3Verdict Decide(Account? account, string folder, Pop3Verdict refusal)
    {
        Exchange.Clear();
        Count(account);
        if (_account is not null)
            return Admit(_account, folder);
        RefuseLate(refusal);
        return Pop3Verdict.Pending;
    }

    /// <summary>The host has said nothing about the password: this is no wrong one.</summary>
    public Pop3Verdict Leave(Pop3Verdict refusal)
    {
        Exchange.Clear();
        return refusal;
    }

    // A folder that cannot be one is found out behind the password, and refused as a wrong one is.
    private Account? Verified(Accounts accounts)
    {
        string? user = SaslLogins.Verify(
            accounts, Exchange, _session.Peer.VerifiedCertificate, AccountFlags.Mailbox);
        Account? account = user is null ? null : accounts.Find(user);
        return account is null || _askedFolder is null || SubFolder.TryParse(_askedFolder, account.Home, out _folder)
            ? account
            : null;
    }

    // RFC 2449 §8.1.1: the password is right by then, and no login that was too early counts as one
    private Pop3Verdict Admit(Account account, string folder)
    {
        if (!_dependencies.LoginDelays.MayLogIn(account.Name, TimeSpan.FromSeconds(_session.Options.LoginDelay)))
            return Pop3Verdict.TooEarly;
        Pop3Verdict verdict = _enter(account, folder);
        if (verdict.Kind == Pop3VerdictKind.Accept && _session.Options.LoginDelay > 0)
            _dependencies.LoginDelays.Add(account.Name);
        return verdict;
    }

    private void Count(Account? account)
    {
        _account = account is { MayReadMail: true } ? account : null;
        _dependencies.Log.Login("pop3", Name, _account is not null, _session.Peer.RemoteEndPoint);
        if (_account is { MaySend: true } && Client is not null)
            _dependencies.PopLogins?.Add(Client);
        if (_account is not null)
        {
            Exchange.User = _account.Name;
            Throttle.Succeeded(Client, Counted);
        }
        else
            Throttle.Failed(Client, Counted);
    }

    private void RefuseLate(Pop3Verdict refusal)
        => _dependencies.Guessing.LateAnswers.After(
            Guessing.LoginDelay(_session.FailedLogins + 1), _dependencies.RunJob, new Refusal(_session, refusal));

    private sealed class Refusal(Pop3Session session, Pop3Verdict verdict) : IJob
    {
        public void Run() => session.Answer(verdict);
    }
}
