using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>A verdict of SMTP that is given when its time has come.</summary>
internal sealed class LateVerdict(SmtpSession session, Verdict verdict) : IJob
{
    public void Run() => session.Answer(verdict);
}
