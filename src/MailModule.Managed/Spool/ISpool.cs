using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Where accepted messages wait, durably, until each recipient is done. Small on purpose: another store (a database
/// shared by many hosts) can stand in. Nothing above may assume files, one process, or that all that waits is in
/// memory.
/// <para>
/// An entry is handed to the consumer of its recipients here, and to that of its recipients elsewhere, as far as it has
/// such recipients that are not done. That claims it for this consumer: nobody else in the world gets it, until those
/// recipients are done, the consumer gives it back, the spool is disposed of, or the lease lapses
/// (<see cref="ISpoolEntry.IsClaimed"/>). A spool that several engines share renews the leases of an engine for as long
/// as that engine lives; in the log, which is one engine's alone, a claim needs no lease.
/// </para>
/// <para>
/// A consumer that is behind says so when it takes an entry (<see cref="ISpoolConsumer.Take"/>). The spool then hands
/// out less: one that claims what others could claim too claims no more until the consumer has got on. The log, whose
/// entries nobody else can take, waits for it before each entry, at most 20 ms, and with it wait all commits: so the
/// senders are slowed, and a consumer that stands still stops nobody.
/// </para>
/// </summary>
internal interface ISpool : IDisposable
{
    /// <summary>Where it is, for a person; empty where that says nothing.</summary>
    string Folder => "";

    /// <summary>
    /// Begins to hand out entries, each once: first those found at the start, oldest first, which are then no more kept
    /// for it; and from then on each that is committed. A spool of one engine has handed out all that it found when
    /// this returns. Call once; what is committed before waits for it.
    /// </summary>
    /// <param name="local">Gets entries with recipients that have a maildrop here, none before
    /// <see cref="Envelope.Release"/>; null: nobody does for now.</param>
    /// <param name="remote">Gets entries with recipients at other hosts; null: nobody does for now.</param>
    void Start(ISpoolConsumer? local, ISpoolConsumer? remote);

    /// <summary>
    /// Ends a consumer's claim before its recipients are done: the entry is handed out once more, to this engine or
    /// another, with its note. So what waits long need not be in memory. Never blocks.
    /// </summary>
    /// <param name="notBefore">It is not handed out earlier; a time that has passed: as soon as may be.</param>
    void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore);

    /// <summary>
    /// What waits here until it may be handed to that consumer (<see cref="Envelope.Release"/>,
    /// <see cref="GiveBack"/>), as far as this engine knows of it. Never blocks.
    /// </summary>
    IReadOnlyList<ISpoolEntry> HeldFor(ISpoolConsumer consumer) => [];

    /// <summary>One of <see cref="HeldFor"/>; null: it is none of them.</summary>
    ISpoolEntry? FindHeld(ISpoolConsumer consumer, string id)
        => HeldFor(consumer).FirstOrDefault(entry => entry.Id == id);

    /// <summary>Begins to write a message. Never blocks. <see cref="Fault.Full"/> when the free space does not allow it
    /// (452).</summary>
    /// <param name="envelope">May still change until <see cref="ISpoolWriter.Commit"/>.</param>
    /// <param name="expectedLength">Octets declared by the client, 0 if unknown.</param>
    Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer);

    /// <summary>
    /// Whether a message of so many octets would be begun now. Nothing is kept for it. Never blocks.
    /// </summary>
    bool HasRoomFor(long octets) => true;

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

    /// <summary>Octets of the message at rest so far; what is put in front counts once the commit was asked
    /// for.</summary>
    long Length { get; }

    /// <summary>Octets of memory that the message holds now.</summary>
    long Held => 0;

    /// <summary>
    /// Appends content (CRLF lines, unstuffed, cut anywhere; trace headers first). Never blocks: false means it has
    /// taken everything but wants no more until <paramref name="resume"/> is run (from a worker, exactly once), because
    /// the disk is behind. A failure of the disk shows at commit.
    /// </summary>
    bool Append(ReadOnlySpan<byte> content, Action resume);

    /// <summary>
    /// Keeps room here, in front of all that is appended from now on, for header fields that are known only when all of
    /// the message is there. Behind a whole line; once, among the trace headers. A message that fits into its buffer
    /// has nothing of the room that is not used; a larger one, whose text is on the disk by then, has all of it.
    /// </summary>
    /// <param name="octets">At most 32 KiB.</param>
    void ReserveInFront(int octets);

    /// <summary>
    /// Puts header fields into the room, in place of those put there before; at any time before
    /// <see cref="Commit"/>. They stand there as they are given, but the last of them may get a comment at its end, and
    /// so must be one that allows it, and is not signed (RFC 8601 §2.2, RFC 5322 §3.6.7).
    /// </summary>
    /// <param name="fields">Whole fields, each with its CRLF.</param>
    /// <returns>
    /// <see cref="Fault.Limit"/>: they are longer than the room, which is left as it was. The caller puts fewer or
    /// shorter ones, or commits without: the message loses nothing by it. <see cref="Fault.Argument"/>: no whole
    /// fields. <see cref="Fault.State"/>: no room was kept.
    /// </returns>
    Fault PutInFront(ReadOnlySpan<byte> fields);

    /// <summary>
    /// What was appended behind the room (<see cref="ReserveInFront"/>), at rest, to be read again, as often as wanted:
    /// each call of what is returned gives a reader from the first octet on. Good until the next append, the commit or
    /// a discard. Waits for the disk: workers only.
    /// </summary>
    /// <returns>
    /// Null: no room was kept, something has failed (the commit tells what), or this spool cannot read back.
    /// </returns>
    Func<Stream>? ReadBack() => null;

    /// <summary>Asks for durability. The completion runs on the committer's thread once the message is on disk or has
    /// failed, and must not block. After success the entry is handed to its consumers.</summary>
    void Commit(Action<Fault> completed);

    /// <summary>As <see cref="Commit"/>, but completed only when the entry's consumers in this process have taken it:
    /// for a caller that gives the id to somebody who may ask them about it at once. In a shared spool another engine
    /// may have it; then this says no more than <see cref="Commit"/>.</summary>
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

    /// <summary>
    /// False once the lease has lapsed, for want of a sign of life: another may have the entry by now. Its consumer
    /// then begins nothing more for it and forgets it. What has been done already is marked all the same, and counts.
    /// </summary>
    bool IsClaimed => true;

    /// <summary>What <see cref="ISpool.Annotate"/> kept last; empty if nothing. May be read back from the disk each
    /// time: workers only.</summary>
    ReadOnlyMemory<byte> Note { get; }
}
