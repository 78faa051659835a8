using MailModule.Dns;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Sending;

/// <summary>
/// A look-up that a host's thread waits for. It begins on a worker: the host's own thread blocks no signals, and
/// writing to a socket there, or being the first to use one, would bring a signal or a thread upon it that are not the
/// host's.
/// </summary>
internal sealed class MxLookup(IMailExchangers exchangers, string domain, CancellationToken cancel) : IJob
{
    private readonly Parker _host = new();
    private volatile Task<MxAnswer>? _answer;

    /// <summary>Blocks.</summary>
    public MxAnswer Find(Workers workers)
    {
        workers.Run(this);
        Task<MxAnswer>? answer;
        while ((answer = _answer) is not { IsCompleted: true })
            _host.Park(null);
        return answer.GetAwaiter().GetResult();
    }

    void IJob.Run()
    {
        Task<MxAnswer> answer = exchangers.Find(domain, cancel).AsTask();
        _answer = answer;
        if (answer.IsCompleted)
            _host.Unpark();
        else
            answer.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_host.Unpark);
    }
}
