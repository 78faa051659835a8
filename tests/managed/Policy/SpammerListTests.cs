using System.Net;
using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

public sealed class SpammerListTests
{
    private readonly StandingClock _clock = new();

    [Fact]
    public void An_address_stays_as_long_as_it_is_put_there()
    {
        var list = new SpammerList(_clock);
        list.Add(IPAddress.Parse("198.51.100.7"), TimeSpan.FromSeconds(10));
        list.Add(IPAddress.Parse("198.51.100.8"), TimeSpan.Zero);
        Assert.True(list.Contains(IPAddress.Parse("::ffff:198.51.100.7")));
        _clock.Now += TimeSpan.FromSeconds(10);
        Assert.False(list.Contains(IPAddress.Parse("198.51.100.7")));
        _clock.Now += TimeSpan.FromDays(10_000);
        Assert.True(list.Contains(IPAddress.Parse("198.51.100.8")));
    }

    [Fact]
    public void An_address_of_IPv6_stands_for_its_network()
    {
        var list = new SpammerList(_clock);
        list.Add(IPAddress.Parse("2001:db8::1"), TimeSpan.Zero);
        Assert.True(list.Contains(IPAddress.Parse("2001:db8::2:1")));
        Assert.False(list.Contains(IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void It_is_bounded_and_the_oldest_go_first()
    {
        var list = new SpammerList(_clock, capacity: 8);
        for (int i = 0; i < 100; i++)
        {
            list.Add(IPAddress.Parse($"198.51.100.{i}"), TimeSpan.Zero);
            _clock.Now += TimeSpan.FromSeconds(1);
            Assert.InRange(list.Count, 1, 8);
        }
        Assert.True(list.Contains(IPAddress.Parse("198.51.100.99")));
        Assert.False(list.Contains(IPAddress.Parse("198.51.100.1")));
    }

    [Fact]
    public void It_is_the_same_after_a_restart_and_garbage_is_left_out()
    {
        var list = new SpammerList(_clock);
        list.Add(IPAddress.Parse("198.51.100.7"), TimeSpan.FromSeconds(10));
        list.Add(IPAddress.Parse("2001:db8::1"), TimeSpan.Zero);
        var other = new SpammerList(_clock);
        other.Load([.. list.Save(), "", "x 1 2", "198.51.100.9 a 2", "198.51.100.9 1", "198.51.100.9 1 2 3"]);
        Assert.Equal(2, other.Count);
        Assert.True(other.Contains(IPAddress.Parse("198.51.100.7")));
        _clock.Now += TimeSpan.FromSeconds(11);
        Assert.Equal(["2001:db8::"], other.Save().Select(line => line.Split(' ')[0]));
    }

    [Theory]
    [InlineData("eve@example.net", "eve@example.net")]
    [InlineData("EVE@Example.NET", "eve@example.net")]
    [InlineData("\"eve\"@example.net", "eve@example.net")]
    [InlineData("any@bad.example", "*@bad.example")]
    [InlineData("any@sub.bad.example", null)]
    [InlineData("evy@example.net", null)]
    public void Named_senders_are_found_in_any_case_and_hosts_with_a_star(string sender, string? entry)
    {
        Assert.True(SenderBlacklist.TryParse(
            "eve@example.net;*@bad.example =x@y.example,\t", out SenderBlacklist list, out string error), error);
        Assert.True(MailAddress.TryParse(sender, out MailAddress address));
        Assert.Equal(entry, list.Find(address));
        Assert.Null(list.Find(MailAddress.Null));
    }

    [Theory]
    [InlineData("eve")]
    [InlineData("*@")]
    [InlineData("a@b@c")]
    [InlineData("*")]
    public void What_is_no_address_is_refused(string text)
    {
        Assert.False(SenderBlacklist.TryParse(text, out _, out string error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void A_message_that_was_cut_is_known_until_sixteen_others_were()
    {
        var ring = new CutMessages();
        ring.Add(CutMessages.KeyOf("a", "b", "c", "d"));
        for (int i = 0; i < 15; i++)
            ring.Add($"{i}");
        ring.Add("0");
        Assert.True(ring.Contains(CutMessages.KeyOf("a", "b", "c", "d")));
        ring.Add("16");
        Assert.False(ring.Contains(CutMessages.KeyOf("a", "b", "c", "d")));
    }
}
