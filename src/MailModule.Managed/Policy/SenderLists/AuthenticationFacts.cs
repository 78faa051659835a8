using MailModule.Authentication;

namespace MailModule.Policy.SenderLists;

/// <summary>
/// What expressions may ask about a message's checks, each in the words of RFC 8601 §2.7, and empty as long as it is
/// not known or not checked.
/// </summary>
internal static class AuthenticationFacts
{
    /// <summary>Names without the <c>$</c>.</summary>
    public static readonly string[] Variables = ["spf", "dkim", "dmarc", "arc", "auth_domain"];

    /// <summary>An expression may name one of them.</summary>
    public static bool AreNamedIn(string expression)
        => Array.Exists(Variables, name => expression.Contains("$" + name, StringComparison.Ordinal));

    /// <returns>Empty for a name that is none of them, too.</returns>
    public static string Variable(string name, MessageResults results) => name switch
    {
        "spf" => WordOf(results.MailFrom?.Result),
        "dkim" => WordOf(BestOf(results.Dkim)?.Result),
        "dmarc" => WordOf(results.Dmarc?.Result),
        "arc" => WordOf(results.Arc?.Result),
        "auth_domain" => DomainOf(results),
        _ => "",
    };

    // One signature that is right is enough (RFC 6376 §4.2).
    private static DkimResult? BestOf(IReadOnlyList<DkimResult> all)
        => all.FirstOrDefault(one => one.Result == AuthResult.Pass) ?? (all.Count > 0 ? all[0] : null);

    // The domain that has proved that it sent the message: the author's, else a signer's, else the reverse path's.
    private static string DomainOf(MessageResults results)
    {
        if (results.Dmarc is { Result: AuthResult.Pass } dmarc)
            return dmarc.FromDomain;
        if (BestOf(results.Dkim) is { Result: AuthResult.Pass } dkim)
            return dkim.Domain;
        return results.MailFrom is { Result: AuthResult.Pass } spf ? spf.Domain : "";
    }

    private static string WordOf(AuthResult? result) => result?.ToString().ToLowerInvariant() ?? "";
}
