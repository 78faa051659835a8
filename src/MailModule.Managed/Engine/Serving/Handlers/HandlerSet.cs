using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// The tables of handlers of an SMTP server, and how they are called; what sessions that begin now take.
/// </summary>
/// <param name="Tables">In the order in which they are asked; at least one.</param>
internal sealed record HandlerSet(
    IReadOnlyList<ISmtpHandlers> Tables, HandlerPool? Pool, Action<IJob> RunJob, PendingAnswers Pending, Log Log)
    : HandlerSetup(Pool, RunJob, Pending, Log)
{
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

    /// <param name="busyText">What <see cref="Busy"/> says; null: its ordinary text.</param>
    public static HandlerSet Of(IReadOnlyList<ISmtpHandlers> tables, HandlerSetup setup, string? busyText)
    {
        var set = new HandlerSet(tables, setup.Pool, setup.RunJob, setup.Pending, setup.Log)
        {
            IsInline = setup.IsInline,
            Timeout = setup.Timeout,
            Calls = setup.Calls,
        };
        var said = new HandlerReply();
        return said.Set(0, null, busyText) == Fault.None
            ? set with { Busy = said.Over(set.Busy, 0, utf8: false) }
            : set;
    }

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

    /// <summary>What a client hears whose step finds no place in the pool.</summary>
    public Reply Busy { get; init; } = new(451, "4.3.2", "Too busy, try again later");

    public bool Has(HandlerSteps step) => (Steps & step) != 0;
}
