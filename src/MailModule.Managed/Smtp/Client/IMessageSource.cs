namespace MailModule.Smtp.Client;

/// <summary>The content of a message as a client sends it, read once from front to back.</summary>
internal interface IMessageSource
{
    /// <summary>Octets on the wire: CRLF line ends, before stuffing, without the final dot (RFC 1870 §4).</summary>
    long WireLength { get; }

    /// <summary>There is an octet above 127 in it (RFC 6152).</summary>
    bool IsEightBit { get; }

    /// <summary>A header field is in UTF-8, so that SMTPUTF8 is to be said (RFC 6531 §3.4).</summary>
    bool NeedsUtf8 => false;

    /// <summary>After <see cref="TryPrepare"/>: <see cref="TryRead"/> gives all of it without "not yet".</summary>
    bool IsAtHand => false;

    /// <summary>
    /// Gives the content a form that the server takes, before anything is read; what the other members say holds for
    /// that form. Does not block: false means not yet, and <paramref name="ready"/> is run later, exactly once, to
    /// ask again.
    /// </summary>
    /// <param name="ready">Null: nothing is begun that takes long.</param>
    /// <param name="refusal">Not null: there is no such form.</param>
    bool TryPrepare(ContentOffer offer, Action? ready, out ContentRefusal? refusal)
    {
        refusal = null;
        return true;
    }

    /// <summary>
    /// Gives the next octets, with any line ends. Does not block: false means not yet, and <paramref name="ready"/> is
    /// run later, exactly once. A count of 0 is the end, below 0 a failure.
    /// </summary>
    bool TryRead(Span<byte> buffer, Action ready, out int count);
}
