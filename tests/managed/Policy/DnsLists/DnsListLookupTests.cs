using System.Net;
using MailModule.Dns;
using MailModule.Policy.DnsLists;
using MailModule.Primitives;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Policy.DnsLists;

public sealed class DnsListLookupTests
{
    private const string V6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
    private const string V6Test = ".0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";

    private readonly ManualClock _clock = new();
    private readonly List<string> _lines = [];
    private readonly DnsListLookup _lookup;
    private ScriptedDns _dns = new();

    public DnsListLookupTests()
        => _lookup = new DnsListLookup(
            () => _dns, _clock, new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text)));

    [Fact]
    public async Task Every_kind_of_answer_is_told_apart()
    {
        foreach (string zone in (string[])["listed", "none", "outside", "refusing", "down", "silent", "far"])
            Good(zone);
        _dns.Addresses("7.100.51.198.listed", "127.0.0.2", "127.0.0.99");
        _dns.Addresses("7.100.51.198.outside", "127.0.1.1");
        _dns.Addresses("7.100.51.198.far", "203.0.113.1");
        _dns.Addresses("7.100.51.198.refusing", "127.0.0.2", "127.255.255.254");
        _dns.Status("7.100.51.198.down", DnsType.A, DnsStatus.Failed);
        _dns.Status("7.100.51.198.silent", DnsType.A, DnsStatus.TimedOut);
        DnsListResult[] results = await Ask(
            "198.51.100.7",
            "listed none outside=127.0.0.2-127.0.0.11 refusing down silent far");
        Assert.Equal(
            [
                DnsListStatus.Listed, DnsListStatus.NotListed, DnsListStatus.OutOfRange, DnsListStatus.Refusing,
                DnsListStatus.Down, DnsListStatus.Down, DnsListStatus.OutOfRange,
            ],
            results.Select(result => result.Status));
        Assert.Equal("127.0.0.2", results[0].Answer!.ToString());
        Assert.Empty(_lines);
    }

    [Fact]
    public async Task An_address_of_IPv6_is_asked_nibble_by_nibble()
    {
        _dns.Addresses($"2{V6Test}.zone", "127.0.0.2").Addresses($"{V6}.zone", "127.0.0.3");
        DnsListResult result = Assert.Single(await Ask("2001:db8::1", "zone"));
        Assert.Equal((DnsListStatus.Listed, "127.0.0.3"), (result.Status, result.Answer!.ToString()));
        Assert.Contains($"A 1{V6Test}.zone", _dns.Asked);
        Assert.DoesNotContain(_dns.Asked, asked => asked.Contains("127.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_IPv4_address_in_IPv6_form_is_asked_as_IPv4()
    {
        Good("zone");
        _dns.Addresses("7.100.51.198.zone", "127.0.0.2");
        Assert.True(Assert.Single(await Ask("::ffff:198.51.100.7", "zone")).IsListed);
    }

    [Fact]
    public async Task The_reason_is_asked_for_only_where_it_is_wanted_and_only_of_who_lists()
    {
        Good("one");
        Good("two");
        _dns.Addresses("7.100.51.198.one", "127.0.0.2");
        _dns.Ok("7.100.51.198.one", DnsType.Txt,
            new TxtRecord("x", TimeSpan.FromMinutes(1), "see \r\nhttp://x.example/\u00e9" + new string('y', 500)));
        Assert.Equal("", (await Ask("198.51.100.7", "one two"))[0].Text);
        Assert.DoesNotContain(_dns.Asked, asked => asked.StartsWith("TXT", StringComparison.Ordinal));
        DnsListResult[] results = await Ask("198.51.100.7", "one two", wantsText: true);
        Assert.StartsWith("see ??http://x.example/?yyy", results[0].Text, StringComparison.Ordinal);
        Assert.Equal(DnsListAnswers.TextLimit, results[0].Text.Length);
        Assert.Single(_dns.Asked, asked => asked.StartsWith("TXT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "", DnsListStatus.LeftOut, "test entry")]
    [InlineData("127.0.0.2", "127.0.0.2", DnsListStatus.LeftOut, "lists 127.0.0.1")]
    [InlineData("203.0.113.1", "", DnsListStatus.LeftOut, "test entry")]
    [InlineData("127.255.255.254", "127.255.255.254", DnsListStatus.Refusing, "does not answer us")]
    public async Task A_zone_that_is_none_is_left_out_and_told_once(
        string good, string none, object status, string told)
    {
        if (good.Length > 0)
            _dns.Addresses("2.0.0.127.zone", good);
        if (none.Length > 0)
            _dns.Addresses("1.0.0.127.zone", none);
        _dns.Addresses("7.100.51.198.zone", "127.0.0.2");
        for (int i = 0; i < 3; i++)
            Assert.Equal(status, Assert.Single(await Ask("198.51.100.7", "zone")).Status);
        Assert.Contains(told, Assert.Single(_lines), StringComparison.Ordinal);
        Assert.Equal(3, _dns.Asked.Length); // both test entries and the first client
    }

    [Fact]
    public async Task A_zone_that_is_down_is_left_out_and_comes_back_by_itself()
    {
        _dns.Status("2.0.0.127.zone", DnsType.A, DnsStatus.TimedOut);
        Assert.Equal(DnsListStatus.Down, Assert.Single(await Ask("198.51.100.7", "zone")).Status);
        _dns = new ScriptedDns();
        Good("zone");
        _dns.Addresses("7.100.51.198.zone", "127.0.0.2");
        Assert.Equal(DnsListStatus.Down, Assert.Single(await Ask("198.51.100.7", "zone")).Status);
        _clock.Advance(ZoneHealth.BadFor);
        await Ask("198.51.100.7", "zone"); // looks again, and holds nobody up for that
        Assert.True(Assert.Single(await Ask("198.51.100.7", "zone")).IsListed);
        Assert.Equal(2, _lines.Count);
        Assert.Contains("again", _lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zone_that_does_well_is_looked_at_now_and_then()
    {
        Good("zone");
        await Ask("198.51.100.7", "zone");
        await Ask("198.51.100.7", "zone");
        Assert.Single(_dns.Asked, asked => asked == "A 2.0.0.127.zone");
        _clock.Advance(ZoneHealth.GoodFor);
        await Ask("198.51.100.7", "zone");
        Assert.Equal(2, _dns.Asked.Count(asked => asked == "A 2.0.0.127.zone"));
    }

    [Fact]
    public async Task A_zone_that_does_not_answer_in_time_counts_as_one_that_does_not_list()
    {
        var lookup = new DnsListLookup(() => new SilentDns(), TimeProvider.System, Log.None);
        DnsListZone.TryParseAll("one two", out IReadOnlyList<DnsListZone> zones, out _);
        DnsListResult[] results = await lookup.Ask(zones, IPAddress.Parse("198.51.100.7"),
            new DnsListOptions(TimeSpan.FromMilliseconds(20), WantsText: true), default);
        Assert.All(results, result => Assert.Equal((DnsListStatus.Down, false), (result.Status, result.IsListed)));
    }

    private void Good(string zone) => _dns.Addresses($"2.0.0.127.{zone}", "127.0.0.2");

    private async Task<DnsListResult[]> Ask(string client, string zones, bool wantsText = false)
    {
        Assert.True(DnsListZone.TryParseAll(zones, out IReadOnlyList<DnsListZone> all, out _));
        return await _lookup.Ask(all, IPAddress.Parse(client), new DnsListOptions(TimeSpan.FromSeconds(60), wantsText),
            default);
    }

    /// <summary>Answers nothing before it is cancelled.</summary>
    private sealed class SilentDns : IDns
    {
        public async ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            var cancelled = new TaskCompletionSource();
            using CancellationTokenRegistration registration = cancel.Register(cancelled.SetResult);
            await cancelled.Task;
            return DnsAnswer.Cancelled(question.Name);
        }
    }
}
