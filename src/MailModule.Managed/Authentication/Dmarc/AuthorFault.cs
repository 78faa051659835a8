namespace MailModule.Authentication.Dmarc;

/// <summary>Why a From field names no Author Domain.</summary>
internal enum AuthorFault
{
    /// <summary>It names one, or several.</summary>
    None = 0,

    /// <summary>There is no From field.</summary>
    Missing,

    /// <summary>There is nobody in it who has a domain: an empty group, "root", an address literal.</summary>
    NoDomain,

    /// <summary>There is more than one From field (RFC 5322 §3.6 has one).</summary>
    Repeated,

    /// <summary>It cannot be read as RFC 5322 §3.4 has it: what readers make of it, nobody knows.</summary>
    Malformed,

    /// <summary>More domains than are looked at, or a header section that was cut.</summary>
    TooMuch,
}
