using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Where accepted messages wait, durably, until each recipient is done. Small on purpose: another store (a database
/// shared by many hosts) can stand in. Nothing above may assume files.
/// </summary>
internal interface ISpool : IDisposable
{
    /// <summary>Undelivered messages found at start, oldest first. Read once.</summary>
    IReadOnlyList<ISpoolEntry> Recovered { get; }

    /// <summary>Begins to write a message. Never blocks. <see cref="Fault.Full"/> when the free space does not allow it
    /// (452).</summary>
    /// <param name="envelope">May still change until <see cref="ISpoolWriter.Commit"/>.</param>
    /// <param name="expectedLength">Octets declared by the client, 0 if unknown.</param>
    Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer);

    /// <summary>Marks recipients of an entry as done (delivered or given up), by index into its envelope. Lazy: durable
    /// with the next commit or <see cref="Flush"/>; an entry whose recipients are all done leaves the spool. Never
    /// blocks.</summary>
    /// <param name="soon">Written at once and synced within a moment: for what another host has taken and would take
    /// twice.</param>
    void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false);

    /// <summary>Keeps a copy of octets with an entry in place of those kept before: what its consumer knows about its
    /// delivery. Lazy, as marks; found again after a start; gone with the entry. At most 1 MiB. An entry that got one
    /// waits: its content leaves memory. Never blocks. An entry that is done: nothing happens.</summary>
    void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note);

    /// <summary>Returns when every mark so far is durable, and every note, unless the disk is full: then notes may
    /// wait in memory. Blocks: workers only.</summary>
    Fault Flush();
}

/// <summary>A message being written; one thread at a time. Either committed or discarded.</summary>
internal interface ISpoolWriter
{
    /// <summary>The message's id in the spool, never given twice, not even by another spool:
    /// [0-9a-zA-Z]{10,24}.</summary>
    string Id { get; }

    /// <summary>Octets of the message at rest so far.</summary>
    long Length { get; }

    /// <summary>
    /// Appends content (CRLF lines, unstuffed, cut anywhere; trace headers first). Never blocks: false means it has
    /// taken everything but wants no more until <paramref name="resume"/> is run (from a worker, exactly once), because
    /// the disk is behind. A failure of the disk shows at commit.
    /// </summary>
    bool Append(ReadOnlySpan<byte> content, Action resume);

    /// <summary>Asks for durability. The completion runs on the committer's thread once the message is on disk or has
    /// failed, and must not block. After success the entry is handed to the spool's consumer.</summary>
    void Commit(Action<Fault> completed);

    /// <summary>As <see cref="Commit"/>, but completed only when the consumer has taken the entry: for a caller that
    /// gives the id to somebody who may ask the consumer about it at once.</summary>
    void CommitAfterConsumer(Action<Fault> completed) => Commit(completed);

    /// <summary>Throws the message away; also after a failed commit. Any thread.</summary>
    void Discard();
}

/// <summary>A committed message.</summary>
internal interface ISpoolEntry
{
    string Id { get; }
    Envelope Envelope { get; }
    MessageContent Content { get; }

    /// <summary>True for recipients that are done already (an entry found at start may be half done).</summary>
    bool IsDone(int recipient);

    /// <summary>What <see cref="ISpool.Annotate"/> kept last; empty if nothing. May be read back from the disk each
    /// time: workers only.</summary>
    ReadOnlyMemory<byte> Note { get; }
}
