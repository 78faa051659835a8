namespace MailModule.Mime;

/// <summary>Why a message has no form that a host takes.</summary>
internal enum ConversionFault
{
    None,

    /// <summary>What is signed would have to be changed (RFC 1847 §2.1).</summary>
    Signed,

    /// <summary>An address or message id in the header is not ASCII: no encoding is defined for it.</summary>
    Utf8Address,

    /// <summary>More header, parts, levels or parameters than are looked into.</summary>
    TooComplex,

    /// <summary>Its structure is broken, or a part's own encoding is not known.</summary>
    NotEncodable,
}
