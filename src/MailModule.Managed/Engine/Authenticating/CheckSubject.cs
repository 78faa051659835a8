using System.Net;
using MailModule.Authentication.Checks;
using MailModule.Engine.Settings;

namespace MailModule.Engine.Authenticating;

/// <summary>What a host wants to know of a message, and what it knows beside its octets. Immutable.</summary>
public sealed record CheckSubject(CheckMethods Methods)
{
    /// <summary>Who gives the message; null: not known, and SPF says nothing.</summary>
    public IPAddress? Client { get; init; }

    /// <summary>The name in HELO or EHLO; null: not known.</summary>
    public string? Helo { get; init; }

    /// <summary>The reverse path, empty the null one; null: it is not checked.</summary>
    public string? Sender { get; init; }

    /// <summary>Domains whose ARC seals are believed, with commas or blanks between; null: as the settings say.
    /// </summary>
    public string? TrustedSealers { get; init; }

    /// <summary>For all questions to name servers together; zero: as long as the library's servers wait.</summary>
    public TimeSpan Timeout { get; init; }

    /// <param name="ownName">Of this host.</param>
    /// <param name="trusted">The sealers that the settings believe.</param>
    internal CheckRequest ToRequest(string ownName, IReadOnlySet<string> trusted) => new()
    {
        Methods = Methods,
        Client = Client,
        Helo = Helo ?? "",
        Sender = Sender,
        HostName = ownName,
        TrustedSealers = TrustedSealers is null ? trusted : CheckForms.DomainsIn(TrustedSealers),
        Timeout = Timeout > TimeSpan.Zero ? Timeout : CheckRequest.Longest,
    };
}
