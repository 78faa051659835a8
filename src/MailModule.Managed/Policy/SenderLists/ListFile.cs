using System.Collections.Frozen;
using System.Text;
using MailModule.Policy.DnsLists;
using MailModule.Policy.Expressions;
using MailModule.Primitives;

namespace MailModule.Policy.SenderLists;

/// <summary>
/// A list of senders: good ones, bad ones, or gray ones (docs/sender-lists.md). A line that is wrong is left out, the
/// others count. Immutable; any thread.
/// </summary>
/// <param name="Rules">In order: the first that is met decides.</param>
/// <param name="Errors">Line and what is wrong with it.</param>
internal sealed record ListFile(IReadOnlyList<ListRule> Rules, IReadOnlyList<(int Line, string Text)> Errors)
{
    /// <summary>Octets of a list at most; of a user's own one.</summary>
    public const int SizeLimit = 1024 * 1024, PersonalSizeLimit = 64 * 1024;

    private const int LineLimit = 2048, RuleLimit = 20_000, ErrorLimit = 20;

    /// <summary>The name of the HELO or EHLO checks out.</summary>
    public const string CheckHello = "checkhello";

    /// <summary>What expressions may name.</summary>
    public static readonly FrozenSet<string> Variables =
        FrozenSet.Create(["sender", "hello", "control", CheckHello, .. AuthenticationFacts.Variables]);

    public static readonly ListFile Empty = new([], []);

    /// <summary>A rule asks whether the name of the HELO checks out, for which names are looked up.</summary>
    public bool ChecksHello { get; private init; }

    /// <summary>A rule asks whether mail is from whom it says, which may have to be waited for.</summary>
    public bool AsksAuthentication { get; private init; }

    /// <summary>Reads a list. Octets that are not UTF-8 are taken as Latin-1.</summary>
    public static ListFile Parse(ReadOnlySpan<byte> octets)
    {
        var rules = new List<ListRule>();
        var errors = new List<(int, string)>();
        int number = 0;
        bool checksHello = false, asksAuthentication = false;
        foreach (string raw in TextOf(ByteOrderMark.Skip(octets)).Split('\n'))
        {
            string line = raw.Trim(' ', '\t', '\r');
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            ListRule? rule = Read(number, line, rules.Count, out string error);
            if (rule is not null)
                rules.Add(rule);
            else if (errors.Count < ErrorLimit)
                errors.Add((number, error));
            checksHello |= rule is ExpressionRule && line.Contains(CheckHello, StringComparison.Ordinal);
            asksAuthentication |= rule is ExpressionRule && AuthenticationFacts.AreNamedIn(line);
        }
        return new ListFile(rules, errors) { ChecksHello = checksHello, AsksAuthentication = asksAuthentication };
    }

    private static ListRule? Read(int number, string line, int before, out string error)
    {
        error = line.Length > LineLimit ? $"the line is longer than {LineLimit} characters"
            : before >= RuleLimit ? $"more than {RuleLimit} rules" : "";
        if (error.Length > 0)
            return null;
        if (line.StartsWith("??", StringComparison.Ordinal))
            return ReadZones(number, line[2..], ref error);
        if (line[0] != '?')
            return new TextRule(number, line);
        return Expression.TryParse(line[1..].Trim(), Variables, out Expression expression, out error)
            ? new ExpressionRule(number, expression)
            : null;
    }

    private static ZonesRule? ReadZones(int number, string text, ref string error)
    {
        if (!DnsListZone.TryParseAll(text, out IReadOnlyList<DnsListZone> zones, out error))
            return null;
        error = zones.Count == 0 ? "a zone is missing" : "";
        return zones.Count == 0 ? null : new ZonesRule(number, zones);
    }

    private static string TextOf(ReadOnlySpan<byte> octets)
    {
        try
        {
            return s_utf8.GetString(octets);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(octets);
        }
    }

    private static readonly UTF8Encoding s_utf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
