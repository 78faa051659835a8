using MailModule.Delivery.Resending;
using MailModule.Mail;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What an SMTP session asks for, answered by policy, host and spool; one for each session. What it keeps of messages
/// is its <see cref="SmtpTransactionHandler"/>, which an idle session does without.
/// </summary>
/// <param name="dependencies">Shared by sessions.</param>
/// <param name="connection">For a host that reads and writes by itself; null: none may.</param>
internal sealed class SmtpBackend(SmtpDependencies dependencies, IBlockingPeer? connection) : ISmtpBackend
{
    private SmtpTransactionHandler? _handler;
    private SmtpChecks? _checks;
    private RecipientRefusals _refusedRecipients;
    private bool _isLoginThrottled;

    public SmtpDependencies Dependencies => dependencies;
    public IBlockingPeer? Connection => connection;

    /// <summary>Null: the client meets none.</summary>
    public SmtpChecks? Checks => _checks;

    public Verdict Connect(SmtpSession session)
    {
        _checks = dependencies.Checks?.For(session, dependencies);
        _checks?.Begin();
        return dependencies.Host.AsksAbout(RequestAction.SmtpConnect)
            ? Ask(session, RequestAction.SmtpConnect)
            : CheckClient();
    }

    /// <summary>Nobody else has decided about the client.</summary>
    public Verdict CheckClient() => _checks?.Connect() ?? Verdict.Accept;

    public Verdict FindSecret(SmtpSession session, SecretExchange exchange)
    {
        if (!new SmtpLogin(session, dependencies, exchange).MayTry())
            return RefuseThrottled();
        exchange.Secret = dependencies.Policy().Accounts.SecretOf(
            exchange.User, ServerMechanisms.Find(exchange.Mechanism));
        return Verdict.Accept;
    }

    public Verdict Login(SmtpSession session, SaslExchange exchange)
    {
        var login = new SmtpLogin(session, dependencies, exchange);
        if (!login.MayTry())
            return RefuseThrottled();
        dependencies.RunJob(login);
        return Verdict.Pending;
    }

    public Verdict Mail(SmtpSession session, Envelope envelope, long declaredSize)
    {
        envelope.Received = DateTimeOffset.UtcNow;
        RelayPolicy rules = dependencies.Policy();
        bool mayRelay = MayRelay(session, rules);
        envelope.IsFromStranger = envelope.AvoidsInner = !mayRelay;
        if (MailChecks.Refusal(session, dependencies, rules, mayRelay) is { } refusal)
            return Verdict.Refuse(refusal);
        // A stranger's sender may be forged: nobody gets a large message by us for that.
        if (envelope is { IsFromStranger: true, Return: ReturnContent.Full })
            envelope.Return = ReturnContent.Default;
        if (ChecksOf(envelope)?.Mail(envelope) is { } verdict)
            return verdict;
        // RFC 1870 §6.1: what there is no room for now is refused before it is sent
        return declaredSize == 0 || dependencies.Host.AsksAbout(RequestAction.SmtpSendMessage)
            || dependencies.Spool.HasRoomFor(declaredSize)
                ? Verdict.Accept
                : Verdict.Refuse(BackendReplies.NotStored(Fault.Full));
    }

    public Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt)
    {
        if (ChecksOf(envelope)?.Trap(rcpt.Address) is { } trap)
            return trap;
        RelayPolicy rules = dependencies.Policy();
        bool mayRelay = MayRelay(session, rules);
        RelayVerdict verdict = rules.CheckRecipient(rcpt.Address, mayRelay);
        bool leaves = verdict is { IsAccepted: true, Maildrop: null } && !rules.IsRelayed(rcpt.Address.Domain);
        if (leaves && !MailChecks.MayLeave(rcpt.Address, session, dependencies, rules))
            verdict = new RelayVerdict(null, RelayRefusal.NotLocal);
        if (!verdict.IsAccepted)
        {
            dependencies.Log.RecipientRefused(rcpt.Address, verdict.Refusal, session.RemoteEndPoint);
            return _refusedRecipients.Add(session, dependencies, verdict.Refusal, mayRelay);
        }
        Recipient recipient = rcpt.ToRecipient(verdict.Maildrop);
        if (envelope.IsFromStranger)
            recipient = recipient with { Notify = DsnRequests.WithoutSuccess(recipient.Notify) };
        return ChecksOf(envelope) is { } checks ? CheckAndAdd(checks, rules, envelope, recipient)
            : Add(envelope, recipient);
    }

    private static Verdict CheckAndAdd(SmtpChecks checks, RelayPolicy rules, Envelope envelope, Recipient recipient)
    {
        string? home = recipient.Maildrop is { } user ? rules.Accounts.HomeOf(user) : null;
        return checks.Rcpt(envelope, recipient.Address, home, () => Add(envelope, recipient))
            ?? Add(envelope, recipient);
    }

    // Named again: one message is enough. Who asks for other reports is another, for them.
    private static Verdict Add(Envelope envelope, Recipient recipient)
    {
        if (!envelope.Names(recipient))
            envelope.Recipients.Add(recipient);
        return Verdict.Accept;
    }

    /// <summary>Those that a message meets; who has logged in since he connected meets none.</summary>
    public SmtpChecks? ChecksOf(Envelope envelope) => envelope.IsFromStranger ? _checks : null;

    public Verdict Data(SmtpSession session, Envelope envelope)
    {
        SmtpTransactionHandler handler = HandlerFor(session);
        handler.Begin(envelope);
        return dependencies.Host.AsksAbout(RequestAction.SmtpSendMessage)
            ? Ask(session, RequestAction.SmtpSendMessage)
            : handler.CheckAndStore();
    }

    public bool Append(SmtpSession session, ReadOnlySpan<byte> content) => _handler!.Append(content);

    public Verdict EndOfData(SmtpSession session) => _handler!.Commit();

    public void Discard(SmtpSession session) => _handler?.Discard();

    public Verdict Unwelcome(SmtpSession session, Reply reply)
    {
        TimeSpan delay = dependencies.Policy().Clients.Guess.Tarpit;
        var verdict = Verdict.Refuse(reply);
        if (delay == TimeSpan.Zero)
            return verdict;
        dependencies.Guessing.LateAnswers.After(delay, dependencies.RunJob, new LateVerdict(session, verdict));
        return Verdict.Pending;
    }

    public void NotSmtp(SmtpSession session) => dependencies.Log.OtherProtocol("smtp", session.RemoteEndPoint);

    public void Closed(SmtpSession session) => _handler?.Close();

    // The first such answer tells a program in good faith to wait; who then tries again is closed.
    private Verdict RefuseThrottled()
    {
        bool isAgain = _isLoginThrottled;
        _isLoginThrottled = true;
        return isAgain
            ? Verdict.Close(BackendReplies.LoginsClosed)
            : Verdict.Refuse(BackendReplies.LoginsThrottled);
    }

    private bool MayRelay(SmtpSession session, RelayPolicy rules)
        => session.RemoteEndPoint is { } client
            && dependencies.Clients.MayRelay(rules, client.Address, session.AuthenticatedUser is not null);

    private Verdict Ask(SmtpSession session, RequestAction action)
    {
        SmtpTransactionHandler handler = HandlerFor(session);
        handler.Action = action;
        if (dependencies.Host.Inline)
            return handler.Ask();
        dependencies.RunJob(handler);
        return Verdict.Pending;
    }

    private SmtpTransactionHandler HandlerFor(SmtpSession session)
        => _handler ??= new SmtpTransactionHandler(session, this);
}
