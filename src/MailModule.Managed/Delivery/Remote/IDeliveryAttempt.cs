using MailModule.Primitives;

namespace MailModule.Delivery.Remote;

/// <summary>One connection's worth of work under way.</summary>
internal interface IDeliveryAttempt
{
    /// <summary>The host in use; results name it.</summary>
    RemoteHost? Host { get; }

    /// <summary>
    /// Cuts the attempt: what is not final fails with <see cref="Fault.Cancelled"/>. Any thread; does not wait.
    /// </summary>
    void Cancel();
}
