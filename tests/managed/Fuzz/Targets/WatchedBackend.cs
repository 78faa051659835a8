using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mail;
using MailModule.Mail.Logins.Server;
using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>Stands between a session and its backend, and notes what goes past.</summary>
internal sealed class WatchedBackend(HandledBackend backend, HandledHost host) : ISmtpBackend
{
    private bool _mayDiscard;

    /// <summary>How often the session told its end.</summary>
    public int Closings { get; private set; }

    public AskedCommands Asked => backend.Asked;
    public Verdict Command(SmtpSession session) => backend.Command(session);
    public Verdict Connect(SmtpSession session) => backend.Connect(session);
    public bool PeerReset() => backend.PeerReset();
    public Verdict FindSecret(SmtpSession session, SecretExchange exchange) => backend.FindSecret(session, exchange);
    public Verdict Login(SmtpSession session, SaslExchange exchange) => backend.Login(session, exchange);

    public Verdict Mail(SmtpSession session, Envelope envelope, long declaredSize)
    {
        _mayDiscard = true;
        host.BeginTransaction();
        return backend.Mail(session, envelope, declaredSize);
    }

    public Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt)
        => backend.Rcpt(session, envelope, rcpt);

    public Verdict Data(SmtpSession session, Envelope envelope)
    {
        host.BeginContent();
        return backend.Data(session, envelope);
    }

    public bool Append(SmtpSession session, ReadOnlySpan<byte> content)
    {
        host.Content.Append(Encoding.Latin1.GetString(content));
        return backend.Append(session, content);
    }

    public Verdict EndOfData(SmtpSession session) => backend.EndOfData(session);

    public void Discard(SmtpSession session)
    {
        Assert.True(_mayDiscard, "discarded twice");
        _mayDiscard = false;
        backend.Discard(session);
    }

    public Verdict Unwelcome(SmtpSession session, Reply reply) => backend.Unwelcome(session, reply);
    public void NotSmtp(SmtpSession session) => backend.NotSmtp(session);

    public void Closed(SmtpSession session)
    {
        Closings++;
        backend.Closed(session);
    }
}
