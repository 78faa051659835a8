namespace MailModule.Policy;

/// <summary>What asking for many recipients, and other unwelcome commands, leads to. Immutable.</summary>
/// <param name="Tarpit">How late a refusal comes that is one of many.</param>
/// <param name="RecipientErrors">Unknown recipients on one connection.</param>
/// <param name="BanThreshold">Unknown recipients of one address within an hour; 0: any number.</param>
/// <param name="BanTime">How long the address is banned then.</param>
internal sealed record GuessLimits(TimeSpan Tarpit, int RecipientErrors, int BanThreshold, TimeSpan BanTime)
{
    public static readonly GuessLimits Default = new(TimeSpan.FromSeconds(1), 10, 0, TimeSpan.FromHours(1));
}
