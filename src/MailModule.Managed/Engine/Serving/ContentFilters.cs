using System.Diagnostics;
using MailModule.Authentication;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Policy.Expressions;
using MailModule.Policy.SenderLists;
using MailModule.Primitives;

namespace MailModule.Engine.Serving;

/// <summary>The settings <c>antispam</c> and <c>spamfltr</c>, asked about one message. One use; workers only.</summary>
internal sealed class ContentFilters(CheckRules rules, Envelope envelope, ContentSample sample, bool helloChecksOut)
{
    public const string BreakFilter = "antispam", SpamFilter = "spamfltr";

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(5);

    public Log? Log { get; init; }

    /// <summary>What is known of the message beside its text.</summary>
    public MessageResults Authentication { get; init; } = MessageResults.Empty;

    /// <summary>The setting whose filter is true; null: none is.</summary>
    public string? FindHit()
        => IsTrue(BreakFilter, rules.Filters.Break, ContentSample.BreakLength) ? BreakFilter
            : IsTrue(SpamFilter, rules.Filters.Spam, ContentSample.SpamLength) ? SpamFilter
            : null;

    private bool IsTrue(string name, Expression? filter, int octets)
    {
        if (filter is null)
            return false;
        var facts = new MessageFacts(envelope, sample.Text(octets))
        {
            HelloChecksOut = helloChecksOut,
            Authentication = Authentication,
        };
        var spent = Stopwatch.StartNew();
        var evaluator = new Evaluator(facts, () => spent.Elapsed >= Time);
        bool isTrue = evaluator.IsTrue(filter);
        if (evaluator.Problem is { } problem)
            Log?.Write(LogLevel.Warning, "lists", $"{name}: {problem}");
        else if (rules.TracesExpressions)
            Log?.Write(LogLevel.Debug, "lists", $"{name}: {(isTrue ? "true" : "false")}");
        return isTrue;
    }

    private sealed class MessageFacts(Envelope envelope, string text)
        : ListFacts(envelope, envelope.Recipients.Select(recipient => recipient.Address))
    {
        public override string Variable(string name) => name switch
        {
            "msg" or "text" => text,
            "body" => Body,
            _ => base.Variable(name),
        };

        public override bool ContainsWord(string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

        private string Body
        {
            get
            {
                int end = text.StartsWith('\n') ? -1 : text.IndexOf("\n\n", StringComparison.Ordinal);
                return text.StartsWith('\n') ? text[1..] : end < 0 ? "" : text[(end + 2)..];
            }
        }
    }
}
