namespace MailModule.Authentication.Arc;

/// <summary>What a seal covers of the sets before its own (RFC 8617 §5.1.1).</summary>
internal static class SealedFields
{
    /// <summary>Adds the fields of sets, in the order of their instances.</summary>
    public static void Add(HeaderDigest digest, HeaderSection header, IEnumerable<ArcSet> sets)
    {
        foreach (ArcSet set in sets)
        {
            digest.Add(header.Field(set.Results));
            digest.Add(header.Field(set.Message));
            digest.Add(header.Field(set.Seal));
        }
    }
}
