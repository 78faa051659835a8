using MailModule.Primitives;

namespace MailModule.Mailbox;

/// <summary>
/// A session's view of one mailbox: fixed numbers, exact sizes, stable ids. Disposing gives the lock back. Sizes and
/// ids cost no file access.
/// </summary>
internal interface IMaildrop : IDisposable
{
    int Count { get; }

    /// <summary>Octets of all messages on the wire.</summary>
    long TotalSize { get; }

    /// <summary>Octets on the wire, CRLF line ends, before stuffing.</summary>
    long Size(int index);

    /// <summary>Writes the unique id (1 to 70 octets of 0x21 to 0x7E) and returns its length.</summary>
    int UniqueId(int index, Span<byte> destination);

    /// <summary>
    /// Opens the message at rest (LF lines). <see cref="Fault.NotFound"/> if another program has deleted it.
    /// </summary>
    Fault OpenMessage(int index, out Stream content);

    /// <summary>Reads the front of a message at rest, the whole of it if <paramref name="length"/> comes out less than
    /// the buffer's. Fails as <see cref="OpenMessage"/> does. After a run of calls comes
    /// <see cref="EndReading"/>.</summary>
    Fault ReadMessage(int index, Span<byte> buffer, out int length);

    /// <summary>Closes what <see cref="ReadMessage"/> keeps open from one message to the next.</summary>
    void EndReading();

    /// <summary>Deletes durably, all or as many as can be; the count of those that could not goes to
    /// <paramref name="failed"/>. The caller has made their delivery marks durable first (see the spool's
    /// Flush).</summary>
    Fault Delete(ReadOnlySpan<int> indexes, out int failed);
}
