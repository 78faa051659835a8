namespace MailModule.Delivery.Outgoing;

/// <summary>What some recipients of a submission have in common: one next hop, or the spool.</summary>
internal interface IRecipientGroup
{
    /// <summary>Begins; on a worker, may block. Settles each of its recipients, and then calls <see cref="Submission.Ended(IRecipientGroup)"/> as the last.</summary>
    void Begin();

    /// <summary>The text is out and the answer is not in: a recipient that is given up now may be served all the same.</summary>
    bool AwaitsVerdict(SubmittedRecipient recipient);

    /// <summary>Its recipients are settled already: lets go of the network and the disk. Any thread; does not wait.</summary>
    void Cancel();
}
