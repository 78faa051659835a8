using MailModule.Dns;

namespace MailModule.Authentication.Dmarc;

/// <summary>What was found out about one Author Domain (RFC 9989 §4.10.1). A value.</summary>
/// <param name="Walk">Up from the Author Domain.</param>
/// <param name="Applicable">The record to judge by; null: there is none, or a question failed.</param>
/// <param name="Exists">The domain exists (RFC 9989 §3.2.13); null: not asked, or not answered.</param>
internal sealed record DiscoveredPolicy(TreeWalk Walk, PublishedRecord? Applicable, bool? Exists)
{
    public string Domain => Walk.Start;

    /// <summary>Whether there is a record, and which, is not known.</summary>
    public bool IsFailed => !Walk.IsStartKnown || (Walk.OwnRecord is null && !Walk.IsCertain);

    /// <summary>The record stands at a domain above.</summary>
    public bool IsBelow => Applicable is not null && Applicable.Domain != Domain;

    /// <summary>The policy is another one for a domain that does not exist.</summary>
    public bool DependsOnExistence => Applicable is { Record: var record } && DiffersByExistence(record, IsBelow);

    /// <param name="domain">As <see cref="DomainText"/> has it.</param>
    public static async ValueTask<DiscoveredPolicy> Find(IDns dns, string domain, CancellationToken cancel)
    {
        TreeWalk walk = await TreeWalk.Ask(dns, domain, cancel).ConfigureAwait(false);
        var found = new DiscoveredPolicy(walk, null, null);
        if (found.IsFailed)
            return found;
        found = found with { Applicable = walk.Applicable() };
        if (!found.DependsOnExistence)
            return found;
        DnsAnswer answer = await dns.Ask(new DnsQuestion(domain, DnsType.A), cancel).ConfigureAwait(false);
        // RFC 8020 §2: the name denied is the last of a chain of aliases, and the first one is there.
        bool isMissing = answer.Status == DnsStatus.NxDomain && answer.CanonicalName == domain;
        return found with { Exists = answer.IsTemporary ? null : !isMissing };
    }

    private static bool DiffersByExistence(DmarcRecord record, bool isBelow)
        => record.PolicyFor(isBelow, exists: true) != record.PolicyFor(isBelow, exists: false);
}
