using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What SMTP sessions ask for, answered by policy, host and spool. One for many sessions; a session's own state is its
/// <see cref="SmtpTransactionHandler"/>.
/// </summary>
internal sealed class SmtpBackend(ISpool spool, Workers workers, HostCallback host, Func<RelayPolicy> policy, Log log)
    : ISmtpBackend
{
    public ISpool Spool => spool;
    public HostCallback Host => host;
    public Log Log => log;

    public Verdict Connect(SmtpSession session)
        => host.AsksAbout(RequestAction.SmtpConnect) ? Ask(session, RequestAction.SmtpConnect) : Verdict.Accept;

    public Verdict Login(SmtpSession session, string user, byte[] password)
    {
        workers.Run(new SmtpLogin(session, policy().Accounts, user, password, log));
        return Verdict.Pending;
    }

    public Verdict Mail(SmtpSession session, Envelope envelope, long declaredSize)
    {
        envelope.Received = DateTimeOffset.UtcNow;
        return Verdict.Accept;
    }

    public Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt)
    {
        RelayPolicy rules = policy();
        RelayVerdict verdict = rules.CheckRecipient(rcpt.Address, MayRelay(session, rules));
        if (!verdict.IsAccepted)
        {
            log.RecipientRefused(rcpt.Address, verdict.Refusal, session.RemoteEndPoint);
            return Verdict.Refuse(BackendReplies.RecipientRefused(verdict.Refusal));
        }
        envelope.Recipients.Add(rcpt.ToRecipient(verdict.Maildrop));
        return Verdict.Accept;
    }

    public Verdict Data(SmtpSession session, Envelope envelope)
    {
        SmtpTransactionHandler handler = SmtpTransactionHandler.Of(session, this);
        handler.Begin(envelope);
        return host.AsksAbout(RequestAction.SmtpSendMessage)
            ? Ask(session, RequestAction.SmtpSendMessage)
            : handler.StoreOrRefuse();
    }

    public bool Append(SmtpSession session, ReadOnlySpan<byte> content)
        => SmtpTransactionHandler.Of(session, this).Append(content);

    public Verdict EndOfData(SmtpSession session) => SmtpTransactionHandler.Of(session, this).Commit();

    public void Discard(SmtpSession session) => (session.Tag as SmtpTransactionHandler)?.Discard();

    public void Closed(SmtpSession session) => (session.Tag as SmtpTransactionHandler)?.Discard();

    private static bool MayRelay(SmtpSession session, RelayPolicy rules)
        => session.RemoteEndPoint is { } client
            && rules.MayRelay(client.Address, session.AuthenticatedUser is not null);

    private Verdict Ask(SmtpSession session, RequestAction action)
    {
        SmtpTransactionHandler handler = SmtpTransactionHandler.Of(session, this);
        handler.Action = action;
        if (host.Inline)
            return handler.Ask();
        workers.Run(handler);
        return Verdict.Pending;
    }
}
