namespace MailModule.Spool;

/// <summary>Brings entries of a spool to their recipients, and marks those done that it has brought.</summary>
internal interface ISpoolConsumer
{
    /// <summary>
    /// Takes an entry over. Any thread; cheap; never blocks. It may be handed the same entry again only after it has
    /// given it back, or lost its claim.
    /// </summary>
    /// <param name="isNew">
    /// Nobody has had the entry before. Else an earlier run, another engine, or this consumer may have begun: the note
    /// and the marks say how far that came, and a delivery may have been made without its mark.
    /// </param>
    /// <param name="resume">
    /// To be run when the consumer has got on, once for each false or once for several, from any thread but not from
    /// within this call. Cheap; never blocks.
    /// </param>
    /// <returns>
    /// False: it has taken the entry, but is behind, and wants no more until <paramref name="resume"/> is run. It may
    /// get more all the same, and takes that too.
    /// </returns>
    bool Take(ISpoolEntry entry, bool isNew, Action resume);
}
