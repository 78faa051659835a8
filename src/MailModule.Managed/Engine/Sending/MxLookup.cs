using MailModule.Dns;
using MailModule.Transport;

namespace MailModule.Engine.Sending;

/// <summary>
/// A look-up that a host's thread waits for. It begins on a worker: the host's own thread blocks no signals, and
/// writing to a socket there, or being the first to use one, would bring a signal or a thread upon it that are not the
/// host's.
/// </summary>
internal sealed class MxLookup(IMailExchangers exchangers, string domain, CancellationToken cancel) : IJob
{
    private readonly ManualResetEventSlim _ended = new();
    private Task<MxAnswer>? _answer;

    /// <summary>Blocks.</summary>
    public MxAnswer Find(Workers workers)
    {
        workers.Run(this);
        _ended.Wait(CancellationToken.None);
        return _answer!.GetAwaiter().GetResult();
    }

    void IJob.Run()
    {
        _answer = exchangers.Find(domain, cancel).AsTask();
        _answer.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_ended.Set);
    }
}
