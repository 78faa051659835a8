using MailModule.Dns;
using MailModule.Engine.Serving.Handlers;
using MailModule.Engine.Settings;
using MailModule.Policy.DnsLists;

namespace MailModule.Engine.Serving;

/// <summary>What the checks of one session have found out, for handlers of the host. Any thread.</summary>
internal sealed class CheckResults(CheckRules rules)
{
    /// <summary>A client may name any number of recipients, and each is checked.</summary>
    private const int CountLimit = 100;

    private readonly Lock _lock = new();
    private readonly List<SessionCheck> _found = [];
    private DnsListResult[]? _zones;

    public IReadOnlyList<SessionCheck> Current
    {
        get
        {
            lock (_lock)
                return [.. Zones(), .. _found];
        }
    }

    public void Set(DnsListResult[] zones)
    {
        lock (_lock)
            _zones = zones;
    }

    public void Add(SenderVerdict verdict)
    {
        if (verdict.Class != SenderClass.Unknown)
            Add(new SessionCheck($"{verdict.Class.ToString().ToLowerInvariant()}list", verdict.Rule, "",
                $"{verdict.Rule} is met", CheckResult.Listed));
    }

    public void AddGreylist(bool mayPass)
        => Add(new SessionCheck("greylist", "", "", mayPass ? "it has waited" : "it has to wait",
            mayPass ? CheckResult.NotListed : CheckResult.Listed));

    public void AddDomain(string domain, MxAnswer answer)
        => Add(new SessionCheck("checkmx", domain, "", answer.Text, answer.Status switch
        {
            MxStatus.Ok => CheckResult.NotListed,
            MxStatus.Temporary or MxStatus.Cancelled => CheckResult.Down,
            _ => CheckResult.Listed,
        }));

    private void Add(SessionCheck check)
    {
        lock (_lock)
            if (_found.Count < CountLimit)
                _found.Add(check);
    }

    private IEnumerable<SessionCheck> Zones()
    {
        for (int i = 0; i < rules.Zones.Bad.Count + rules.Zones.Good.Count; i++)
        {
            bool isBad = i < rules.Zones.Bad.Count;
            DnsListZone zone = isBad ? rules.Zones.Bad[i] : rules.Zones.Good[i - rules.Zones.Bad.Count];
            DnsListResult? result = _zones is { } all && i < all.Length ? all[i] : null;
            yield return new SessionCheck(isBad ? "dnsbl" : "dnswl", zone.Name, result?.Answer?.ToString() ?? "",
                result?.Text ?? "it has not answered yet", ResultOf(result?.Status));
        }
    }

    private static CheckResult ResultOf(DnsListStatus? status) => status switch
    {
        DnsListStatus.Listed => CheckResult.Listed,
        DnsListStatus.NotListed => CheckResult.NotListed,
        DnsListStatus.OutOfRange => CheckResult.OutOfRange,
        DnsListStatus.Refusing => CheckResult.Refused,
        DnsListStatus.Down => CheckResult.Down,
        _ => CheckResult.Unknown,
    };
}
