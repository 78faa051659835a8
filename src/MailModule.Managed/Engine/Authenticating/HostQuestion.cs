using System.Runtime.CompilerServices;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Authenticating;

/// <summary>
/// One question of the host about a message: the message is read to it, on the host's thread, and then either
/// <see cref="Wait"/> or <see cref="Start"/> is called, once. One thread at a time.
/// </summary>
/// <remarks>
/// What is to be found out begins on a worker: the host's own thread blocks no signals, and writing to a socket there,
/// or being the first to use one, would bring a signal or a thread upon it that are not the host's.
/// </remarks>
public abstract class HostQuestion<T> : IDisposable where T : class
{
    private readonly HostQuestions _all;
    private readonly Parker _host = new();
    private volatile Task<HostAnswer<T>>? _answer;
    private Action<HostAnswer<T>>? _done;

    internal HostQuestion(HostQuestions all) => _all = all;

    /// <summary>The next octets of the message, cut anywhere, with any line ends.</summary>
    public abstract void Append(ReadOnlySpan<byte> octets);

    /// <summary>There are no more octets.</summary>
    public abstract void End();

    /// <summary>Drops it: nobody asks. Not with an answer under way.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>Nobody is asked for the answer: it takes a moment of the processor, on whatever thread.</summary>
    internal virtual bool IsLocal => false;

    /// <summary>Finds the answer out, on a worker unless <see cref="IsLocal"/>.</summary>
    /// <param name="cancel">The engine is being stopped: whatever comes then counts for nothing.</param>
    internal abstract ValueTask<HostAnswer<T>> Ask(CancellationToken cancel);

    /// <summary>Blocks until the answer is there. <see cref="Fault.State"/>, <see cref="Fault.Cancelled"/>: the engine
    /// is, or was, being stopped.</summary>
    /// <param name="value">Not null when the result is None.</param>
    public Fault Wait(out T? value)
    {
        value = null;
        if (!_all.TryBegin())
            return Stopped;
        try
        {
            if (IsLocal)
                Begin();
            else
                _all.Workers.Run(new Job(Begin));
            Task<HostAnswer<T>>? answer;
            while ((answer = _answer) is not { IsCompleted: true })
                _host.Park(null);
            HostAnswer<T> found = answer.GetAwaiter().GetResult();
            value = found.Value;
            return FaultReason.Because(found.Fault, found.Reason);
        }
        finally
        {
            _all.End();
        }
    }

    /// <summary>
    /// Returns at once; the answer comes later. <see cref="Fault.State"/>: the engine is being stopped.
    /// </summary>
    /// <param name="done">Called once, on a worker, if the result is None; must not throw. The stop of the engine waits
    /// for it.</param>
    public Fault Start(Action<HostAnswer<T>> done)
    {
        if (!_all.TryBegin())
            return Stopped;
        _done = done;
        _all.Workers.Run(new Job(Begin));
        return Fault.None;
    }

    private static Fault Stopped => FaultReason.Because(Fault.State, "the engine is being stopped");

    private void Begin()
    {
        Task<HostAnswer<T>> answer = FindOut();
        _answer = answer;
        if (!answer.IsCompleted)
            answer.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(Ended);
        else if (_done is null)
            _host.Unpark();
        else
            Tell();
    }

    private async Task<HostAnswer<T>> FindOut()
    {
        HostAnswer<T> answer = await Ask(_all.Stopping).ConfigureAwait(false);
        return _all.Stopping.IsCancellationRequested
            ? HostAnswer<T>.Not(Fault.Cancelled, "the engine was stopped")
            : answer;
    }

    // On whatever thread has ended the wait: that of a timer, say, which a host must not hold up.
    private void Ended()
    {
        if (_done is null)
            _host.Unpark();
        else
            _all.Workers.Run(new Job(Tell));
    }

    private void Tell()
    {
        try
        {
            using (_all.Calls.Enter(HostCall.Checked))
                _done!(Answer());
        }
        finally
        {
            _all.End();
        }
    }

    private HostAnswer<T> Answer()
    {
        Task<HostAnswer<T>> answer = _answer!;
        if (answer.Exception is not { } failure)
            return answer.GetAwaiter().GetResult();
        _all.Log.WriteFailure("authentication", "a question of the host's failed", failure.InnerException ?? failure);
        return HostAnswer<T>.Not(Fault.Internal, ExceptionWords.Of(failure.InnerException ?? failure));
    }

    private sealed class Job(Action run) : IJob
    {
        public void Run() => run();
    }
}
