using MailModule.Authentication;
using MailModule.Engine.Settings;
using MailModule.Policy.SenderLists;
using MailModule.Primitives;

namespace MailModule.Engine.Serving;

/// <summary>What the lists of senders say of a message.</summary>
internal enum SenderClass
{
    Unknown,
    Good,
    Bad,
    Gray,
}

/// <summary>The rule that decided; none for <see cref="SenderClass.Unknown"/>.</summary>
/// <param name="Rule">File and line.</param>
internal readonly record struct SenderVerdict(SenderClass Class, string Rule);

/// <summary>
/// Asks the lists in their order: good, bad, gray; of each first the one for all, then the recipient's own one. The
/// first rule that is met decides. Reads files; what follows zones and names goes on on a worker.
/// </summary>
/// <param name="home">Of the recipient whose own lists count; null: none do.</param>
/// <param name="areListed">Asks the zones that a rule names.</param>
/// <param name="checkHello">Says whether the name of the HELO leads to the client.</param>
internal sealed class ListJudge(
    SenderChecks shared, CheckRules rules, string? home, ZonesQuestion areListed, Func<ValueTask<bool>> checkHello)
{
    /// <summary>Says what SPF does; the results of other checks come too late for lists.</summary>
    public Func<ValueTask<MessageResults>> AskSpf { get; init; } = static () => new(MessageResults.Empty);

    public async ValueTask<SenderVerdict> Judge(ListFacts facts)
    {
        foreach ((SenderClass kind, string? path, string name) in InOrder())
        {
            if (path is not null
                && await Find(facts, shared.Lists.Common(path), path, null).ConfigureAwait(false) is { } rule)
                return new SenderVerdict(kind, rule);
            if (home is not null && await Find(facts, shared.Lists.Personal(home, name), Path.Join(home, name), home)
                .ConfigureAwait(false) is { } own)
                return new SenderVerdict(kind, own);
        }
        return default;
    }

    private IEnumerable<(SenderClass Class, string? Path, string Name)> InOrder()
        =>
        [
            (SenderClass.Good, rules.Lists.Good, "goodlist"),
            (SenderClass.Bad, rules.Lists.Bad, "badlist"),
            (SenderClass.Gray, rules.Lists.Gray, "graylist"),
        ];

    // File and line of the rule that is met; null: none is.
    private async ValueTask<string?> Find(ListFacts facts, ListFile list, string path, string? owner)
    {
        if (list.Rules.Count == 0)
            return null;
        if (list.ChecksHello && facts.HelloChecksOut is null)
            facts.HelloChecksOut = await checkHello().ConfigureAwait(false);
        if (list.AsksAuthentication && facts.Authentication is null)
            facts.Authentication = await AskSpf().ConfigureAwait(false);
        facts.Home = owner;
        var search = new ListSearch(facts, areListed, shared.Clock)
        {
            Trace = rules.TracesExpressions ? Trace(path) : null,
        };
        int line = await search.Find(list).ConfigureAwait(false);
        return line > 0 ? $"{path}:{line}" : null;
    }

    private Action<int, string> Trace(string path)
        => (line, text) => shared.Log.Write(LogLevel.Debug, "lists", $"{path}:{line}: {text}");
}
