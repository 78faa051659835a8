using System.Net;
using System.Net.Sockets;
using MailModule.Dns;
using MailModule.Primitives;

namespace MailModule.Policy.DnsLists;

/// <summary>How a look-up is made.</summary>
/// <param name="Timeout">For all of it; what has not answered by then is <see cref="DnsListStatus.Down"/>.</param>
/// <param name="WantsText">A zone that lists the address is asked for its reason.</param>
internal readonly record struct DnsListOptions(TimeSpan Timeout, bool WantsText);

/// <summary>
/// Asks zones about addresses of hosts, several zones at once, and holds no thread meanwhile. What zones have answered
/// is kept by the resolver's cache for its time to live; here is what is known of the zones themselves. Any thread.
/// </summary>
/// <param name="dns">The resolver of the moment.</param>
/// <param name="clock">For what ages; deadlines are counted by it too.</param>
internal sealed class DnsListLookup(Func<IDns> dns, TimeProvider clock, Log log)
{
    /// <summary>Users may name zones in lists of theirs.</summary>
    private const int ZonesKept = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Zone, bool IsV6), ZoneHealth> _health = [];

    /// <summary>To be called, and its answer to be followed, as <see cref="IDns.Ask"/> says.</summary>
    /// <returns>A result for each zone, in their order.</returns>
    public async ValueTask<DnsListResult[]> Ask(
        IReadOnlyList<DnsListZone> zones, IPAddress address, DnsListOptions options, CancellationToken stop)
    {
        IDns resolver = dns();
        using var deadline = new CancellationTokenSource(options.Timeout, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        string labels = ReverseName.LabelsOf(address);
        bool isV6 = address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6;
        Task<DnsListResult>[] asked = new Task<DnsListResult>[zones.Count];
        for (int i = 0; i < asked.Length; i++)
        {
            ZoneHealth health = HealthOf(zones[i].Name, isV6);
            asked[i] = Ask(resolver, zones[i], $"{labels}.{zones[i].Name}", health, options, stop, end.Token).AsTask();
        }
        return await Task.WhenAll(asked).ConfigureAwait(false);
    }

    private static async ValueTask<DnsListResult> Ask(
        IDns resolver, DnsListZone zone, string name, ZoneHealth health, DnsListOptions options,
        CancellationToken stop, CancellationToken end)
    {
        // One that is known to fail is not asked.
        ZoneProblem? known = health.Problem;
        ValueTask<ZoneProblem?> look = health.Look(resolver, options.Timeout, stop);
        ValueTask<DnsAnswer> answer = known is not null ? default : resolver.Ask(new DnsQuestion(name, DnsType.A), end);
        ZoneProblem? problem = await look.ConfigureAwait(false) ?? known;
        if (known is not null)
            return LeftOut(zone, problem!);
        DnsListResult result = DnsListAnswers.Read(zone, await answer.ConfigureAwait(false));
        if (problem is not null)
            return LeftOut(zone, problem);
        if (!result.IsListed || !options.WantsText)
            return result;
        DnsAnswer text = await resolver.Ask(new DnsQuestion(name, DnsType.Txt), end).ConfigureAwait(false);
        return result with { Text = DnsListAnswers.ReasonIn(text) };
    }

    private static DnsListResult LeftOut(DnsListZone zone, ZoneProblem problem)
        => new(zone, problem.Kind, problem.Answer, problem.Text);

    private ZoneHealth HealthOf(string zone, bool isV6)
    {
        lock (_lock)
        {
            if (_health.TryGetValue((zone, isV6), out ZoneHealth? known))
                return known;
            if (_health.Count >= ZonesKept)
                _health.Clear();
            return _health[(zone, isV6)] = new ZoneHealth(zone, isV6, clock, problem => Tell(zone, isV6, problem));
        }
    }

    private void Tell(string zone, bool isV6, string? problem)
    {
        string what = $"{zone}, asked about {(isV6 ? "IPv6" : "IPv4")} addresses";
        log.Write(LogLevel.Warning, "dnsbl", problem is null
            ? $"{what}, does what a list must again"
            : $"{what}, is left out: {problem}; it is tried every {ZoneHealth.BadFor.TotalMinutes:0} minutes");
    }
}
