namespace MailModule.Mailbox;

/// <summary>
/// The messages of a maildrop by number, for one session: fixed numbers, stable ids, and sizes as names tell them,
/// until the file that is opened is seen to have another. Nothing here costs a file access.
/// </summary>
internal interface IMessageList
{
    int Count { get; }

    /// <summary>Octets of all messages on the wire.</summary>
    long TotalSize { get; }

    /// <summary>Octets on the wire, CRLF line ends, before stuffing.</summary>
    long Size(int index);

    /// <summary>Writes the unique id (1 to 70 octets of 0x21 to 0x7E) and returns its length.</summary>
    int UniqueId(int index, Span<byte> destination);
}
