namespace MailModule.Delivery;

/// <summary>What is done with messages for local destinations beside putting them into mailboxes.</summary>
internal interface ILocalRules
{
    /// <summary>Whether a destination has rules, so that its messages take a <see cref="Detour"/>. Asked for every delivery: cheap, a system call at most.</summary>
    /// <param name="home">The user's; null for what is no user (any more).</param>
    bool Concern(string maildrop, string? home);

    /// <summary>Goes the way; blocks; ends soon when it is cancelled. Workers only.</summary>
    DetourEnd Take(Detour detour, CancellationToken cancel);
}
