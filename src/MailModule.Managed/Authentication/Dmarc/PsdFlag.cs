namespace MailModule.Authentication.Dmarc;

/// <summary>psd= of a record (RFC 9989 §4.7): what kind of domain it stands at.</summary>
internal enum PsdFlag
{
    /// <summary>psd=u, or none: the tree walk tells.</summary>
    Unknown,

    /// <summary>psd=y: below it other organizations have their domains.</summary>
    PublicSuffix,

    /// <summary>psd=n: an organization's own domain, the topmost of it.</summary>
    Organizational,
}
