using MailModule.Delivery.Queue;
using MailModule.Primitives;

namespace MailModule.Engine;

// The queue as a host sees it.
public sealed partial class MailEngine
{
    /// <summary>The queue, whose first use opens the spool and begins delivery. <see cref="Fault.Locked"/> (another engine has the spool), <see cref="Fault.Io"/>, <see cref="Fault.Full"/>,
    /// <see cref="Fault.State"/> while the engine is being stopped. Good until the engine stops: after that its operations answer <see cref="Fault.State"/> or NotFound.</summary>
    public Fault OpenQueue(out IMailQueue? queue)
    {
        queue = null;
        return Fail(Fault.NotSupported, "the queue comes in a later version");
    }

    /// <summary>Who hears of the queue's events; kept over stops and starts of the engine, and set before the first use of the queue hears all of it. See <see cref="IMailQueue.SetListener"/>.</summary>
    public void SetQueueListener(Action<QueueEvent>? listener)
    {
    }
}
