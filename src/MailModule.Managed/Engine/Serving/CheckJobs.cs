using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>Begins what may wait: on a worker, which is free again as soon as there is something to wait for.</summary>
internal sealed class BeginningJob(Func<Task> begin) : IJob
{
    public void Run() => _ = begin();
}

/// <summary>Judges a step of a session, and answers it on a worker; no thread is held meanwhile.</summary>
/// <param name="judge">Pending: somebody else answers.</param>
internal sealed class JudgingJob(
    SmtpSession session, Func<ValueTask<Verdict>> judge, Action<IJob> runJob, Log log) : IJob
{
    public void Run() => _ = Judge();

    private async Task Judge()
    {
        Verdict verdict;
        try
        {
            verdict = await judge().OnWorker(runJob).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The session waits for an answer, whatever has happened.
            log.Write(LogLevel.Error, "smtp", $"a check failed: {exception}");
            verdict = Verdict.Refuse(CheckReplies.Failed451);
        }
        if (verdict.Kind != VerdictKind.Pending)
            session.Answer(verdict);
    }
}
