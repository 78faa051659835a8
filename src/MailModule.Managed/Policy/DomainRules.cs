namespace MailModule.Policy;

/// <summary>What holds for whole domains, and for the local parts in them. Immutable.</summary>
internal sealed record DomainRules
{
    public static readonly DomainRules None = new();

    /// <summary>Domains of other hosts for which mail is taken from anybody; the values are the patterns.</summary>
    public DomainTable<string> Relayed { get; init; } = new([]);

    /// <summary>The user who gets what is for nobody else in a domain of ours, by its name.</summary>
    public DomainTable<string> CatchAll { get; init; } = new([]);

    /// <summary>The characters behind which the local part of a user's address is a tag; empty: there are no tags.
    /// </summary>
    public string Delimiters { get; init; } = "";
}
