using System.Text;
using MailModule.Authentication.Results;

namespace MailModule.Authentication.Checks;

/// <summary>
/// What a chain of seals changes about DMARC's verdict (RFC 8617 §7.2.1): a message that a list or a forwarder has
/// changed is right if who is trusted says that it was right when it came there.
/// </summary>
/// <remarks>
/// Invariant: each hand that had the message since that word was given is trusted. A seal covers the earlier ones, and
/// not the text; who came later could have put another message under a good chain. So it is the last sealers that
/// count, as far back as all of them are trusted, and the word is that of the first of these. And the last of them has
/// signed the whole body, for else anybody could append to it.
/// </remarks>
internal static class TrustedChain
{
    /// <summary>The verdict, without consequences where a chain speaks for the message.</summary>
    /// <param name="trusted">Domains in lower case.</param>
    public static DmarcResult Judge(DmarcResult dmarc, ArcResult arc, IReadOnlySet<string> trusted)
    {
        if (dmarc.Result != AuthResult.Fail || arc.IsBodyLonger
            || arc.Result is not (AuthResult.Pass or AuthResult.TempError))
            return dmarc;
        int first = arc.Sealers.Count;
        while (first > 0 && trusted.Contains(arc.Sealers[first - 1].ToLowerInvariant()))
            first--;
        if (first == arc.Sealers.Count || first >= arc.Reported.Count
            || !SaysThatItPassed(arc.Reported[first], dmarc))
            return dmarc;
        if (arc.Result == AuthResult.TempError)
            return dmarc with
            {
                Result = AuthResult.TempError,
                Disposition = DmarcPolicy.None,
                Text = "seals that may speak for it could not be checked",
            };
        string sealer = arc.Sealers[first];
        return dmarc with
        {
            Disposition = DmarcPolicy.None,
            OverriddenBy = sealer,
            Text = $"{sealer} is trusted, and says that it passed there",
        };
    }

    // DMARC of the same author; or, where nobody looked at that, SPF or DKIM of the same organization.
    private static bool SaysThatItPassed(string reported, DmarcResult dmarc)
    {
        if (!ReportedResults.TryParse(Encoding.UTF8.GetBytes(reported), out ReportedResults said))
            return false;
        List<ReportedResult> ofDmarc = [.. said.Results.Where(one => one.Method == "dmarc")];
        return ofDmarc.Count > 0
            ? ofDmarc.TrueForAll(one => IsPass(one) && IsSame(one.Property("header.from"), dmarc.FromDomain))
            : said.Results.Any(one => IsPass(one) && one.Method switch
            {
                "dkim" => IsAligned(one.Property("header.d"), dmarc),
                "spf" => IsAligned(one.Property("smtp.mailfrom"), dmarc),
                _ => false,
            });
    }

    private static bool IsPass(ReportedResult one) => one.Result == "pass";

    // Relaxed alignment (RFC 9989 §4.4.1), as far as the author's own organization tells it.
    private static bool IsAligned(string property, DmarcResult dmarc)
    {
        string domain = property[(property.LastIndexOf('@') + 1)..];
        string above = dmarc.OrganizationalDomain;
        return IsSame(domain, dmarc.FromDomain) || above.Length > 0
            && (IsSame(domain, above) || domain.EndsWith("." + above, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsSame(string one, string other)
        => one.Length > 0 && one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
