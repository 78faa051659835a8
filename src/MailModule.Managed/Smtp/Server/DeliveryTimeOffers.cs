using System.Globalization;

namespace MailModule.Smtp.Server;

/// <summary>
/// DELIVERBY (RFC 2852) and FUTURERELEASE (RFC 4865), for clients for whom somebody vouches (decision 0025).
/// </summary>
/// <param name="ToAll">The client is one, whether it logs in or not.</param>
/// <param name="FutureRelease">Null: FUTURERELEASE is not offered.</param>
internal sealed record DeliveryTimeOffers(bool ToAll, FutureReleaseLimit? FutureRelease);

/// <summary>How long a message may be held for its sender (RFC 4865 §3).</summary>
/// <param name="Now">The time of the moment.</param>
internal sealed record FutureReleaseLimit(TimeSpan Longest, Func<DateTimeOffset> Now)
{
    /// <summary>As EHLO says it: the longest time in seconds, and when that is over.</summary>
    public override string ToString()
    {
        DateTimeOffset latest = Now() + Longest;
        return string.Create(
            CultureInfo.InvariantCulture, $"{(long)Longest.TotalSeconds} {latest:yyyy-MM-dd'T'HH:mm:ss'Z'}");
    }
}
