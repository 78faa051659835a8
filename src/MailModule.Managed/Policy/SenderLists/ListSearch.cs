using System.Diagnostics;
using MailModule.Policy.DnsLists;
using MailModule.Policy.Expressions;

namespace MailModule.Policy.SenderLists;

/// <summary>Says whether one of some zones lists the client.</summary>
internal delegate ValueTask<bool> ZonesQuestion(IReadOnlyList<DnsListZone> zones);

/// <summary>
/// Looks for the first rule of a list that a message meets. The conditions of all lists of one message have a time
/// together, for users may write many that take long. One use for each message; one thread at a time.
/// </summary>
internal sealed class ListSearch
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(5);

    private readonly ListFacts _facts;
    private readonly ZonesQuestion _areListed;
    private readonly Evaluator _evaluator;
    private readonly Stopwatch _spent = new();

    /// <param name="areListed">Asks zones; what follows its answer goes on where that comes.</param>
    public ListSearch(ListFacts facts, ZonesQuestion areListed)
    {
        _facts = facts;
        _areListed = areListed;
        _evaluator = new Evaluator(facts, () => _spent.Elapsed >= Time);
    }

    /// <summary>Gets the line of each expression, and what came of it: true, false, or what is wrong.</summary>
    public Action<int, string>? Trace { get; init; }

    /// <summary>The line of the first rule that is met; 0: none is.</summary>
    public async ValueTask<int> Find(ListFile list)
    {
        foreach (ListRule rule in list.Rules)
        {
            bool isMet = rule switch
            {
                TextRule text => _facts.Control.Contains(text.Text, StringComparison.OrdinalIgnoreCase),
                ExpressionRule expression => Holds(expression),
                ZonesRule zones => await _areListed(zones.Zones).ConfigureAwait(false),
                _ => false,
            };
            if (isMet)
                return rule.Line;
        }
        return 0;
    }

    private bool Holds(ExpressionRule rule)
    {
        _spent.Start();
        bool holds = _evaluator.IsTrue(rule.Expression);
        _spent.Stop();
        Trace?.Invoke(rule.Line, _evaluator.Problem ?? (holds ? "true" : "false"));
        return holds;
    }
}
