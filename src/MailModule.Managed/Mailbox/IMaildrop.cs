using MailModule.Primitives;

namespace MailModule.Mailbox;

/// <summary>
/// A session's view of one mailbox, with the messages themselves. Disposing gives the lock back: at once, on any
/// thread, for what it closes has nothing left to write.
/// </summary>
internal interface IMaildrop : IMessageList, IDisposable
{
    /// <summary>What is known of a message beside its size and id, without a file access.</summary>
    MessageTraits Traits(int index);

    /// <summary>The index of the message with this unique id; below 0 if there is none.</summary>
    int IndexOf(ReadOnlySpan<byte> uniqueId);

    /// <summary>Whose it is.</summary>
    string Home { get; }

    /// <summary>
    /// Opens the message at rest (LF lines). <see cref="Fault.NotFound"/> if another program has deleted it. If one has
    /// changed it, its size is told right from here on, and where the name told another, the name is corrected.
    /// </summary>
    Fault OpenMessage(int index, out Stream content);

    /// <summary>Of the message that was opened last: false if it was too much to read for its size.</summary>
    bool IsSizeKnown { get; }

    /// <summary>
    /// The message that was opened last, read to its end, had this size on the wire. Does not block: the name is owed.
    /// </summary>
    void NoteSize(long wireLength);

    /// <summary>A name is owed its right sizes; <see cref="CorrectNames"/> or the next opening settles it.</summary>
    bool OwesNames { get; }

    /// <summary>Gives names the sizes that are owed to them.</summary>
    void CorrectNames();

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
