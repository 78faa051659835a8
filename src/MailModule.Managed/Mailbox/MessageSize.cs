namespace MailModule.Mailbox;

/// <summary>Octets of a message, at rest and on the wire.</summary>
/// <param name="Length">Of its file; -1: not known.</param>
/// <param name="WireLength">With CRLF line ends, before stuffing; -1: not known.</param>
internal readonly record struct MessageSize(long Length, long WireLength)
{
    /// <summary>
    /// No file can have both: on the wire an octet becomes two at most, and a line end may be added (RFC 1939 §11).
    /// </summary>
    public bool IsImpossible => Length < 0 || WireLength < Length || WireLength - Length > Length + 2;
}
