using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>How the tables of a server's handlers are called, whatever its protocol.</summary>
/// <param name="Pool">Where they are called; null: on the session's own thread.</param>
/// <param name="RunJob">Carries a session on whose answer was owed.</param>
internal record HandlerSetup(HandlerPool? Pool, Action<IJob> RunJob, PendingAnswers Pending, Log Log)
{
    /// <summary>Tables at most.</summary>
    public const int Most = 8;

    /// <summary>How long an answer may be owed where the handler does not say.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A handler holds up other sessions, and has promised not to block.</summary>
    public bool IsInline { get; init; }

    /// <summary>Where calls are counted while they run.</summary>
    public HostCalls Calls { get; init; } = new();
}
