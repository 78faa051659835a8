namespace MailModule.Policy;

/// <summary>What the settings say of clients, beside who may relay. Immutable; any thread.</summary>
internal sealed record ClientRules
{
    public static readonly ClientRules Default = new();

    /// <summary>Null: no limits.</summary>
    public VolumeLimits? Volume { get; init; }

    public GuessLimits Guess { get; init; } = GuessLimits.Default;

    /// <summary>How long an address may relay after a login by POP3; zero: not at all.</summary>
    public TimeSpan PopLoginLife { get; init; }

    public SenderRules Senders { get; init; } = SenderRules.Any;

    /// <summary>The setting <c>smtp_conform</c>.</summary>
    public bool HonoursReportFields { get; init; }
}
