using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// Tells the host of what happens (<see cref="EventQueue{TEvent}"/>), by calls that its stop waits for. Any thread.
/// </summary>
/// <param name="call">What the listener's calls count as.</param>
/// <param name="area">Of the log.</param>
internal sealed class HostEvents<T>(HostCalls calls, HostCall call, Log log, string area)
{
    private readonly EventQueue<T> _queue = new(area, log);

    /// <summary>
    /// When this returns the old listener is not called any more, unless it is the old listener that calls this. What
    /// waits for the old one is not told to the new one. Null: nobody hears.
    /// </summary>
    public void SetListener(Action<T>? listener)
    {
        void Call(T one)
        {
            using (calls.Enter(call))
                listener!(one);
        }
        _queue.TrySetListener(listener is null ? null : Call, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc cref="EventQueue{TEvent}.Post"/>
    public void Post<TSource>(Workers workers, TSource source, Func<TSource, long, T> make)
        => _queue.Post(workers, source, make);

    /// <summary>For the end of an engine's run.</summary>
    /// <inheritdoc cref="EventQueue{TEvent}.Drain"/>
    public void Drain(TimeSpan timeout) => _queue.Drain(timeout);
}
