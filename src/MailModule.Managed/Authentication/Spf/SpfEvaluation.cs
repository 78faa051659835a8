using System.Net;
using System.Text;
using MailModule.Dns;

namespace MailModule.Authentication.Spf;

/// <summary>
/// check_host() of RFC 7208 §4: the record of a domain, and those that it leads to. For one check, used by one flow of
/// calls. Its depth is bounded by the terms that may ask.
/// </summary>
internal sealed class SpfEvaluation
{
    /// <summary>Characters of a mechanism that a result has.</summary>
    private const int MechanismLimit = 255;

    private readonly SpfQuestions _questions;
    private readonly ClientNames _names;
    private readonly MacroValues _values;

    /// <param name="values">With the domain to begin with.</param>
    public SpfEvaluation(SpfQuestions questions, MacroValues values)
    {
        _questions = questions;
        _values = values;
        _names = new ClientNames(questions, values.Client);
    }

    private IPAddress Client => _values.Client;

    public ValueTask<SpfVerdict> Run() => CheckHost(_values.Domain);

    /// <summary>
    /// The explanation that goes with a fail; empty: there is none, or it cannot be had (RFC 7208 §6.2).
    /// </summary>
    public async ValueTask<string> Explain(SpfVerdict verdict)
    {
        if (verdict.Explanation is null
            || await NameOf(verdict.Explanation, verdict.Domain).ConfigureAwait(false) is not { } name)
            return "";
        DnsAnswer answer = await _questions.Ask(name, DnsType.Txt).ConfigureAwait(false);
        return answer.Records is [TxtRecord record]
            && MacroText.TryParse(record.Text, MacroUse.Explanation, out MacroText text)
            ? text.ExpandExplanation(await ValuesFor(text, verdict.Domain).ConfigureAwait(false))
            : "";
    }

    private async ValueTask<SpfVerdict> CheckHost(string domain)
    {
        DnsAnswer answer = await _questions.Ask(domain, DnsType.Txt).ConfigureAwait(false);
        // RFC 7208 §4.4: no answer is not "no record".
        if (answer.IsTemporary)
            return new SpfVerdict(AuthResult.TempError, answer.Text);
        string[] records = [.. answer.Records.OfType<TxtRecord>().Select(record => record.Text)
            .Where(SpfRecord.IsOne)];
        if (records.Length == 0)
            return new SpfVerdict(AuthResult.None, $"{domain}: no SPF record");
        if (records.Length > 1)
            return new SpfVerdict(AuthResult.PermError, $"{domain}: {records.Length} SPF records");
        if (!_questions.CountRecord(records[0]))
            return new SpfVerdict(AuthResult.PermError, $"{domain}: too long, with what has led to it");
        return SpfRecord.Parse(records[0], out string wrong) is { } record
            ? await Evaluate(record, domain).ConfigureAwait(false)
            : new SpfVerdict(AuthResult.PermError, $"{domain}: {wrong}");
    }

    private async ValueTask<SpfVerdict> Evaluate(SpfRecord record, string domain)
    {
        foreach (SpfDirective directive in record.Directives)
        {
            SpfMatch match = directive.AsksNames
                ? await Match(directive, domain).ConfigureAwait(false)
                : new SpfMatch(IsMatch(directive));
            if (match.Error != AuthResult.None)
                return new SpfVerdict(match.Error, match.Text);
            if (match.IsMatch)
                return new SpfVerdict(directive.Qualifier)
                {
                    Mechanism = directive.Text[..Math.Min(directive.Text.Length, MechanismLimit)],
                    Explanation = record.Explanation,
                    Domain = domain,
                };
        }
        return record.Redirect is null
            ? new SpfVerdict(AuthResult.Neutral) { Mechanism = "default" }
            : await Redirect(record.Redirect, domain).ConfigureAwait(false);
    }

    /// <summary>Of a mechanism that asks nobody.</summary>
    private bool IsMatch(SpfDirective directive)
        => directive.Network is null || SpfAddress.IsIn(Client, directive.Network, directive.PrefixLengths);

    private async ValueTask<SpfVerdict> Redirect(MacroText redirect, string domain)
    {
        if (!_questions.CountTerm())
            return new SpfVerdict(AuthResult.PermError, TooManyTerms(domain));
        if (await NameOf(redirect, domain).ConfigureAwait(false) is not { } target)
            return new SpfVerdict(AuthResult.Neutral) { Mechanism = "default" };
        SpfVerdict verdict = await CheckHost(target).ConfigureAwait(false);
        // RFC 7208 §6.1: to lead nowhere is an error.
        return verdict.Result == AuthResult.None ? verdict with { Result = AuthResult.PermError } : verdict;
    }

