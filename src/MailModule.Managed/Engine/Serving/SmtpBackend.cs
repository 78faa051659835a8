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
        BeginChecks(session);
        return dependencies.Host.AsksAbout(RequestAction.SmtpConnect)
            ? Ask(session, RequestAction.SmtpConnect)
            : CheckClient();
    }

    /// <summary>What takes time to find out about a client is asked for before anybody decides.</summary>
    public void BeginChecks(SmtpSession session)
    {
        // Asked again where XCLIENT has told of another client.
        if (_checks is { } made && made.AreOf(session))
            return;
        _checks = dependencies.Checks?.For(session, dependencies);
        _checks?.Begin();
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
        BeginEnvelope(session, envelope);
        if (MailChecks.Refusal(session, dependencies, dependencies.Policy(), !envelope.IsFromStranger) is { } refusal)
            return Verdict.Refuse(refusal);
        if (ChecksOf(envelope)?.Mail(envelope) is { } verdict)
            return verdict;
        if (session.Options.Times?.FutureRelease is { } limit && envelope.Release > envelope.Received + limit.Longest)
            return Verdict.Refuse(BackendReplies.HeldTooLong);
        // RFC 1870 §6.1: what there is no room for now is refused before it is sent
        if (declaredSize > 0 && !dependencies.Host.AsksAbout(RequestAction.SmtpSendMessage)
            && !dependencies.Spool.HasRoomFor(declaredSize))
            return Verdict.Refuse(BackendReplies.NotStored(Fault.Full));
        BeginAuthentication(session, envelope);
        return Verdict.Accept;
    }

    public Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt)
    {
        if (ChecksOf(envelope)?.Trap(rcpt.Address) is { } trap)
            return trap;
        RelayPolicy rules = dependencies.Policy();
        bool mayRelay = !envelope.IsFromStranger;
        RelayVerdict verdict = rules.CheckRecipient(rcpt.Address, mayRelay);
        // Nobody but who returns a message writes to such an address.
        if (verdict.Maildrop is { } maildrop && !envelope.ReversePath.IsNull
            && SenderRewriting.OriginalIn(maildrop) is not null)
            verdict = new RelayVerdict(null, RelayRefusal.UnknownUser);
        bool leaves = verdict is { IsAccepted: true, Maildrop: null };
        if (leaves && !MailChecks.MayLeave(rcpt.Address, session, dependencies, rules))
            verdict = new RelayVerdict(null, RelayRefusal.NotLocal);
        if (!verdict.IsAccepted)
        {
            dependencies.Log.RecipientRefused(rcpt.Address, verdict.Refusal, session.RemoteEndPoint);
            return _refusedRecipients.Add(session, dependencies, verdict.Refusal, mayRelay);
        }
        return CheckAndTake(session, rules, envelope, rcpt.ToRecipient(verdict.Maildrop));
    }

    /// <summary>For a recipient whose place is known: what else speaks against it.</summary>
    public Verdict CheckAndTake(SmtpSession session, RelayPolicy rules, Envelope envelope, Recipient recipient)
        => ChecksOf(envelope) is { } checks
            ? CheckAndTake(checks, session, rules, envelope, recipient)
            : TakeIfRoom(session, rules, envelope, recipient);

    private Verdict CheckAndTake(
        SmtpChecks checks, SmtpSession session, RelayPolicy rules, Envelope envelope, Recipient recipient)
    {
        string? home = recipient.Maildrop is { } user ? rules.Accounts.HomeOf(user) : null;
        return checks.Rcpt(
                envelope, recipient.Address, home, () => TakeIfRoom(session, rules, envelope, recipient))
            ?? TakeIfRoom(session, rules, envelope, recipient);
    }

    private Verdict TakeIfRoom(SmtpSession session, RelayPolicy rules, Envelope envelope, Recipient recipient)
        => QuotaCheck.For(session, dependencies, rules, AsAsked(envelope, recipient)) is { } quota
            ? quota.Ask()
            : Take(envelope, recipient);

    /// <summary>What RCPT does when it is accepted.</summary>
    public static Verdict Take(Envelope envelope, Recipient recipient)
    {
        envelope.Add(AsAsked(envelope, recipient));
        return Verdict.Accept;
    }

    // What strangers ask of reports is taken for less.
    private static Recipient AsAsked(Envelope envelope, Recipient recipient)
    {
        Notify notify = envelope.IsFromStranger
            ? DsnRequests.WithoutSuccess(recipient.Notify)
            : recipient.Notify;
        return notify == recipient.Notify ? recipient : recipient with { Notify = notify };
    }

    /// <summary>Those that a message meets; who has logged in since he connected meets none.</summary>
    public SmtpChecks? ChecksOf(Envelope envelope) => envelope.IsFromStranger ? _checks : null;

    /// <summary>
    /// From MAIL on: whether the message is from whom it says is looked up, where that is to be known.
    /// </summary>
    public void BeginAuthentication(SmtpSession session, Envelope envelope)
    {
        if (_checks is { } checks && !IsTrusted(session))
            checks.BeginMessage(envelope);
    }

    /// <summary>Null: the message under way is checked by nothing of that.</summary>
    public MessageAuthentication? AuthenticationOf(Envelope envelope)
        => _checks?.Authentication is { } authentication && ReferenceEquals(authentication.Envelope, envelope)
            ? authentication
            : null;

    public Verdict Data(SmtpSession session, Envelope envelope)
    {
        SmtpTransactionHandler handler = HandlerFor(session);
        handler.Begin(envelope);
        return dependencies.Host.AsksAbout(RequestAction.SmtpSendMessage)
            ? Ask(session, RequestAction.SmtpSendMessage)
            : handler.CheckAndStore();
    }

    /// <summary>What MAIL does when it is accepted.</summary>
    public void BeginEnvelope(SmtpSession session, Envelope envelope)
    {
        envelope.Received = DateTimeOffset.UtcNow;
        envelope.IsFromStranger = envelope.AvoidsInner = !MayRelay(session, dependencies.Policy());
        // RFC 4954 §5: whom the client is not trusted to name counts as AUTH=<>
        if (envelope.Submitter is { IsNull: false } submitter && !MayName(submitter, session))
            envelope.Submitter = MailAddress.Null;
        // A stranger's sender may be forged: nobody gets a large message by us for that.
        if (envelope is { IsFromStranger: true, Return: ReturnContent.Full })
            envelope.Return = ReturnContent.Default;
    }

    /// <summary>What DATA does when it is accepted: the spool begins a message, or refuses.</summary>
    public Verdict Store(SmtpSession session, Envelope envelope)
    {
        SmtpTransactionHandler handler = HandlerFor(session);
        handler.Begin(envelope);
        return handler.StoreOrRefuse();
    }

    /// <summary>What the end of the content does when it is accepted.</summary>
    public Verdict Commit() => _handler!.CommitJudged();

    /// <summary>A recipient that is nobody's, as others found out; how many of them there are counts as ever.</summary>
    public Verdict RefuseUnknown(SmtpSession session, Reply reply)
        => _refusedRecipients.Add(session, dependencies, RelayRefusal.UnknownUser, IsTrusted(session), reply);

    /// <summary>The client may relay.</summary>
    public bool IsTrusted(SmtpSession session) => MayRelay(session, dependencies.Policy());

    /// <summary>Octets of the message that are held in front of the backend, beside what it holds itself.</summary>
    public long HeldInFront { get; set; }

    /// <summary>Who hears that content is taken again; null: the session.</summary>
    public Action? ContentResumed { get; set; }

    public bool Append(SmtpSession session, ReadOnlySpan<byte> content) => _handler!.Append(content);

    /// <inheritdoc cref="SmtpTransactionHandler.AppendFields"/>
    public bool AppendFields(ReadOnlySpan<byte> fields) => _handler!.AppendFields(fields);

    public Verdict EndOfData(SmtpSession session) => _handler!.Commit();

    public void Discard(SmtpSession session)
    {
        _handler?.Discard();
        _checks?.EndMessage();
    }

    /// <summary>The transaction is over: its message is taken, or its MAIL was refused behind
    /// <see cref="BeginAuthentication"/>. What is still looked up ends.</summary>
    public void EndMessage() => _checks?.EndMessage();

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

    public void Closed(SmtpSession session)
    {
        _handler?.Close();
        _checks?.EndMessage();
    }

    // The first such answer tells a program in good faith to wait; who then tries again is closed.
    internal Verdict RefuseThrottled()
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

    private bool MayName(MailAddress submitter, SmtpSession session)
    {
        RelayPolicy rules = dependencies.Policy();
        return session.AuthenticatedUser is { } user && rules.Clients.Senders.IsOfUser(rules, submitter, user);
    }

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
