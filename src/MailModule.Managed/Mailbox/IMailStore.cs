using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Mailbox;

/// <summary>The users' mailboxes. Blocks: workers only. Nothing above may assume files.</summary>
public interface IMailStore
{
    /// <summary>
    /// Puts a message into a mailbox under the given name. Idempotent: if a message of this name is there (read or unread), nothing
    /// happens, so that a delivery repeated after a crash leaves one copy. Durable only after <see cref="Sync"/>.
    /// </summary>
    Fault Deliver(string home, string messageId, DateTimeOffset received, MessageContent content);

    /// <summary>Returns when every delivery so far is durable.</summary>
    Fault Sync();

    /// <summary>Takes the maildrop's lock and a snapshot (RFC 1939 §8). <see cref="Fault.Locked"/> if another session has it.</summary>
    Fault Open(string home, out IMaildrop maildrop);
}

/// <summary>A session's view of one mailbox: fixed numbers, exact sizes, stable ids. Disposing gives the lock back. Sizes and ids cost no file access.</summary>
public interface IMaildrop : IDisposable
{
    int Count { get; }
    /// <summary>Octets on the wire, CRLF line ends, before stuffing.</summary>
    long Size(int index);
    /// <summary>Writes the unique id (1 to 70 octets of 0x21 to 0x7E) and returns its length.</summary>
    int UniqueId(int index, Span<byte> destination);
    /// <summary>Opens the message at rest (LF lines).</summary>
    Fault OpenMessage(int index, out Stream content);
    /// <summary>Deletes durably, all or as many as can be; the count of those that could not goes to <paramref name="failed"/>.
    /// The caller has made their delivery marks durable first (see the spool's Flush).</summary>
    Fault Delete(ReadOnlySpan<int> indexes, out int failed);
}
