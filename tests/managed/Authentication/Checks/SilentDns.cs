using MailModule.Dns;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Authentication.Checks;

/// <summary>
/// A resolver that does not answer about some names until the question is cancelled, or <see cref="Speak"/>; about
/// others at once. Any thread.
/// </summary>
internal sealed class SilentDns(ScriptedDns others, params string[] silent) : IDns
{
    private readonly TaskCompletionSource _speaks = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    /// <summary>Questions that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>All names are answered from now on.</summary>
    public void Speak() => _speaks.SetResult();

    public async ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        if (silent.Contains(question.Name))
            await Wait(cancel).ConfigureAwait(false);
        return await others.Ask(question, cancel).ConfigureAwait(false);
    }

    private async Task Wait(CancellationToken cancel)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Increment(ref _waiting);
        using (cancel.UnsafeRegister(_ => cancelled.SetResult(), null))
            await Task.WhenAny(_speaks.Task, cancelled.Task).ConfigureAwait(false);
        Interlocked.Decrement(ref _waiting);
    }
}
