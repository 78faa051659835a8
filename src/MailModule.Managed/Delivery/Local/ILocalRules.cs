namespace MailModule.Delivery.Local;

/// <summary>What is done with messages for local destinations beside putting them into mailboxes.</summary>
internal interface ILocalRules
{
    /// <summary>
    /// Whether a destination has rules, so that its messages need a <see cref="LocalAction"/>. Asked for every
    /// delivery: cheap, a system call at most.
    /// </summary>
    /// <param name="home">The user's; null for what is no user (any more).</param>
    bool AppliesTo(string maildrop, string? home);

    /// <summary>Runs it; blocks; ends soon when it is cancelled. Workers only.</summary>
    LocalActionResult Run(LocalAction action, CancellationToken cancel);
}
