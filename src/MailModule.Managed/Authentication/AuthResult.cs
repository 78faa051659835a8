namespace MailModule.Authentication;

/// <summary>What a check of authentication says, in the words of RFC 8601 §2.7.</summary>
public enum AuthResult
{
    /// <summary>There was nothing to check: no record, no signature.</summary>
    None = 0,

    Pass = 1,

    Fail = 2,

    /// <summary>SPF alone: probably not allowed (RFC 7208 §2.6.5).</summary>
    SoftFail = 3,

    /// <summary>
    /// SPF: the domain does not say (RFC 7208 §2.6.2). DKIM: what cannot be read as a signature.
    /// </summary>
    Neutral = 4,

    /// <summary>DKIM: right, and not accepted by our own rules: the key is too short, say.</summary>
    Policy = 5,

    /// <summary>A later try may say something else: a name server did not answer.</summary>
    TempError = 6,

    /// <summary>No later try will: the record or the field is wrong.</summary>
    PermError = 7,
}
