using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>The tables of handlers of a server, and how they are called; what sessions that begin now take.</summary>
/// <param name="Tables">In the order in which they are asked; at least one.</param>
/// <param name="Pool">Where they are called; null: on the session's own thread.</param>
/// <param name="RunJob">Carries a session on whose answer was owed.</param>
internal sealed record HandlerSet(
    IReadOnlyList<ISmtpHandlers> Tables, HandlerPool? Pool, Action<IJob> RunJob, PendingAnswers Pending, Log Log)
{
    /// <summary>Tables at most.</summary>
    public const int Most = 8;

    private static readonly (HandlerSteps Step, AskedCommands Command)[] s_commands =
    [
        (HandlerSteps.Helo, AskedCommands.Helo),
        (HandlerSteps.Ehlo, AskedCommands.Ehlo),
        (HandlerSteps.Verify, AskedCommands.Verify),
        (HandlerSteps.Expand, AskedCommands.Expand),
        (HandlerSteps.Help, AskedCommands.Help),
        (HandlerSteps.Noop, AskedCommands.Noop),
        (HandlerSteps.Reset, AskedCommands.Reset),
        (HandlerSteps.Turn, AskedCommands.Turn),
        (HandlerSteps.Unknown, AskedCommands.Unknown),
        (HandlerSteps.Mail, AskedCommands.Mail),
        (HandlerSteps.Rcpt | HandlerSteps.Domain | HandlerSteps.Lookup, AskedCommands.Rcpt),
        (HandlerSteps.Lookup, AskedCommands.Verify),
    ];

    private AskedCommands? _asked;

    /// <summary>The commands that sessions ask about.</summary>
    public AskedCommands Asked => _asked ??= s_commands.Where(pair => Has(pair.Step))
        .Aggregate(AskedCommands.None, static (all, pair) => all | pair.Command);

    /// <summary>The step of a command that is asked about.</summary>
    public static HandlerSteps StepOf(AskedCommands command)
    {
        foreach ((HandlerSteps step, AskedCommands one) in s_commands)
            if (one == command)
                return step;
        return HandlerSteps.Unknown;
    }

    public HandlerSteps Steps { get; } = Tables.Aggregate(HandlerSteps.None, (all, table) => all | table.Steps);

    /// <summary>How long an answer may be owed where the handler does not say.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A handler holds up other sessions, and has promised not to block.</summary>
    public bool IsInline { get; init; }

    /// <summary>What a client hears whose step finds no place in the pool.</summary>
    public Reply Busy { get; init; } = new(451, "4.3.2", "Too busy, try again later");

    /// <summary>Where calls are counted while they run.</summary>
    public HostCalls Calls { get; init; } = new();

    public bool Has(HandlerSteps step) => (Steps & step) != 0;
}
