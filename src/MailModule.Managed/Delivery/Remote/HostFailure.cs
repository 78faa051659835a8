using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Delivery.Remote;

/// <summary>How one address failed before its host was ready for mail.</summary>
/// <param name="IsFinal">The host does not take our mail, now or later.</param>
internal sealed record HostFailure(Fault Fault, Reply? Reply, string Text, bool IsFinal, RemoteHost Host)
{
    /// <summary>
    /// Which of two failures tells more: one that may pass before one that does not, since it says what to expect of
    /// the next attempt; a server's words before silence; the later one.
    /// </summary>
    public static HostFailure MoreTelling(HostFailure? earlier, HostFailure later)
        => earlier is null || later.Weight >= earlier.Weight ? later : earlier;

    private int Weight => (IsFinal ? 0 : 2) + (Reply is null ? 0 : 1);

    public AttemptEnd ToEnd() => new(Fault, Reply, IsFinal, "", Text, WasReady: false);
}