    private async ValueTask<SpfMatch> Match(SpfDirective directive, string domain)
    {
        if (!_questions.CountTerm())
            return SpfMatch.PermError(TooManyTerms(domain));
        string? target = directive.Domain is null
            ? domain
            : await NameOf(directive.Domain, domain).ConfigureAwait(false);
        if (target is null)
            return SpfMatch.No;
        return directive.Mechanism switch
        {
            SpfMechanism.Include => Included(await CheckHost(target).ConfigureAwait(false)),
            SpfMechanism.Mx => await MatchExchangers(directive, target).ConfigureAwait(false),
            SpfMechanism.Ptr => await MatchNames(target).ConfigureAwait(false),
            _ => await MatchAddresses(directive, target).ConfigureAwait(false),
        };
    }

    // RFC 7208 §5.2: the table of what an included result means.
    private static SpfMatch Included(SpfVerdict verdict) => verdict.Result switch
    {
        AuthResult.Pass => SpfMatch.Yes,
        AuthResult.Fail or AuthResult.SoftFail or AuthResult.Neutral => SpfMatch.No,
        AuthResult.TempError => SpfMatch.TempError(verdict.Text),
        _ => SpfMatch.PermError(verdict.Text),
    };

    /// <summary>a, and exists, for which any address does, always of IPv4 (RFC 7208 §5.3, §5.7).</summary>
    private async ValueTask<SpfMatch> MatchAddresses(SpfDirective directive, string target)
    {
        bool isExists = directive.Mechanism == SpfMechanism.Exists;
        DnsType type = isExists ? DnsType.A : _questions.AddressType;
        DnsAnswer answer = await _questions.Ask(target, type).ConfigureAwait(false);
        if (Problem(answer) is { } problem)
            return problem;
        return new SpfMatch(
            isExists ? answer.Records.Count > 0 : _questions.HasClient(answer, directive.PrefixLengths));
    }

    /// <summary>
    /// All hosts are asked for at once, and looked at in the order of preference, so that the result is that of one
    /// question after the other (RFC 7208 §5.4).
    /// </summary>
    private async ValueTask<SpfMatch> MatchExchangers(SpfDirective directive, string target)
    {
        DnsAnswer answer = await _questions.Ask(target, DnsType.Mx).ConfigureAwait(false);
        if (Problem(answer) is { } problem)
            return problem;
        // RFC 7505 §3: a null MX names nobody.
        string[] hosts = [.. answer.Records.OfType<MxRecord>().OrderBy(record => record.Preference)
            .Select(record => record.Exchange).Where(host => host.Length > 0)];
        if (hosts.Length > SpfQuestions.HostLimit)
            return SpfMatch.PermError($"{target}: more than {SpfQuestions.HostLimit} mail exchangers");
        foreach (DnsAnswer addresses in await _questions.AskAddresses(hosts).ConfigureAwait(false))
        {
            if (Problem(addresses) is { } other)
                return other;
            if (_questions.HasClient(addresses, directive.PrefixLengths))
                return SpfMatch.Yes;
        }
        return SpfMatch.No;
    }

    private async ValueTask<SpfMatch> MatchNames(string target)
    {
        IReadOnlyList<string> names = await _names.Find().ConfigureAwait(false);
        return new SpfMatch(SpfName.TryNormalize(target, out string normal)
            && names.Any(name => DnsName.IsAtOrBelow(name, normal)));
    }

    /// <summary>Null: the answer can be used, if only because it has no record.</summary>
    private SpfMatch? Problem(DnsAnswer answer)
    {
        if (answer.IsTemporary)
            return SpfMatch.TempError(answer.Text);
        return _questions.CountVoid(answer)
            ? null
            : SpfMatch.PermError($"{answer.CanonicalName}: too many names of the record have no data");
    }

    private static string TooManyTerms(string domain) => $"{domain}: too many look-ups";

    /// <summary>
    /// The name that a domain-spec stands for. Null: it is to have a local part in it that is not ASCII, which no
    /// name has, so that the term does not match (RFC 8616 §4).
    /// </summary>
    private async ValueTask<string?> NameOf(MacroText text, string domain)
        => text.HasLocalPart && !Ascii.IsValid(_values.LocalPart)
            ? null
            : text.ExpandName(await ValuesFor(text, domain).ConfigureAwait(false));

    private async ValueTask<MacroValues> ValuesFor(MacroText text, string domain)
    {
        MacroValues values = _values with { Domain = domain };
        return text.HasClientName
            ? values with { ClientName = await _names.FindFor(domain).ConfigureAwait(false) }
            : values;
    }
}
