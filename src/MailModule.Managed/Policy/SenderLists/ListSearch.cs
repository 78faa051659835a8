using MailModule.Policy.DnsLists;
using MailModule.Policy.Expressions;

namespace MailModule.Policy.SenderLists;

/// <summary>Says whether one of some zones lists the client.</summary>
internal delegate ValueTask<bool> ZonesQuestion(IReadOnlyList<DnsListZone> zones);

/// <summary>
/// Looks for the first rule of a list that a message meets. The conditions of one list have a time together, for users
/// may write many that take long. One use; one thread at a time.
/// </summary>
internal sealed class ListSearch
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(5);

    private readonly ListFacts _facts;
    private readonly ZonesQuestion _areListed;
    private readonly Evaluator _evaluator;
    private readonly TimeProvider _clock;
    private TimeSpan _spent;
    private long _began;

    /// <param name="areListed">Asks zones; what follows its answer goes on where that comes.</param>
    /// <param name="clock">Counts the time of conditions.</param>
    public ListSearch(ListFacts facts, ZonesQuestion areListed, TimeProvider clock)
    {
        _facts = facts;
        _areListed = areListed;
        _clock = clock;
        _evaluator = new Evaluator(facts, () => _spent + _clock.GetElapsedTime(_began) >= Time);
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
        _began = _clock.GetTimestamp();
        bool holds = _evaluator.IsTrue(rule.Expression);
        _spent += _clock.GetElapsedTime(_began);
        Trace?.Invoke(rule.Line, _evaluator.Problem ?? (holds ? "true" : "false"));
        return holds;
    }
}
