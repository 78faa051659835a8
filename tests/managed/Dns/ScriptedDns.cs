using System.Collections.Concurrent;
using System.Net;
using MailModule.Dns;

namespace MailModule.Tests.Dns;

/// <summary>
/// A resolver that knows what a test tells it, and counts what it is asked. A name it was told nothing about is not
/// there; a known name has no data of other types.
/// </summary>
internal sealed class ScriptedDns : IDns
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly Dictionary<(string, DnsType), DnsAnswer> _answers = [];
    private readonly HashSet<string> _names = [];
    private readonly ConcurrentQueue<string> _asked = new();

    /// <summary>"MX example.org" and the like, in order.</summary>
    public string[] Asked => [.. _asked];

    public ScriptedDns Addresses(string name, params string[] addresses)
    {
        foreach (IGrouping<DnsType, IPAddress> family in addresses.Select(IPAddress.Parse)
            .GroupBy(address => address.GetAddressBytes().Length == 4 ? DnsType.A : DnsType.Aaaa))
            Ok(name, family.Key, [.. family.Select(address => new AddressRecord(name, Life, address))]);
        return this;
    }

    public ScriptedDns Mx(string name, params (int Preference, string Exchange)[] hosts)
        => Ok(name, DnsType.Mx, [.. hosts.Select(host => new MxRecord(name, Life, host.Preference, host.Exchange))]);

    public ScriptedDns Ok(string name, DnsType type, params DnsRecord[] records)
        => Answer(name, type, new DnsAnswer(DnsStatus.Ok, records, name) { TimeToLive = Life });

    public ScriptedDns Status(string name, DnsType type, DnsStatus status)
        => Answer(name, type, new DnsAnswer(status, [], name, $"{name}: {status}"));

    public ScriptedDns Answer(string name, DnsType type, DnsAnswer answer)
    {
        _names.Add(name);
        _answers[(name, type)] = answer;
        return this;
    }

    public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        _asked.Enqueue($"{question.Type.ToString().ToUpperInvariant()} {question.Name}");
        return new ValueTask<DnsAnswer>(AnswerTo(question, cancel));
    }

    private DnsAnswer AnswerTo(DnsQuestion question, CancellationToken cancel)
        => cancel.IsCancellationRequested
            ? new DnsAnswer(DnsStatus.Cancelled, [], question.Name, "cancelled")
            : _answers.GetValueOrDefault((question.Name, question.Type)) ?? Nothing(question.Name);

    private DnsAnswer Nothing(string name)
    {
        DnsStatus status = _names.Contains(name) ? DnsStatus.NoData : DnsStatus.NxDomain;
        return new DnsAnswer(status, [], name, $"{name}: nothing") { TimeToLive = Life };
    }
}
