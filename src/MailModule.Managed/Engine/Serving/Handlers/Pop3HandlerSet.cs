using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// The tables of handlers of a POP3 server, and how they are called; what sessions that begin now take.
/// </summary>
/// <param name="Tables">In the order in which they are asked; at least one.</param>
internal sealed record Pop3HandlerSet(
    IReadOnlyList<IPop3Handlers> Tables, HandlerPool? Pool, Action<IJob> RunJob, PendingAnswers Pending, Log Log)
    : HandlerSetup(Pool, RunJob, Pending, Log)
{
    /// <param name="busyText">Null: <see cref="Busy"/> as it is.</param>
    public static Pop3HandlerSet Of(IReadOnlyList<IPop3Handlers> tables, HandlerSetup setup, string? busyText)
    {
        var set = new Pop3HandlerSet(tables, setup.Pool, setup.RunJob, setup.Pending, setup.Log)
        {
            IsInline = setup.IsInline,
            Timeout = setup.Timeout,
            Calls = setup.Calls,
        };
        return string.IsNullOrEmpty(busyText) ? set : set with { Busy = busyText };
    }

    public Pop3Steps Steps { get; } = Tables.Aggregate(Pop3Steps.None, (all, table) => all | table.Steps);

    /// <summary>What a client hears whose step finds no place in the pool.</summary>
    public string Busy { get; init; } = "too busy, try again later";

    /// <summary>What sessions ask about beside what they always do.</summary>
    public Pop3Asked Asked
        => Of(Pop3Steps.Connect, Pop3Asked.Connect)
            | Of(Pop3Steps.Capabilities, Pop3Asked.Capabilities)
            // In a mailbox of the host's a message may have nobody who could delete it.
            | Of(Pop3Steps.Delete | Pop3Steps.Open, Pop3Asked.Delete)
            | Of(Pop3Steps.Reset, Pop3Asked.Reset)
            | Of(Pop3Steps.Noop, Pop3Asked.Noop)
            | Of(Pop3Steps.Unknown, Pop3Asked.Unknown);

    public bool Has(Pop3Steps step) => (Steps & step) != 0;

    private Pop3Asked Of(Pop3Steps step, Pop3Asked what) => Has(step) ? what : Pop3Asked.None;
}
