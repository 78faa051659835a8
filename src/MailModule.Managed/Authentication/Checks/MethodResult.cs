namespace MailModule.Authentication.Checks;

/// <summary>
/// What one check of a message has said, in a form that is the same for all of them. Texts are empty, and numbers 0,
/// where there is nothing to tell. Immutable.
/// </summary>
public sealed record MethodResult
{
    /// <summary>"spf", "dkim", "arc" or "dmarc" (RFC 8601 §2.7).</summary>
    public string Method { get; private init; } = "";

    public AuthResult Result { get; private init; }

    /// <summary>SPF: whose record; DKIM: d=; ARC: d= of the last seal; DMARC: the From domain.</summary>
    public string Domain { get; private init; } = "";

    /// <summary>DKIM, ARC: s=.</summary>
    public string Selector { get; private init; } = "";

    /// <summary>SPF: the address checked; DKIM: i=.</summary>
    public string Identity { get; private init; } = "";

    /// <summary>DKIM: a=.</summary>
    public string Algorithm { get; private init; } = "";

    /// <summary>DKIM: the first characters of b= (RFC 6008).</summary>
    public string SignatureStart { get; private init; } = "";

    /// <summary>DKIM: names of h=, in small letters, with colons between.</summary>
    public string SignedFields { get; private init; } = "";

    /// <summary>ARC: the sealers by d=, the oldest first, with blanks between.</summary>
    public string Sealers { get; private init; } = "";

    /// <summary>What is wrong, or worth a warning, for a human.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>SPF: how the domain has its refusals explained (RFC 7208 §6.2).</summary>
    public string Explanation { get; private init; } = "";

    /// <summary>SPF: what matched.</summary>
    public string Mechanism { get; private init; } = "";

    /// <summary>DMARC: where the record that applies was found.</summary>
    public string PolicyDomain { get; private init; } = "";

    /// <summary>DMARC: the Organizational Domain of the From field's.</summary>
    public string Organization { get; private init; } = "";

    /// <summary>DMARC: the trusted sealer by whose word a failure has no consequences.</summary>
    public string OverriddenBy { get; private init; } = "";

    /// <summary>DKIM: l=; -1: all of the body.</summary>
    public long SignedLength { get; private init; } = -1;

    /// <summary>DKIM: t=; null: it does not say.</summary>
    public DateTimeOffset? SignedAt { get; private init; }

    /// <summary>DKIM: x=; null: it does not say.</summary>
    public DateTimeOffset? Expires { get; private init; }

    /// <summary>DKIM: the key's length in bits.</summary>
    public int KeyBits { get; private init; }

    /// <summary>ARC: sets that the message has.</summary>
    public int Instances { get; private init; }

    /// <inheritdoc cref="ArcResult.OldestPass"/>
    public int OldestPass { get; private init; }

    /// <summary>DMARC: what the record asks for.</summary>
    public DmarcPolicy Policy { get; private init; }

    /// <summary>DMARC: what is to be done by it.</summary>
    public DmarcPolicy Disposition { get; private init; }

    /// <summary>SPF: it is of the name in HELO or EHLO, and not of the reverse path.</summary>
    public bool IsHelo { get; private init; }

    /// <summary>DKIM, DMARC: its domain is still testing.</summary>
    public bool IsTesting { get; private init; }

    /// <summary>DKIM: the body goes on behind what is signed.</summary>
    public bool IsBodyLonger { get; private init; }

    /// <inheritdoc cref="DmarcResult.IsSpfAligned"/>
    public bool IsSpfAligned { get; private init; }

    /// <inheritdoc cref="DmarcResult.IsDkimAligned"/>
    public bool IsDkimAligned { get; private init; }

    /// <summary>All results of a message: SPF of HELO, SPF of the reverse path, each signature, ARC, DMARC.</summary>
    internal static IReadOnlyList<MethodResult> AllOf(MessageResults results)
    {
        var all = new List<MethodResult>();
        if (results.Helo is { } helo)
            all.Add(Of(helo));
        if (results.MailFrom is { } sender)
            all.Add(Of(sender));
        all.AddRange(results.Dkim.Select(Of));
        if (results.Arc is { } arc)
            all.Add(Of(arc));
        if (results.Dmarc is { } dmarc)
            all.Add(Of(dmarc));
        return all;
    }

    private static MethodResult Of(SpfResult spf) => new()
    {
        Method = "spf",
        Result = spf.Result,
        Domain = spf.Domain,
        Identity = spf.Sender,
        Reason = spf.Text,
        Explanation = spf.Explanation,
        Mechanism = spf.Mechanism,
        IsHelo = spf.Identity == SpfIdentity.Helo,
    };

    private static MethodResult Of(DkimResult dkim) => new()
    {
        Method = "dkim",
        Result = dkim.Result,
        Domain = dkim.Domain,
        Selector = dkim.Selector,
        Identity = dkim.Identity,
        Algorithm = dkim.Algorithm,
        SignatureStart = dkim.SignatureStart,
        SignedFields = string.Join(':', dkim.SignedFields),
        Reason = dkim.Text,
        SignedLength = dkim.SignedLength,
        SignedAt = dkim.SignedAt,
        Expires = dkim.Expires,
        KeyBits = dkim.KeyBits,
        IsTesting = dkim.IsTesting,
        IsBodyLonger = dkim.IsBodyLonger,
    };

    private static MethodResult Of(ArcResult arc) => new()
    {
        Method = "arc",
        Result = arc.Result,
        Domain = arc.Sealers.Count > 0 ? arc.Sealers[^1] : "",
        Selector = arc.Selector,
        Sealers = string.Join(' ', arc.Sealers),
        Reason = arc.Text,
        Instances = arc.Instances,
        OldestPass = arc.OldestPass,
    };

    private static MethodResult Of(DmarcResult dmarc) => new()
    {
        Method = "dmarc",
        Result = dmarc.Result,
        Domain = dmarc.FromDomain,
        Reason = dmarc.Text,
        PolicyDomain = dmarc.PolicyDomain,
        Organization = dmarc.OrganizationalDomain,
        OverriddenBy = dmarc.OverriddenBy,
        Policy = dmarc.Policy,
        Disposition = dmarc.Disposition,
        IsTesting = dmarc.IsTesting,
        IsSpfAligned = dmarc.IsSpfAligned,
        IsDkimAligned = dmarc.IsDkimAligned,
    };
}
