using System.Net;

namespace MailModule.Engine.Serving;

/// <summary>What makes guessing of passwords and recipients slow; shared by all servers of an engine, save the answers
/// that wait. Decision 0030.</summary>
internal sealed record Guessing(TimeProvider Clock)
{
    /// <summary>Unknown recipients on one connection that are told at once.</summary>
    public const int RecipientsAtOnce = 5;

    /// <summary>… and before the connection closes.</summary>
    public const int RecipientLimit = 10;

    /// <summary>… where its address has asked for many of late.</summary>
    public const int RecipientLimitOfGuesser = 3;

    /// <summary>… for who may relay or has logged in.</summary>
    public const int RecipientLimitOfTrusted = 100;

    /// <inheritdoc cref="RecipientsAtOnce"/>
    public const int RecipientsAtOnceOfTrusted = 20;

    public static readonly TimeSpan RecipientDelay = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan RecipientDelayOfGuesser = TimeSpan.FromSeconds(5);

    public Guessing() : this(TimeProvider.System)
    {
    }

    public LoginThrottle Logins { get; } = new(Clock);
    public PasswordGate Passwords { get; init; } = new();

    /// <summary>Addresses that have named recipients that do not exist.</summary>
    public FailureCounts<IPAddress> Recipients { get; } =
        new(new FailureLimits(50, TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), 8192), Clock);

    public LateAnswers LateAnswers { get; private init; } = new(Clock);

    /// <summary>For one server, which stops its own answers.</summary>
    public Guessing ForServer() => this with { LateAnswers = new LateAnswers(Clock) };

    /// <summary>How late the answer to a wrong password comes.</summary>
    /// <param name="failures">Failed logins on the connection, this one included.</param>
    public static TimeSpan LoginDelay(int failures) => TimeSpan.FromSeconds(Math.Min(failures, 5));
}
