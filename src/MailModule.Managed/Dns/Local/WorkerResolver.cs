using MailModule.Transport;

namespace MailModule.Dns.Local;

/// <summary>
/// Brings the answers of another resolver to workers, so that whoever has asked may ask on, block, or take a lock that
/// the thread which cancels holds. What is known at once is answered at once, on the caller's thread.
/// </summary>
internal sealed class WorkerResolver(IDns inner, Workers workers) : IDns
{
    public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        ValueTask<DnsAnswer> answer = inner.Ask(question, cancel);
        return answer.IsCompleted ? answer : HandOver(answer);
    }

    private async ValueTask<DnsAnswer> HandOver(ValueTask<DnsAnswer> coming)
    {
        DnsAnswer answer = await coming.ConfigureAwait(false);
        await new AsJob(workers);
        return answer;
    }
}
