using System.Runtime.CompilerServices;

namespace MailModule.Transport;

/// <summary>Goes on on a worker when something has been waited for.</summary>
internal static class WorkerHandover
{
    /// <summary>
    /// What follows runs as a job of its own, and not on the stack of what has ended the wait, which may be an I/O
    /// thread, or a thread that cancels and holds a lock. Where there is nothing to wait for it goes on where it is.
    /// </summary>
    public static ValueTask<T> OnWorker<T>(this ValueTask<T> coming, Workers workers)
        => coming.OnWorker(workers.Run);

    /// <inheritdoc cref="OnWorker{T}(ValueTask{T}, Workers)"/>
    /// <param name="runJob">Runs a job on a worker.</param>
    public static ValueTask<T> OnWorker<T>(this ValueTask<T> coming, Action<IJob> runJob)
        => coming.IsCompleted ? coming : HandOver(coming, runJob);

    private static async ValueTask<T> HandOver<T>(ValueTask<T> coming, Action<IJob> runJob)
    {
        try
        {
            return await coming.ConfigureAwait(false);
        }
        finally
        {
            await new NextJob(runJob);
        }
    }

    private readonly struct NextJob(Action<IJob> runJob) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public NextJob GetAwaiter() => this;

        public void OnCompleted(Action continuation) => runJob(new Continuation(continuation));

        public void UnsafeOnCompleted(Action continuation) => runJob(new Continuation(continuation));

        public void GetResult()
        {
        }
    }

    private sealed class Continuation(Action action) : IJob
    {
        public void Run() => action();
    }
}
