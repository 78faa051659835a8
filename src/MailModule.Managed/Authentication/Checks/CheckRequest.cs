using System.Collections.Frozen;
using System.Net;

namespace MailModule.Authentication.Checks;

/// <summary>What the checks of a message have to know beside its octets. Immutable.</summary>
internal sealed record CheckRequest
{
    /// <summary>Time for all questions of a message, from the first one on.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    public CheckMethods Methods { get; init; } = CheckMethods.All;

    /// <summary>Who gives us the message; null: not known, and SPF says nothing.</summary>
    public IPAddress? Client { get; init; }

    /// <summary>The name in HELO or EHLO; empty: there is none.</summary>
    public string Helo { get; init; } = "";

    /// <summary>The reverse path; empty: the null one, for which the HELO stands; null: not known, and nothing does.
    /// </summary>
    public string? Sender { get; init; } = "";

    /// <summary>Our own name: for explanations of SPF, and in fields.</summary>
    public string HostName { get; init; } = "";

    /// <summary>Domains whose ARC seals are believed when they say that a message was right once (RFC 8617 §7.2.1).
    /// </summary>
    public IReadOnlySet<string> TrustedSealers { get; init; } = FrozenSet<string>.Empty;

    /// <summary>What has no answer by then is a temporary error. More than <see cref="Longest"/> is as that.</summary>
    public TimeSpan Timeout { get; init; } = Longest;

    /// <summary><see cref="Timeout"/>, as far as it counts.</summary>
    public TimeSpan TimeLimit => Timeout < Longest ? Timeout : Longest;

    /// <summary>One of them is wanted.</summary>
    public bool Wants(CheckMethods any) => (Methods & any) != 0;
}
