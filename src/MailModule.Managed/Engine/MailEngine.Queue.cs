using MailModule.Delivery.Queue;
using MailModule.Primitives;

namespace MailModule.Engine;

// The queue as a host sees it.
public sealed partial class MailEngine
{
    private Action<QueueEvent>? _queueListener;

    /// <summary>The queue, whose first use opens the spool and begins delivery. <see cref="Fault.Locked"/> (another engine has the spool), <see cref="Fault.Io"/>, <see cref="Fault.Full"/>,
    /// <see cref="Fault.State"/> while the engine is being stopped. When the engine has stopped it is empty, and stays so: the next use of the engine has another.</summary>
    public Fault OpenQueue(out IMailQueue? queue)
    {
        queue = null;
        Fault fault = RunForSending(out RunningEngine? running);
        if (fault != Fault.None)
            return fault;
        fault = running!.OpenQueue(out queue, out string? text);
        return Fail(fault, text);
    }

    /// <summary>Who hears of the queue's events; kept over stops and starts of the engine, and set before the first use of the queue hears all of it. See <see cref="IMailQueue.SetListener"/>.</summary>
    public void SetQueueListener(Action<QueueEvent>? listener)
    {
        RunningEngine? running;
        lock (_gate)
        {
            _queueListener = listener;
            running = _running;
        }
        running?.SetQueueListener(listener);
    }
}
