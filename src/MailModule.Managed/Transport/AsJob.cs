using System.Runtime.CompilerServices;

namespace MailModule.Transport;

/// <summary>
/// Runs the rest of an async method as a job of its own: not on the stack of what has ended its wait, which may be an
/// I/O thread, or a thread that cancels and holds a lock. It can be awaited and nothing else.
/// </summary>
internal readonly struct AsJob(Workers workers) : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public AsJob GetAwaiter() => this;

    public void OnCompleted(Action continuation) => workers.Run(new Continuation(continuation));

    public void UnsafeOnCompleted(Action continuation) => workers.Run(new Continuation(continuation));

    public void GetResult()
    {
    }

    private sealed class Continuation(Action action) : IJob
    {
        public void Run() => action();
    }
}
