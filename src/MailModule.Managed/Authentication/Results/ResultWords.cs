namespace MailModule.Authentication.Results;

/// <summary>Results in the words of the fields. Pure.</summary>
internal static class ResultWords
{
    /// <summary>RFC 8601 §2.7, RFC 7208 §2.6.</summary>
    public static string Of(AuthResult result) => result switch
    {
        AuthResult.None => "none",
        AuthResult.Pass => "pass",
        AuthResult.Fail => "fail",
        AuthResult.SoftFail => "softfail",
        AuthResult.Neutral => "neutral",
        AuthResult.Policy => "policy",
        AuthResult.TempError => "temperror",
        _ => "permerror",
    };

    /// <summary>RFC 9989 §4.7.</summary>
    public static string Of(DmarcPolicy policy) => policy switch
    {
        DmarcPolicy.Reject => "reject",
        DmarcPolicy.Quarantine => "quarantine",
        _ => "none",
    };
}
