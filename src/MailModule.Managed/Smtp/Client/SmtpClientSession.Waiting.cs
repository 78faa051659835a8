using MailModule.Transport;

namespace MailModule.Smtp.Client;

// What is waited for, and how long.
internal sealed partial class SmtpClientSession
{
    private SmtpStage AwaitedStage => _mode switch
    {
        Mode.Content => SmtpStage.Content,
        Mode.Handshake => SmtpStage.Tls,
        Mode.Challenge => SmtpStage.Auth,
        _ => _awaited.TryPeek(out (Await What, int) awaited) ? StageOf(awaited.What) : SmtpStage.Idle,
    };

    private static SmtpStage StageOf(Await what) => what switch
    {
        Await.Greeting => SmtpStage.Greeting,
        Await.Ehlo or Await.Helo => SmtpStage.Hello,
        Await.StartTls => SmtpStage.Tls,
        Await.Auth => SmtpStage.Auth,
        Await.Mail => SmtpStage.Mail,
        Await.Rcpt => SmtpStage.Rcpt,
        Await.Data => SmtpStage.Data,
        Await.EndOfData or Await.EndOfEmptyData => SmtpStage.EndOfData,
        _ => SmtpStage.Idle,
    };

    private void WaitFor(SmtpStage stage)
    {
        Stage = stage;
        TimeSpan timeout = TimeoutAt(stage);
        _peer.IdleTimeout = timeout;
        _peer.SetDeadline(timeout);
    }

    private TimeSpan TimeoutAt(SmtpStage stage)
    {
        SmtpTimeouts timeouts = _options.Timeouts;
        bool isLast = stage == SmtpStage.Idle && _awaited.TryPeek(out (Await What, int) awaited)
            && awaited.What == Await.Quit;
        TimeSpan timeout = stage switch
        {
            SmtpStage.Greeting => timeouts.Greeting,
            SmtpStage.Tls => timeouts.StartTls,
            SmtpStage.Auth => timeouts.Auth,
            SmtpStage.Mail => timeouts.Mail,
            SmtpStage.Rcpt => timeouts.Rcpt,
            SmtpStage.Data => timeouts.Data,
            SmtpStage.Content => timeouts.DataBlock,
            SmtpStage.EndOfData => timeouts.EndOfData,
            SmtpStage.Idle when isLast => timeouts.Quit,
            _ => timeouts.Hello,
        };
        return timeout < _options.Timeout ? timeout : _options.Timeout;
    }
}
