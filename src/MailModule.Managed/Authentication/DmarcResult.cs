namespace MailModule.Authentication;

/// <summary>What a domain asks for where its name was used without proof (RFC 9989 §4.7).</summary>
public enum DmarcPolicy
{
    None = 0,
    Quarantine = 1,
    Reject = 2,
}

/// <summary>What DMARC says of a message (RFC 9989).</summary>
/// <param name="Result">None, Pass, Fail, TempError, PermError.</param>
/// <param name="FromDomain">The Author Domain; empty: there is not one.</param>
/// <param name="Text">What is wrong, for a human; empty: nothing.</param>
internal sealed record DmarcResult(AuthResult Result, string FromDomain, string Text = "")
{
    /// <summary>Where the record that applies was found; empty: there is none.</summary>
    public string PolicyDomain { get; init; } = "";

    /// <summary>The Organizational Domain of the Author Domain; empty: there is none.</summary>
    public string OrganizationalDomain { get; init; } = "";

    /// <summary>What the record asks for here: p=, sp= or np=, before t= is looked at.</summary>
    public DmarcPolicy Policy { get; init; }

    /// <summary>What is to be done by the record: as <see cref="Policy"/>, one step milder with t=y, none unless it
    /// fails. Reject without a record where the From field is such that a reader may see an author who could not be
    /// judged: PermError (docs/decisions/0065).</summary>
    public DmarcPolicy Disposition { get; init; }

    /// <summary>t=y.</summary>
    public bool IsTesting { get; init; }

    /// <summary>SPF passed for a domain that is aligned with the From field's.</summary>
    public bool IsSpfAligned { get; init; }

    /// <summary>A signature passed of a domain that is aligned with the From field's.</summary>
    public bool IsDkimAligned { get; init; }

    /// <summary>The sealer, trusted here, by whose word a failure has no consequences (RFC 8617 §7.2.1), so that
    /// <see cref="Disposition"/> is none; empty: there is none.</summary>
    public string OverriddenBy { get; init; } = "";
}
