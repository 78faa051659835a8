using MailModule.Authentication.Checks;

namespace MailModule.Native.Abi;

/// <summary>Fills <c>mm_auth_result</c>.</summary>
internal static class AuthResultWriter
{
    /// <summary>Texts of one result.</summary>
    public const int TextCount = 14;

    private const int Helo = 1, Testing = 2, BodyLonger = 4, SpfAligned = 8, DkimAligned = 16;

    /// <summary>The texts of a result, in the order of the structure. What a stranger wrote may have a NUL, which would
    /// be the end of a text for C.</summary>
    public static string[] TextsOf(MethodResult result)
    {
        string[] texts =
        [
            result.Method, result.Domain, result.Selector, result.Identity, result.Algorithm, result.SignatureStart,
            result.SignedFields, result.Sealers, result.Mechanism, result.Explanation, result.PolicyDomain,
            result.Organization, result.OverriddenBy, result.Reason,
        ];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = texts[i].Replace('\0', '\uFFFD');
        return texts;
    }

    /// <param name="texts">Where the texts of <see cref="TextsOf"/> are.</param>
    public static AuthResultLayout LayoutOf(MethodResult result, ReadOnlySpan<nint> texts) => new()
    {
        Method = texts[0],
        Domain = texts[1],
        Selector = texts[2],
        Identity = texts[3],
        Algorithm = texts[4],
        SignatureStart = texts[5],
        SignedFields = texts[6],
        Sealers = texts[7],
        Mechanism = texts[8],
        Explanation = texts[9],
        PolicyDomain = texts[10],
        Organization = texts[11],
        OverriddenBy = texts[12],
        Reason = texts[13],
        SignedLength = result.SignedLength,
        SignedAt = Times.Of(result.SignedAt),
        Expires = Times.Of(result.Expires),
        Result = (int)result.Result,
        KeyBits = result.KeyBits,
        Policy = (int)result.Policy,
        Disposition = (int)result.Disposition,
        Instances = result.Instances,
        OldestPass = result.OldestPass,
        Flags = FlagsOf(result),
    };

    private static int FlagsOf(MethodResult result)
        => (result.IsHelo ? Helo : 0) | (result.IsTesting ? Testing : 0) | (result.IsBodyLonger ? BodyLonger : 0)
            | (result.IsSpfAligned ? SpfAligned : 0) | (result.IsDkimAligned ? DkimAligned : 0);
}
