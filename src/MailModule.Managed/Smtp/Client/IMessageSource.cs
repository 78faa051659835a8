namespace MailModule.Smtp.Client;

/// <summary>The content of a message as a client sends it, read once from front to back.</summary>
internal interface IMessageSource
{
    /// <summary>Octets on the wire: CRLF line ends, before stuffing, without the final dot (RFC 1870 §4).</summary>
    long WireLength { get; }

    /// <summary>There is an octet above 127 in it (RFC 6152).</summary>
    bool IsEightBit { get; }

    /// <summary>
    /// Gives the next octets, with any line ends. Does not block: false means not yet, and <paramref name="ready"/> is
    /// run later, exactly once. A count of 0 is the end, below 0 a failure.
    /// </summary>
    bool TryRead(Span<byte> buffer, Action ready, out int count);
}
