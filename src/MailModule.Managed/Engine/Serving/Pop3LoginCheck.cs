using MailModule.Mail.Logins.Server;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;

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
    private readonly CountedPop3Login _counted;
    private readonly Pop3RequestHandler _handler;
    private readonly string? _askedFolder;
    private string _folder = "";
    private Account? _account;
    private bool _isThrottled;

    /// <param name="exchange">It has told already who the client says it is. From here on it has the user's name
    /// without the folder's.</param>
    /// <param name="handler">Opens the mailbox of who may, or a folder of it.</param>
    public Pop3LoginCheck(
        Pop3Session session, Pop3Dependencies dependencies, SaslExchange exchange, Pop3RequestHandler handler)
    {
        (_session, _dependencies, Exchange, _handler) = (session, dependencies, exchange, handler);
        _counted = new CountedPop3Login(
            session, dependencies, exchange, SaslLogins.NameIn(exchange, session.Peer.VerifiedCertificate));
        exchange.User = VouchedUser.OwnerIn(dependencies.Accounts, exchange.User, out _askedFolder);
        // RFC 4422 §2: what the client asks to act as counts, where it says that
        if (exchange.Identity.Length > 0)
            exchange.Identity = VouchedUser.OwnerIn(dependencies.Accounts, exchange.Identity, out _askedFolder);
    }

    public SaslExchange Exchange { get; }

    /// <inheritdoc cref="CountedPop3Login.Name"/>
    public string Name => _counted.Name;

    /// <inheritdoc cref="SmtpLogin.MayTry"/>
    public bool MayTry() => _counted.MayTry();

    /// <summary>Looks at the password, perhaps later; on a thread that may block.</summary>
    public Pop3Verdict Run() => _counted.Run(this);

    /// <summary>By then others from there may have failed, which began at the same time.</summary>
    public void Check()
    {
        _isThrottled = !MayTry();
        if (!_isThrottled)
            Count(Verified(_dependencies.Accounts));
    }

    public void Complete()
    {
        if (_isThrottled)
            _session.Answer(Throttled);
        else if (_account is not null)
            Enter(_account);
        else
            _counted.RefuseLate(Pop3Verdict.Refuse());
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
        Count(account);
        return _account is not null ? Admit(_account, folder) : _counted.RefuseLate(refusal);
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

    // RFC 2449 §8.1.1: the password is right by then
    private Pop3Verdict Admit(Account account, string folder)
        => _dependencies.MayLogIn(_session, account.Name) ? _handler.Enter(account, folder) : Pop3Verdict.TooEarly;

    private void Count(Account? account)
    {
        _account = account is { MayReadMail: true } ? account : null;
        _counted.Decided(_account is not null, maySend: _account is { MaySend: true });
        if (_account is not null)
            Exchange.User = _account.Name;
    }
}
