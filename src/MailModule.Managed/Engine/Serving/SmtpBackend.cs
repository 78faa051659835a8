using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>What SMTP sessions ask for, answered by policy, host and spool. One for many sessions; a session's own state is its <see cref="SmtpExchange"/>.</summary>
internal sealed class SmtpBackend(ISpool spool, Workers workers, HostRequests host, Func<RelayPolicy> policy, Log log) : ISmtpBackend
{
    public ISpool Spool => spool;
    public HostRequests Host => host;
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
            log.RecipientRefused(rcpt.Address, verdict.Refusal, session.Connection?.RemoteEndPoint);
            return Verdict.Refuse(BackendReplies.NotTaken(verdict.Refusal));
        }
        envelope.Recipients.Add(rcpt.ToRecipient(verdict.Maildrop));
        return Verdict.Accept;
    }

    public Verdict Data(SmtpSession session, Envelope envelope)
    {
        SmtpExchange exchange = SmtpExchange.Of(session, this);
        exchange.Begin(envelope);
        return host.AsksAbout(RequestAction.SmtpSendMessage) ? Ask(session, RequestAction.SmtpSendMessage) : exchange.StoreOrRefuse();
    }

    public bool Append(SmtpSession session, ReadOnlySpan<byte> text) => SmtpExchange.Of(session, this).Append(text);

    public Verdict EndOfData(SmtpSession session) => SmtpExchange.Of(session, this).Commit();

    public void Discard(SmtpSession session) => (session.Tag as SmtpExchange)?.Discard();

    public void Closed(SmtpSession session) => (session.Tag as SmtpExchange)?.Discard();

    private static bool MayRelay(SmtpSession session, RelayPolicy rules)
        => session.Connection is { } connection && rules.MayRelay(connection.RemoteEndPoint.Address, session.AuthenticatedUser is not null);

    private Verdict Ask(SmtpSession session, RequestAction action)
    {
        SmtpExchange exchange = SmtpExchange.Of(session, this);
        exchange.Action = action;
        if (host.Inline)
            return exchange.Ask();
        workers.Run(exchange);
        return Verdict.Pending;
    }
}
