using System.Net;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Serving;

/// <summary>What makes guessing of passwords and recipients slow; shared by all servers of an engine, save the answers
/// that wait. Decision 0030.</summary>
internal sealed record Guessing(TimeProvider Clock)
{
    public Guessing() : this(TimerThread.Shared)
    {
    }

    public LoginThrottle Logins { get; } = new(Clock);
    public PasswordGate Passwords { get; init; } = new();

    /// <summary>Addresses that have named recipients that do not exist.</summary>
    public FailureCounts<IPAddress> Recipients { get; } =
        new(new FailureLimits(50, TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), 8192), Clock);

    /// <summary>Addresses that have named far too many of them.</summary>
    public Bans Bans { get; } = new(Clock);

    public LateAnswers LateAnswers { get; private init; } = new(Clock);

    /// <summary>For one server, which stops its own answers.</summary>
    public Guessing ForServer() => this with { LateAnswers = new LateAnswers(Clock) };

    /// <summary>How late the answer to a wrong password comes.</summary>
    /// <param name="failures">Failed logins on the connection, this one included.</param>
    public static TimeSpan LoginDelay(int failures) => TimeSpan.FromSeconds(Math.Min(failures, 5));
}
