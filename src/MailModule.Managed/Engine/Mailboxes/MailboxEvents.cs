using MailModule.Delivery.Local;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Mailboxes;

/// <summary>
/// Tells the host of mail that has come into mailboxes: in order, one at a time, on a worker, so that a slow listener
/// holds up no delivery. How many wait for it is bounded; beyond that bound events are lost, which a gap in their
/// numbers shows. One of an engine, over its stops and starts. Any thread.
/// </summary>
public sealed class MailboxEvents
{
    private const int Limit = 100_000;

    [ThreadStatic]
    private static MailboxEvents? t_calling;

    private readonly HostCalls _calls;
    private readonly Log _log;
    private readonly object _lock = new();
    private readonly Queue<MailboxEvent> _waiting = new();
    private Action<MailboxEvent>? _listener;
    private Action<MailboxEvent>? _called;
    private long _sequence;
    private bool _isRunning;

    internal MailboxEvents(HostCalls calls, Log log)
    {
        _calls = calls;
        _log = log;
    }

    /// <summary>
    /// When this returns the old listener is not called any more, unless it is the old listener that calls this. What
    /// waits for the old one is not told to the new one. Null: nobody hears.
    /// </summary>
    public void SetListener(Action<MailboxEvent>? listener)
    {
        lock (_lock)
        {
            Action<MailboxEvent>? old = _listener;
            _listener = listener;
            _waiting.Clear();
            while (old is not null && ReferenceEquals(_called, old) && t_calling != this)
                Monitor.Wait(_lock);
        }
    }

    /// <summary>Runs nothing of the host's itself.</summary>
    /// <param name="workers">Those of the engine's run, which call the listener.</param>
    internal void Post(Workers workers, NewMail mail)
    {
        lock (_lock)
        {
            long sequence = ++_sequence; // counts also while nobody hears
            if (_listener is null || _waiting.Count >= Limit)
                return;
            _waiting.Enqueue(new MailboxEvent(
                sequence, mail.User, mail.Folder, mail.UniqueId, mail.WireLength, mail.Sender));
            if (_isRunning)
                return;
            _isRunning = true;
        }
        workers.Run(new Calling(this));
    }

    /// <summary>For the end of an engine's run: waits until all that was posted has been heard; what has not when the
    /// time is up is lost, which the next event's number shows.</summary>
    internal void Drain(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_lock)
        {
            while (_isRunning && deadline - Environment.TickCount64 is > 0 and var left)
                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
            _waiting.Clear();
        }
    }

    private void CallAll()
    {
        t_calling = this;
        while (TryDequeue(out MailboxEvent one, out Action<MailboxEvent> listener))
            Call(one, listener);
        t_calling = null;
    }

    // A listener should not throw; if it does, the next event must still reach it.
    private void Call(MailboxEvent one, Action<MailboxEvent> listener)
    {
        try
        {
            using (_calls.Enter(HostCall.MailboxEvent))
                listener(one);
        }
        catch (Exception e)
        {
            _log.Write(LogLevel.Error, "mailbox", $"the listener failed: {e}");
        }
    }

    private bool TryDequeue(out MailboxEvent one, out Action<MailboxEvent> listener)
    {
        lock (_lock)
        {
            _called = null;
            _isRunning = _waiting.TryDequeue(out one!) && _listener is not null;
            listener = _listener!;
            if (_isRunning)
                _called = listener;
            Monitor.PulseAll(_lock);
            return _isRunning;
        }
    }

    private sealed class Calling(MailboxEvents events) : IJob
    {
        public void Run() => events.CallAll();
    }
}
