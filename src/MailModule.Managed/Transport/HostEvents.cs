using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// Tells the host of what happens, and holds up nothing that does (<see cref="EventQueue{TEvent}"/>), by calls that its
/// stop waits for. One of an engine, over its stops and starts. Any thread.
/// </summary>
public sealed class HostEvents<T>
{
    private readonly EventQueue<T> _queue;
    private readonly HostCalls _calls;
    private readonly HostCall _call;

    /// <param name="call">What the listener's calls count as.</param>
    /// <param name="area">Of the log.</param>
    internal HostEvents(HostCalls calls, HostCall call, Log log, string area)
    {
        _calls = calls;
        _call = call;
        _queue = new EventQueue<T>(area, log);
    }

    /// <summary>
    /// When this returns the old listener is not called any more, unless it is the old listener that calls this. What
    /// waits for the old one is not told to the new one. Null: nobody hears.
    /// </summary>
    public void SetListener(Action<T>? listener)
    {
        void Call(T one)
        {
            using (_calls.Enter(_call))
                listener!(one);
        }
        _queue.TrySetListener(listener is null ? null : Call, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc cref="EventQueue{TEvent}.Post"/>
    internal void Post<TSource>(Workers workers, TSource source, Func<TSource, long, T> make)
        => _queue.Post(workers, source, make);

    /// <summary>For the end of an engine's run.</summary>
    /// <inheritdoc cref="EventQueue{TEvent}.Drain"/>
    internal void Drain(TimeSpan timeout) => _queue.Drain(timeout);
}
