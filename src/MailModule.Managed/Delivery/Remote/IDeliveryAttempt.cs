using MailModule.Primitives;

namespace MailModule.Delivery.Remote;

/// <summary>One connection's worth of work under way.</summary>
internal interface IDeliveryAttempt
{
    /// <summary>
    /// A host was ready for mail: so the next hop is not down, even if the attempt ends with a fault.
    /// </summary>
    bool WasReady { get; }

    /// <summary>
    /// Cuts the attempt: what is not final fails with <see cref="Fault.Cancelled"/>. Any thread; does not wait.
    /// </summary>
    void Cancel();

    /// <summary>
    /// Waits no longer for the look-up, or for a host that is not ready for mail: that counts as a time-out, and the
    /// attempt goes on with the next address. Does nothing where a host is ready. Any thread; does not wait.
    /// </summary>
    void GiveUpWaiting();
}
