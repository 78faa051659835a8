using System.Diagnostics;
using MailModule.Policy.Expressions;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// The conditions of one forward file, asked of one message. All of them together have a time, for a user may write
/// many that take long, and no other user may wait for them. One use, one thread.
/// </summary>
internal sealed class FileConditions
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _spent = new();
    private readonly Evaluator _evaluator;

    public FileConditions(IExpressionFacts message)
        => _evaluator = new Evaluator(message, isTimeUp: () => _spent.Elapsed >= Time);

    public Captures Captures => _evaluator.Captures;

    /// <param name="problem">Why it counts as false; null: it is what it is.</param>
    public bool Holds(Expression condition, out string? problem)
    {
        _spent.Start();
        bool holds = _evaluator.IsTrue(condition);
        _spent.Stop();
        problem = _evaluator.Problem;
        return holds;
    }
}
