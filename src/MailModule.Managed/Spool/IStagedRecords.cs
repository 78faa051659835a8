using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>Told by the log writer what became of the bookkeeping records that it was given to stage. The committer's
/// thread.</summary>
internal interface IStagedRecords
{
    /// <summary>All that was staged is durable.</summary>
    void Complete();

    /// <summary>Nothing of what was staged counts; the records of that segment from its durable end on are
    /// void.</summary>
    void Unstage(Segment abandoned, Fault fault);
}
