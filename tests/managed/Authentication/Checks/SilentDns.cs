using MailModule.Dns;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Authentication.Checks;

/// <summary>A resolver that never answers about some names, until the question is cancelled; others at once.</summary>
internal sealed class SilentDns(ScriptedDns others, params string[] silent) : IDns
{
    private int _waiting;

    /// <summary>Questions that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public async ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        if (!silent.Contains(question.Name))
            return await others.Ask(question, cancel).ConfigureAwait(false);
        var answer = new TaskCompletionSource<DnsAnswer>();
        Interlocked.Increment(ref _waiting);
        using (cancel.UnsafeRegister(_ => answer.TrySetResult(DnsAnswer.Cancelled(question.Name)), null))
            await answer.Task.ConfigureAwait(false);
        Interlocked.Decrement(ref _waiting);
        return await answer.Task.ConfigureAwait(false);
    }
}
