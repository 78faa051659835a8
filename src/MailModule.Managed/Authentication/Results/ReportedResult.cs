namespace MailModule.Authentication.Results;

/// <summary>One result as an Authentication-Results field reports it (RFC 8601 §2.2). A value.</summary>
/// <param name="Method">In small letters: "spf", "dkim".</param>
/// <param name="Result">In small letters: "pass".</param>
/// <param name="Reason">Without quotes; empty: none.</param>
/// <param name="Properties">In order.</param>
internal sealed record ReportedResult(
    string Method, string Result, string Reason, IReadOnlyList<ReportedProperty> Properties)
{
    /// <summary>The method's version; 1 where the field does not say (RFC 8601 §2.2).</summary>
    public int Version { get; init; } = 1;

    /// <summary>The first property of a name such as "header.d"; empty: there is none.</summary>
    public string Property(string name)
        => Properties.FirstOrDefault(property => property.Name == name)?.Value ?? "";
}
