using MailModule.Dns;

namespace MailModule.Authentication.Dmarc;

/// <summary>
/// Judges messages by DMARC (RFC 9989 §5.3). Stateless; any thread, any number at once. Nothing is thrown for what the
/// network, a record or a message is like. When it takes too long is the caller's: a cancelled question is one without
/// an answer.
/// </summary>
internal sealed class DmarcCheck(IDns dns)
{
    /// <summary>
    /// Looks the author's policy up: of one domain as a rule, of <see cref="AuthorDomain.DomainLimit"/> at most, all at
    /// once. To be called on a worker, as <see cref="IDns.Ask"/> is; begun when the header is over.
    /// </summary>
    public async ValueTask<DmarcDiscovery> Find(AuthorDomain author, CancellationToken cancel)
    {
        List<Task<DiscoveredPolicy>> questions = [.. author.Domains.Select(
            domain => DiscoveredPolicy.Find(dns, domain, cancel).AsTask())];
        return new DmarcDiscovery(author, await Task.WhenAll(questions).ConfigureAwait(false));
    }

    /// <inheritdoc cref="Find(AuthorDomain, CancellationToken)"/>
    /// <param name="fromDomain">A domain name; U-labels are taken.</param>
    public ValueTask<DmarcDiscovery> Find(string fromDomain, CancellationToken cancel)
        => Find(AuthorDomain.Of(fromDomain), cancel);

    /// <summary>
    /// The verdict. For relaxed alignment it asks for records of what has passed, where that is below the author's
    /// Organizational Domain.
    /// </summary>
    /// <param name="mailFrom">SPF of the reverse path, of the HELO where that is null; null: not checked.</param>
    public async ValueTask<DmarcResult> Judge(
        DmarcDiscovery discovery, SpfResult? mailFrom, IReadOnlyList<DkimResult> dkim, CancellationToken cancel)
    {
        if (discovery.Policies.Count == 0)
            return OfFault(discovery.Author);
        List<Identifier> identifiers = Identifiers(mailFrom, dkim);
        List<Task<DmarcResult>> verdicts = [.. discovery.Policies.Select(
            policy => Judge(policy, identifiers, cancel).AsTask())];
        DmarcResult[] results = await Task.WhenAll(verdicts).ConfigureAwait(false);
        // RFC 9989 §11.5: each domain by itself, and the strictest policy of those that fail.
        return results.MinBy(Mildness)!;
    }

    /// <summary>What has passed, or could not be told, for a domain.</summary>
    private readonly record struct Identifier(string Domain, bool IsSpf, bool IsPass);

    // RFC 9989 §5.3.1: no verdict; §11.5: and yet a threat.
    private static DmarcResult OfFault(AuthorDomain author)
        => new(AuthResult.PermError, "", author.Text)
        {
            Disposition = author.MayDeceive ? DmarcPolicy.Reject : DmarcPolicy.None,
        };

    private static int Mildness(DmarcResult result) => result switch
    {
        { Result: AuthResult.Fail, Disposition: not DmarcPolicy.None } => -(int)result.Disposition,
        { Result: AuthResult.TempError } => 1,
        { Result: AuthResult.Fail } => 2,
        { Result: AuthResult.PermError } => 3,
        { Result: AuthResult.None } => 4,
        _ => 5,
    };

    private static List<Identifier> Identifiers(SpfResult? mailFrom, IReadOnlyList<DkimResult> dkim)
    {
        var found = new List<Identifier>();
        if (mailFrom is not null)
            Add(found, mailFrom.Domain, isSpf: true, mailFrom.Result);
        foreach (DkimResult signature in dkim)
            Add(found, signature.Domain, isSpf: false, signature.Result);
        return found;
    }

    private static void Add(List<Identifier> found, string text, bool isSpf, AuthResult result)
    {
        bool counts = result is AuthResult.Pass or AuthResult.TempError;
        if (counts && DomainText.TryNormalize(text, out string domain))
            found.Add(new Identifier(domain, isSpf, result == AuthResult.Pass));
    }

    private async ValueTask<DmarcResult> Judge(
        DiscoveredPolicy policy, List<Identifier> identifiers, CancellationToken cancel)
    {
        if (policy.IsFailed)
            return new DmarcResult(AuthResult.TempError, policy.Domain, policy.Walk.Problem);
        if (policy.Applicable is not { Record: var record, Domain: var at })
            return new DmarcResult(AuthResult.None, policy.Domain, "no DMARC record");
        var result = new DmarcResult(AuthResult.Fail, policy.Domain)
        {
            PolicyDomain = at,
            OrganizationalDomain = policy.Walk.IsCertain ? policy.Walk.OrganizationalDomain : "",
            IsTesting = record.IsTesting,
            Policy = record.PolicyFor(policy.IsBelow, policy.Exists ?? true),
        };
        // RFC 9989 §4.10.1, §9.2
        if (!record.IsUsable)
            return result with { Result = AuthResult.PermError, Text = $"the record of {at} has no policy" };
        return await Align(result, policy, identifiers, cancel).ConfigureAwait(false);
    }

    private async ValueTask<DmarcResult> Align(
        DmarcResult result, DiscoveredPolicy policy, List<Identifier> identifiers, CancellationToken cancel)
    {
        DmarcRecord record = policy.Applicable!.Record;
        var alignment = new Alignment(dns, policy, cancel);
        foreach (Identifier one in identifiers)
            alignment.Begin(one.Domain, IsStrict(record, one));
        bool isUnknown = policy.Exists is null && policy.DependsOnExistence;
        foreach (Identifier one in identifiers)
        {
            bool? isAligned = await alignment.IsAligned(one.Domain, IsStrict(record, one)).ConfigureAwait(false);
            isUnknown |= isAligned is null || (isAligned.Value && !one.IsPass);
            if (isAligned == true && one.IsPass)
                result = one.IsSpf ? result with { IsSpfAligned = true } : result with { IsDkimAligned = true };
        }
        if (result.IsSpfAligned || result.IsDkimAligned)
            return result with { Result = AuthResult.Pass };
        // RFC 9989 §5.3.6: neither pass nor fail where a question that matters was not answered
        return isUnknown
            ? result with { Result = AuthResult.TempError, Text = "a question was not answered" }
            : result with { Disposition = record.Applied(result.Policy), Text = "nothing that has passed is aligned" };
    }

    private static bool IsStrict(DmarcRecord record, Identifier one)
        => one.IsSpf ? record.IsSpfStrict : record.IsDkimStrict;
}
