namespace MailModule.Delivery.Local;

/// <summary>The local actions that messages for users and lists need before they come into a mailbox.</summary>
internal interface ILocalRules
{
    /// <summary>
    /// Whether messages for a user or list need a <see cref="LocalAction"/>. Asked for every delivery: cheap, a system
    /// call at most.
    /// </summary>
    /// <param name="home">The user's; null for what is no user (any more).</param>
    bool AppliesTo(string maildrop, string? home);

    /// <summary>Runs the action; blocks; ends soon when it is cancelled. Workers only.</summary>
    LocalActionResult Run(LocalAction action, CancellationToken cancel);
}
