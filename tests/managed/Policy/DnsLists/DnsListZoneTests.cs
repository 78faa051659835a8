using System.Net;
using MailModule.Policy.DnsLists;

namespace MailModule.Tests.Policy.DnsLists;

public sealed class DnsListZoneTests
{
    [Theory]
    [InlineData("zen.example", "zen.example 127.0.0.2-127.255.254.255")]
    [InlineData(
        " Zen.Example. ,\tb.example=127.0.0.4",
        "zen.example 127.0.0.2-127.255.254.255|b.example 127.0.0.4-127.0.0.4")]
    [InlineData("a.example=127.0.0.2-127.0.0.11", "a.example 127.0.0.2-127.0.0.11")]
    [InlineData("", "")]
    public void Zones_stand_with_blanks_or_commas_between_and_their_answers_behind_them(string text, string zones)
    {
        Assert.True(DnsListZone.TryParseAll(text, out IReadOnlyList<DnsListZone> found, out string error), error);
        Assert.Equal(zones, string.Join('|', found.Select(
            zone => $"{zone.Name} {Dotted(zone.First)}-{Dotted(zone.Last)}")));
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("=127.0.0.2")]
    [InlineData("a.example=")]
    [InlineData("a.example=127.0.0")]
    [InlineData("a.example=127.0.0.256")]
    [InlineData("a.example=10.0.0.2")]
    [InlineData("a.example=127.0.0.9-127.0.0.2")]
    [InlineData("a.example=127.0.0.2-")]
    [InlineData("a.example=127.0.0.2=127.0.0.3")]
    [InlineData("\\046.example")]
    public void What_is_no_zone_is_refused(string text)
    {
        Assert.False(DnsListZone.TryParseAll(text, out _, out string error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void There_is_an_end_to_zones_and_to_their_names()
    {
        string many = string.Join(' ', Enumerable.Range(0, DnsListZone.CountLimit + 1).Select(i => $"z{i}.example"));
        Assert.False(DnsListZone.TryParseAll(many, out _, out _));
        string label = new('a', 60);
        Assert.False(DnsListZone.TryParseAll($"{label}.{label}.{label}.{label}", out _, out _));
    }

    [Fact]
    public void Garbage_is_refused_or_read_and_nothing_else()
    {
        var random = new Random(7);
        const string letters = "azAZ09.-=,\t \\\"\u00e9\0\r\n127";
        for (int i = 0; i < 5000; i++)
        {
            char[] text = [.. Enumerable.Range(0, random.Next(30)).Select(_ => letters[random.Next(letters.Length)])];
            if (DnsListZone.TryParseAll(new string(text), out IReadOnlyList<DnsListZone> zones, out string error))
                Assert.All(zones, zone => Assert.True(zone.Name.Length > 0 && zone.First <= zone.Last));
            else
                Assert.NotEmpty(error);
        }
    }

    [Theory]
    [InlineData("127.0.0.2", true)]
    [InlineData("127.0.0.11", true)]
    [InlineData("127.0.0.12", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.0.0.2", false)]
    [InlineData("::1", false)]
    public void Only_answers_in_the_range_count(string answer, bool counts)
    {
        DnsListZone.TryParseAll("a.example=127.0.0.2-127.0.0.11", out IReadOnlyList<DnsListZone> zones, out _);
        Assert.Equal(counts, zones[0].Counts(IPAddress.Parse(answer)));
    }

    private static string Dotted(uint number) => new IPAddress(
        [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]).ToString();
}
