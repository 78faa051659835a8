using MailModule.Engine.Serving.Handlers;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Pop3.Server;

namespace MailModule.Engine.Serving;

/// <summary>
/// A login of POP3 that a host's handlers decide on, or prove by a password that the host has given. What fails counts
/// as any that does: guessing is slow, whoever judges.
/// </summary>
/// <param name="enter">Opens the mailbox of who is right, perhaps later.</param>
internal sealed class HandledPop3Login(
    Pop3Session session, Pop3Dependencies dependencies, SaslExchange exchange, Func<Pop3Verdict> enter)
    : IPasswordCheck
{
    private readonly CountedPop3Login _counted = new(
        session, dependencies, exchange, SaslLogins.NameIn(exchange, session.Peer.VerifiedCertificate));
    private bool _isThrottled;
    private bool _isRight;

    public SaslExchange Exchange => exchange;

    /// <inheritdoc cref="SmtpLogin.MayTry"/>
    public bool MayTry() => _counted.MayTry();

    public LoginRequest ToRequest() => HostLogins.RequestOf(exchange, session.Peer.VerifiedCertificate);

    /// <summary>The name that the client told.</summary>
    public string NameTold => HostLogins.NameTold(exchange, session.Peer.VerifiedCertificate);

    /// <summary>The host has accepted.</summary>
    public Pop3Verdict Accept()
    {
        Judge(isRight: true);
        return enter();
    }

    /// <summary>The host has refused: late, unless it has said that it is not for the password.</summary>
    public Pop3Verdict Refuse(Pop3Verdict refusal)
    {
        if (IsOfOurs(refusal.Text))
        {
            exchange.Clear();
            return refusal;
        }
        Judge(isRight: false);
        return _counted.RefuseLate(refusal);
    }

    /// <summary>Looks at the proof, against what the host has given; later.</summary>
    public Pop3Verdict Prove() => _counted.Run(this);

    /// <summary>By then others from there may have failed, which began at the same time.</summary>
    void IPasswordCheck.Check()
    {
        _isThrottled = !MayTry();
        if (_isThrottled)
            return;
        string? user = SaslLogins.Verify(
            dependencies.Accounts, exchange, session.Peer.VerifiedCertificate, AccountFlags.Mailbox);
        Judge(user is not null);
    }

    void IPasswordCheck.Complete()
    {
        if (_isThrottled)
            session.Answer(Pop3LoginCheck.Throttled);
        else if (!_isRight)
            _counted.RefuseLate(Pop3Verdict.Refuse());
        else if (enter() is { Kind: not Pop3VerdictKind.Pending } verdict)
            session.Answer(verdict);
    }

    /// <summary>A refusal that says nothing about the password, but of ours (RFC 3206 §4).</summary>
    public static bool IsOfOurs(string? text)
        => text is not null && (text.StartsWith("[SYS/", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("[IN-USE]", StringComparison.OrdinalIgnoreCase));

    private void Judge(bool isRight)
    {
        _isRight = isRight;
        _counted.Decided(isRight, maySend: dependencies.Accounts.Find(_counted.Name) is { MaySend: true });
    }
}
