namespace MailModule.Delivery.Remote;

/// <summary>
/// Takes mail to next hops, one connection for each attempt. It is all that the queue needs of the network, so tests
/// can stand in for it.
/// </summary>
internal interface IRemoteDelivery
{
    /// <summary>
    /// Begins an attempt and returns at once. The owner hears of it from any thread, perhaps before this returns.
    /// </summary>
    IDeliveryAttempt Begin(string nextHop, IAttemptOwner owner);
}
