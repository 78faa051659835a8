namespace MailModule.Mime;

/// <summary>One change to a message: octets from <c>Start</c> to before <c>End</c> go out in another form.</summary>
/// <param name="Octets">What takes their place; null: they go through a <paramref name="Recoding"/>.</param>
internal readonly record struct Edit(long Start, long End, byte[]? Octets, Recoding Recoding = Recoding.None)
{
    public static Edit Insert(long at, byte[] octets) => new(at, at, octets);
}

/// <summary>How a part's content is put into another form.</summary>
internal enum Recoding
{
    None,

    /// <summary>Text becomes quoted-printable (RFC 2045 §6.7).</summary>
    QuotedPrintable,

    /// <summary>Text with its line ends as on the wire becomes base64 (RFC 2045 §6.8).</summary>
    Base64,

    /// <summary>What is quoted-printable by name becomes so.</summary>
    QuotedPrintableAgain,

    /// <summary>Base64 gets shorter lines.</summary>
    Base64Again,

    /// <summary>What nobody reads (RFC 2046 §5.1.1: before the first part, behind the last) becomes ASCII.</summary>
    Ascii,
}
