using MailModule.Delivery.Resending;
using MailModule.Mail;
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
    private RecipientRefusals _refusedRecipients;
    private bool _isLoginThrottled;

    public SmtpDependencies Dependencies => dependencies;
    public IBlockingPeer? Connection => connection;

    public Verdict Connect(SmtpSession session)
        => dependencies.Host.AsksAbout(RequestAction.SmtpConnect)
            ? Ask(session, RequestAction.SmtpConnect)
            : Verdict.Accept;

    public Verdict Login(SmtpSession session, string user, byte[] password)
    {
        var login = new SmtpLogin(session, dependencies, user, password);
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
        // RFC 1870 §6.1: what there is no room for now is refused before it is sent
        return declaredSize == 0 || dependencies.Host.AsksAbout(RequestAction.SmtpSendMessage)
            || dependencies.Spool.HasRoomFor(declaredSize)
                ? Verdict.Accept
                : Verdict.Refuse(BackendReplies.NotStored(Fault.Full));
    }

    public Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt)
    {
        RelayPolicy rules = dependencies.Policy();
        bool mayRelay = MayRelay(session, rules);
        RelayVerdict verdict = rules.CheckRecipient(rcpt.Address, mayRelay);
        bool leaves = verdict is { IsAccepted: true, Maildrop: null };
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
        if (QuotaCheck.For(session, dependencies, rules, recipient) is { } quota)
            return quota.Ask();
        envelope.Add(recipient);
        return Verdict.Accept;
    }

    public Verdict Data(SmtpSession session, Envelope envelope)
    {
        SmtpTransactionHandler handler = HandlerFor(session);
        handler.Begin(envelope);
        return dependencies.Host.AsksAbout(RequestAction.SmtpSendMessage)
            ? Ask(session, RequestAction.SmtpSendMessage)
            : handler.StoreOrRefuse();
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
