using MailModule.Dns;
using MailModule.Transport;

namespace MailModule.Authentication.Checks;

/// <summary>
/// A resolver behind whose answers there is always a worker: what checks do with them, a signature above all, is more
/// than the thread may do that has the answer (<see cref="IDns.Ask"/>). Any thread.
/// </summary>
/// <param name="runJob">Runs a job on a worker.</param>
internal sealed class WorkerDns(IDns dns, Action<IJob> runJob) : IDns
{
    public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        => dns.Ask(question, cancel).OnWorker(runJob);
}
