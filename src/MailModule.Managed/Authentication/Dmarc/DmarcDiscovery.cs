namespace MailModule.Authentication.Dmarc;

/// <summary>What was found out about a message's author before any signature was checked. A value.</summary>
/// <param name="Policies">One for each domain of the author, in order; none where there is a fault.</param>
internal sealed record DmarcDiscovery(AuthorDomain Author, IReadOnlyList<DiscoveredPolicy> Policies);
