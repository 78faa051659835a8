using MailModule.Dns;

namespace MailModule.Authentication.Dmarc;

/// <summary>
/// Whether domains are aligned with an Author Domain (RFC 9989 §4.4, §4.10.2). Asks as little as it can: a domain that
/// is not below the Author Domain's Organizational Domain cannot share it, whatever is published for it, so strangers
/// who sign have nobody asked.
/// </summary>
internal sealed class Alignment(IDns dns, DiscoveredPolicy author, CancellationToken cancel)
{
    /// <summary>Domains that a tree walk is made for; others count as not aligned.</summary>
    public const int WalkLimit = 16;

    private readonly Dictionary<string, Task<TreeWalk>> _walks = [];

    /// <summary>Begins what is to be asked for a domain.</summary>
    /// <param name="domain">As <see cref="DomainText"/> has it.</param>
    public void Begin(string domain, bool isStrict)
    {
        if (!isStrict && NeedsWalk(domain) && _walks.Count < WalkLimit && !_walks.ContainsKey(domain))
            _walks.Add(domain, TreeWalk.Ask(dns, domain, cancel).AsTask());
    }

    /// <summary>After <see cref="Begin"/> for it. Null: a question failed on which it depends.</summary>
    public async ValueTask<bool?> IsAligned(string domain, bool isStrict)
    {
        if (isStrict || domain == author.Domain)
            return domain == author.Domain;
        if (!author.Walk.IsCertain)
            return IsRelated(domain) ? null : false;
        if (!NeedsWalk(domain))
            return domain == author.Walk.OrganizationalDomain;
        if (!_walks.TryGetValue(domain, out Task<TreeWalk>? question))
            return false;
        TreeWalk walk = await question.ConfigureAwait(false);
        return walk.IsCertain ? walk.OrganizationalDomain == author.Walk.OrganizationalDomain : null;
    }

    // The records at and above the Organizational Domain are the same for all that is below it, so a walk from that
    // domain itself would end where the author's has.
    private bool NeedsWalk(string domain)
        => domain != author.Domain && author.Walk.IsCertain && domain != author.Walk.OrganizationalDomain
            && DnsName.IsAtOrBelow(domain, author.Walk.OrganizationalDomain);

    /// <summary>Some Organizational Domain might be above both.</summary>
    private bool IsRelated(string domain)
        => DomainText.LastLabels(domain, 1) == DomainText.LastLabels(author.Domain, 1);
}
