using System.Globalization;
using System.Net;
using ARSoft.Tools.Net;
using ARSoft.Tools.Net.Spf;
using MailModule.Authentication;
using MailModule.Authentication.Spf;
using MailModule.Dns;
using MailModule.Tests.Support;

namespace MailModule.Tests.Authentication.Spf;

/// <summary>
/// ARSoft.Tools.Net judges random records as we do. They are right ones, in small letters and without prefix lengths of
/// IPv6, for that is as far as it goes: of the community's suite it fails a third.
/// </summary>
public class SpfSecondOpinionTests
{
    private const int Checks = 1000, Domains = 40, Hosts = 10;

    private static readonly string[] Clients = ["192.0.2.1", "192.0.2.2", "192.0.2.77", "2001:db8::1", "2001:db8::2"];

    private readonly Random _random = new(7208);
    private readonly ZoneDns _zone = new();

    [Fact]
    public async Task A_thousand_random_records_are_judged_alike()
    {
        Fill();
        Dictionary<string, int> results = [], differences = [];
        for (int i = 0; i < Checks; i++)
        {
            IPAddress client = IPAddress.Parse(Pick(Clients));
            string domain = $"d{_random.Next(Domains)}.test", sender = "strong-bad@" + domain;
            SpfResult ours = await new SpfCheck(_zone, "", TimeProvider.System).Check(
                SpfIdentity.MailFrom, client, sender, "host1.test", CancellationToken.None);
            string theirs = await Theirs(client, domain, sender);
            string word = ours.Result.ToString();
            results[word] = results.GetValueOrDefault(word) + 1;
            if (word == theirs)
                continue;
            string named = Difference(ours);
            Assert.True(named.Length > 0, $"{client} {sender}: {ours}, and they say {theirs}");
            differences[named] = differences.GetValueOrDefault(named) + 1;
        }
        // All of it was tried, and differences are few.
        Assert.True(results.Count == 7, string.Join(' ', results));
        Assert.True(differences.Values.Sum() < Checks / 4, string.Join(' ', differences));
    }

    /// <summary>Why we may differ; empty: we may not.</summary>
    private static string Difference(SpfResult ours)
        => ours.Text.EndsWith("no data", StringComparison.Ordinal) ? "names without data are not counted" : "";

    private async Task<string> Theirs(IPAddress client, string domain, string sender)
    {
        var validator = new SpfValidator
        {
            DnsResolver = new SecondResolver(_zone),
            HeloDomain = DomainName.Parse("host1.test"),
            LocalDomain = DomainName.Parse("receiver.test"),
            LocalIP = IPAddress.Loopback,
        };
        return (await validator.CheckHostAsync(client, domain, sender)).Result.ToString();
    }

    private void Fill()
    {
        for (int i = 0; i < Hosts; i++)
            for (int addresses = _random.Next(1, 4); addresses > 0; addresses--)
                _zone.Address($"host{i}.test", Address());
        _zone.Silent("silent.test");
        for (int i = 0; i < Domains; i++)
        {
            string domain = $"d{i}.test";
            _zone.Address(domain, Address());
            for (int hosts = _random.Next(4); hosts > 0; hosts--)
                _zone.Mx(domain, (hosts, Host()));
            if (_random.Next(12) > 0)
                _zone.Txt(domain, Record());
        }
        foreach (string client in Clients)
        {
            IPAddress address = IPAddress.Parse(client);
            string name = $"d{_random.Next(Domains)}.test";
            _zone.Ptr(ReverseName.Of(address), Host(), name).Address(name, client);
            if (_random.Next(2) == 0)
                _zone.Address(ReverseName.LabelsOf(address) + ".list.test", "127.0.0.2");
        }
    }

    private string Record()
    {
        IEnumerable<string> terms = Enumerable.Range(0, _random.Next(7))
            .Select(_ => Pick("", "", "-", "~", "?", "+") + Term()).ToList();
        string all = Pick(" -all", " -all", " ~all", " ?all", "", $" redirect=d{_random.Next(Domains)}.test");
        return $"v=spf1 {string.Join(' ', terms)}{all}".Replace("  ", " ");
    }

    private string Term() => _random.Next(9) switch
    {
        0 => "a",
        1 => $"a:{Host()}" + Pick("", "/24", "/31"),
        2 => "mx",
        3 => $"mx:d{_random.Next(Domains)}.test" + Pick("", "/28"),
        4 => Address() is var address && address.Contains(':') ? $"ip6:{address}{Pick("", "/64")}"
            : $"ip4:{address}{Pick("", "/30", "/24")}",
        5 => Pick("ptr", "ptr:%{d2}", $"ptr:d{_random.Next(Domains)}.test"),
        6 => "exists:" + Pick("%{ir}.list.test", "%{l1r-}.%{d}", Host(), "%{o}"),
        _ => $"include:d{_random.Next(Domains)}.test",
    };

    private string Host() => Pick("nowhere.test", "silent.test") is var odd && _random.Next(9) == 0
        ? odd
        : $"host{_random.Next(Hosts)}.test";

    private string Address() => _random.Next(3) == 0
        ? Pick(Clients)
        : Pick("192.0.2.", "198.51.100.", "2001:db8::") + _random.Next(1, 200).ToString(CultureInfo.InvariantCulture);

    private string Pick(params string[] words) => words[_random.Next(words.Length)];
}
