namespace MailModule.Authentication.Spf;

/// <summary>Where a text with macros stands, which says what it may have (RFC 7208 §7.1).</summary>
internal enum MacroUse
{
    /// <summary>A name of a mechanism, of redirect or exp: it ends with a top-level label or a macro.</summary>
    DomainSpec,

    /// <summary>The value of a modifier that nobody knows: read, and ignored.</summary>
    Unknown,

    /// <summary>An explanation: blanks, and the macros c, r and t as well.</summary>
    Explanation,
}
