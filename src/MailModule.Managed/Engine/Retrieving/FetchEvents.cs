using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// Tells the host of looks at mailboxes elsewhere that have ended, and holds up none (<see cref="HostEvents{T}"/>). One
/// of an engine, over its stops and starts. Any thread.
/// </summary>
public sealed class FetchEvents
{
    private readonly HostEvents<FetchResult> _events;

    internal FetchEvents(HostCalls calls, Log log)
        => _events = new HostEvents<FetchResult>(calls, HostCall.FetchEvent, log, "fetch");

    /// <inheritdoc cref="HostEvents{T}.SetListener"/>
    public void SetListener(Action<FetchResult>? listener) => _events.SetListener(listener);

    /// <inheritdoc cref="HostEvents{T}.Post"/>
    internal void Post(Workers workers, FetchResult result)
        => _events.Post(workers, result, static (result, sequence) => result with { Sequence = sequence });

    /// <inheritdoc cref="HostEvents{T}.Drain"/>
    internal void Drain(TimeSpan timeout) => _events.Drain(timeout);
}
