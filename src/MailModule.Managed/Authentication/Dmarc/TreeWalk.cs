using MailModule.Dns;

namespace MailModule.Authentication.Dmarc;

/// <summary>
/// The records at a domain and above it, and what they say of where its organization ends: the DNS Tree Walk (RFC 9989
/// §4.10). A value, once it was asked for.
/// </summary>
internal sealed class TreeWalk
{
    /// <summary>RFC 9989 §4.10: names that are asked for.</summary>
    public const int QueryLimit = 8;

    private readonly List<PublishedRecord> _records = [];
    private int _failures;
    private int _failedLabels; // of the last name that failed

    private TreeWalk(string start) => Start = start;

    public string Start { get; }

    /// <summary>From the longest name to the shortest, up to where the walk ends.</summary>
    public IReadOnlyList<PublishedRecord> Records => _records;

    /// <summary>The domain's own record; null: it has none, or <see cref="IsStartKnown"/> is false.</summary>
    public DmarcRecord? OwnRecord { get; private set; }

    /// <summary>The question for the domain itself was answered.</summary>
    public bool IsStartKnown { get; private set; } = true;

    /// <summary>All that decides was answered, so that <see cref="OrganizationalDomain"/> is the right one.</summary>
    public bool IsCertain { get; private set; } = true;

    /// <summary>Which question failed, for a human; empty: none.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>RFC 9989 §4.10.2. The domain itself, where there is no record; a guess unless IsCertain.</summary>
    public string OrganizationalDomain { get; private set; } = "";

    /// <summary>
    /// Asks for all names at once, so that a walk takes as long as one question: the walk looks at the answers in their
    /// order and passes over those behind its end.
    /// </summary>
    /// <param name="start">As <see cref="DomainText"/> has it.</param>
    public static async ValueTask<TreeWalk> Ask(IDns dns, string start, CancellationToken cancel)
    {
        List<string> targets = Targets(start);
        List<Task<DnsAnswer>> questions = [.. targets.Select(
            target => dns.Ask(new DnsQuestion("_dmarc." + target, DnsType.Txt), cancel).AsTask())];
        DnsAnswer[] answers = await Task.WhenAll(questions).ConfigureAwait(false);
        var walk = new TreeWalk(start);
        for (int i = 0; i < targets.Count && walk.TryGoOn(targets[i], answers[i]); i++)
        {
        }
        walk.Conclude();
        return walk;
    }

    /// <summary>RFC 9989 §4.10, steps 3, 4 and 7: a name of eight labels and more is cut to seven.</summary>
    public static List<string> Targets(string start)
    {
        List<string> targets = [start];
        int count = Math.Min(DomainText.LabelCount(start) - 1, QueryLimit - 1);
        for (; count > 0; count--)
            targets.Add(DomainText.LastLabels(start, count));
        return targets;
    }

    /// <summary>The record that a DMARC verdict of this domain is by (RFC 9989 §4.10.1); null: none.</summary>
    public PublishedRecord? Applicable()
    {
        if (OwnRecord is not null)
            return _records[0];
        return _records.Find(record => record.Domain == OrganizationalDomain)
            ?? _records.Find(record => record.Record.Psd == PsdFlag.PublicSuffix);
    }

    private bool TryGoOn(string target, DnsAnswer answer)
    {
        if (answer.IsTemporary)
        {
            IsStartKnown &= target != Start;
            _failures++;
            _failedLabels = DomainText.LabelCount(target);
            Problem = $"_dmarc.{target}: {answer.Status}";
            return true;
        }
        if (!TryFind(answer, out DmarcRecord record))
            return true;
        if (target == Start)
            OwnRecord = record;
        _records.Add(new PublishedRecord(target, record));
        return record.Psd == PsdFlag.Unknown;
    }

    /// <summary>RFC 9989 §4.10, steps 2 and 6: other records do not count; several DMARC records are none.</summary>
    private static bool TryFind(DnsAnswer answer, out DmarcRecord record)
    {
        record = new DmarcRecord();
        int count = 0;
        foreach (TxtRecord text in answer.Records.OfType<TxtRecord>())
        {
            if (!DmarcRecord.TryParse(text.Text, out DmarcRecord found))
                continue;
            record = found;
            count++;
        }
        return count == 1;
    }

    private void Conclude()
    {
        OrganizationalDomain = Select();
        // A top-level domain that does not answer decides nothing where there is a record right below it: a registry's
        // own record has psd=y, and makes that domain the organization's too (RFC 9989 §5.2).
        bool isHarmless = _failures == 1 && _failedLabels == 1 && DomainText.LabelCount(OrganizationalDomain) == 2
            && _records.Exists(record => record.Domain == OrganizationalDomain);
        IsCertain = _failures == 0 || isHarmless;
    }

    private string Select()
    {
        foreach (PublishedRecord found in _records)
        {
            if (found.Record.Psd == PsdFlag.Organizational)
                return found.Domain;
            // Below the domain where the walk began there is no label: that stays what it is, as rule 2 has it.
            if (found.Record.Psd == PsdFlag.PublicSuffix)
                return DomainText.LastLabels(Start, DomainText.LabelCount(found.Domain) + 1);
        }
        return _records.Count == 0 ? Start : _records[^1].Domain;
    }
}
