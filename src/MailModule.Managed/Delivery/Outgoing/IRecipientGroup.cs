namespace MailModule.Delivery.Outgoing;

/// <summary>Recipients of a submission that go the same way: to one next hop, or into the spool.</summary>
internal interface IRecipientGroup
{
    /// <summary>
    /// Begins; on a worker, may block. Gives each of its recipients its final state, and calls
    /// <see cref="Submission.Ended(IRecipientGroup)"/> last.
    /// </summary>
    void Begin();

    /// <summary>
    /// The group's recipients have their final states already: lets go of the network and the disk. Any thread; does
    /// not wait.
    /// </summary>
    void Cancel();
}
