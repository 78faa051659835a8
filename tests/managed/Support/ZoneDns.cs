using System.Collections.Concurrent;
using System.Net;
using MailModule.Dns;

namespace MailModule.Tests.Support;

/// <summary>
/// A resolver over records that a test, or a suite's zone, gives it: CNAMEs are followed, a chain without an end fails,
/// a name without records does not exist. Names are compared as the DNS does, and counted as they are asked for.
/// </summary>
internal sealed class ZoneDns : IDns
{
    private const int ChainLimit = 8;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, List<DnsRecord>> _records = [];
    private readonly HashSet<string> _silent = [];
    private readonly ConcurrentQueue<string> _asked = new();

    /// <summary>"MX example.org" and the like, in order.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    /// <summary>Asked before a question is answered: another answer, or null.</summary>
    public Func<DnsQuestion, CancellationToken, ValueTask<DnsAnswer>?>? Instead { get; set; }

    public ZoneDns Txt(string name, params string[] texts)
        => Add(name, [.. texts.Select(text => new TxtRecord(name, Life, text))]);

    /// <summary>Another text in place of all that the name had.</summary>
    public ZoneDns ReplaceTxt(string name, string text)
    {
        _records.GetValueOrDefault(Normal(name))?.RemoveAll(record => record is TxtRecord);
        return Txt(name, text);
    }

    public ZoneDns Address(string name, params string[] addresses)
        => Add(name, [.. addresses.Select(text => new AddressRecord(name, Life, IPAddress.Parse(text)))]);

    public ZoneDns Mx(string name, params (int Preference, string Exchange)[] hosts)
        => Add(name, [.. hosts.Select(host => new MxRecord(name, Life, host.Preference, Normal(host.Exchange)))]);

    public ZoneDns Ptr(string name, params string[] targets)
        => Add(name, [.. targets.Select(target => new NameRecord(name, Life, Normal(target)))]);

    public ZoneDns Cname(string name, string target) => Add(name, new Alias(name, Life, Normal(target)));

    /// <summary>Of this name types without a record are not answered in time.</summary>
    public ZoneDns Silent(string name)
    {
        _silent.Add(Normal(name));
        return Add(name);
    }

    public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        _asked.Enqueue($"{question.Type.ToString().ToUpperInvariant()} {question.Name}");
        return Instead?.Invoke(question, cancel) ?? new ValueTask<DnsAnswer>(AnswerTo(question, cancel));
    }

    private DnsAnswer AnswerTo(DnsQuestion question, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
            return DnsAnswer.Cancelled(question.Name);
        if (!DnsName.TryNormalize(question.Name, out string name))
            return DnsAnswer.BadName(question.Name);
        for (int i = 0; i < ChainLimit; i++)
        {
            if (!_records.TryGetValue(name, out List<DnsRecord>? all))
                return Answer(DnsStatus.NxDomain, name);
            DnsRecord[] found = [.. all.Where(record => IsOf(record, question.Type))];
            if (found.Length > 0)
                return Answer(DnsStatus.Ok, name, found);
            if (_silent.Contains(name))
                return Answer(DnsStatus.TimedOut, name);
            if (all.Find(record => record is Alias) is not Alias alias)
                return Answer(DnsStatus.NoData, name);
            name = alias.Target;
        }
        return Answer(DnsStatus.Failed, name);
    }

    private static DnsAnswer Answer(DnsStatus status, string name, params DnsRecord[] records)
        => new(status, records, name, status == DnsStatus.Ok ? "" : $"{name}: {status}") { TimeToLive = Life };

    private static bool IsOf(DnsRecord record, DnsType type) => record switch
    {
        AddressRecord address => type == (address.Address.GetAddressBytes().Length == 4 ? DnsType.A : DnsType.Aaaa),
        MxRecord => type == DnsType.Mx,
        NameRecord => type == DnsType.Ptr,
        TxtRecord => type == DnsType.Txt,
        _ => false,
    };

    /// <summary>Blanks are octets of a label here, and the root is empty.</summary>
    private static string Normal(string name)
        => DnsName.TryNormalize(name.Replace(" ", @"\032"), out string normal) ? normal : name.ToLowerInvariant();

    private ZoneDns Add(string name, params DnsRecord[] records)
    {
        string normal = Normal(name);
        if (!_records.TryGetValue(normal, out List<DnsRecord>? all))
            _records[normal] = all = [];
        all.AddRange(records);
        return this;
    }

    private sealed record Alias(string Name, TimeSpan TimeToLive, string Target) : DnsRecord(Name, TimeToLive);
}
