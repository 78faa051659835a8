using System.Net;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

public sealed class GreylistTests
{
    private static readonly GreylistTimes s_times =
        new(TimeSpan.FromSeconds(30), TimeSpan.FromHours(48), TimeSpan.FromDays(35), AutoPass: 0);

    private readonly StandingClock _clock = new();
    private readonly Greylist _list;

    public GreylistTests() => _list = new Greylist(_clock, capacity: 8);

    [Fact]
    public void Who_tries_again_after_the_delay_passes_and_who_does_not_wait_goes_on_waiting()
    {
        Assert.False(Pass("198.51.100.7", "a@x", "b@y"));
        Turn(29);
        Assert.False(Pass("198.51.100.7", "a@x", "b@y"));
        Turn(1);
        Assert.True(Pass("198.51.100.7", "a@x", "b@y"));
        Assert.True(Pass("198.51.100.7", "A@X", "B@y"));
    }

    [Fact]
    public void Who_comes_after_the_life_begins_anew()
    {
        Assert.False(Pass("198.51.100.7", "a@x", "b@y"));
        Turn(48 * 3600);
        Assert.False(Pass("198.51.100.7", "a@x", "b@y"));
        Turn(30);
        Assert.True(Pass("198.51.100.7", "a@x", "b@y"));
        Turn(36 * 24 * 3600);
        Assert.False(Pass("198.51.100.7", "a@x", "b@y"));
    }

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.99", true)]
    [InlineData("198.51.100.7", "198.51.101.7", false)]
    [InlineData("198.51.100.7", "::ffff:198.51.100.8", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void A_network_is_24_bits_of_IPv4_and_64_of_IPv6(string first, string second, bool isOne)
    {
        Pass(first, "a@x", "b@y");
        Turn(30);
        Assert.Equal(isOne, Pass(second, "a@x", "b@y"));
    }

    [Fact]
    public void Another_sender_recipient_or_list_has_waited_for_nothing()
    {
        Pass("198.51.100.7", "a@x", "b@y");
        Turn(30);
        Assert.False(Pass("198.51.100.7", "c@x", "b@y"));
        Assert.False(Pass("198.51.100.7", "a@x", "c@y"));
        Assert.False(_list.Pass("other", IPAddress.Parse("198.51.100.7"), "a@x", "b@y", s_times));
    }

    [Fact]
    public void A_network_with_enough_senders_that_have_waited_need_not_wait()
    {
        GreylistTimes times = s_times with { AutoPass = 2 };
        foreach (string sender in (string[])["a@x", "c@x"])
            Assert.False(Pass("198.51.100.7", sender, "b@y", times));
        Turn(30);
        Assert.True(Pass("198.51.100.7", "a@x", "b@y", times));
        Assert.False(Pass("198.51.100.7", "d@x", "b@y", times));
        Assert.True(Pass("198.51.100.7", "c@x", "b@y", times));
        Assert.True(Pass("198.51.100.9", "e@x", "b@y", times));
        Assert.False(Pass("198.51.101.9", "e@x", "b@y", times));
    }

    [Fact]
    public void A_flood_costs_nobody_who_has_waited_his_place()
    {
        Pass("198.51.100.7", "good@x", "b@y");
        Turn(30);
        Assert.True(Pass("198.51.100.7", "good@x", "b@y"));
        for (int i = 0; i < 100; i++)
        {
            Pass("203.0.113.1", $"bad{i}@x", "b@y");
            Assert.InRange(_list.Count, 1, 8);
        }
        Assert.True(Pass("198.51.100.7", "good@x", "b@y"));
    }

    [Fact]
    public void What_is_saved_is_known_after_a_restart()
    {
        Pass("198.51.100.7", "a@x", "b@y");
        Assert.True(_list.IsChanged);
        IReadOnlyList<string> lines = _list.Save();
        Assert.False(_list.IsChanged);
        var other = new Greylist(_clock);
        other.Load(lines);
        Turn(30);
        Assert.True(other.Pass("all", IPAddress.Parse("198.51.100.7"), "a@x", "b@y", s_times));
    }

    [Fact]
    public void Garbage_in_a_saved_list_is_left_out()
    {
        Pass("198.51.100.7", "a@x", "b@y");
        string line = Assert.Single(_list.Save());
        for (int i = 0; i < line.Length; i++)
            _list.Load([line[..i], line.Remove(i, 1).Insert(i, "\u00e9"), line[i..]]);
        _list.Load(["", " ", "t 1 2 3 4", "tAB 1 2 3", "tAB 1 99999999999 3 0", "tab 1 2 3 0", "x 1 1 1 1 1"]);
        Assert.InRange(_list.Count, 1, 8);
    }

    private bool Pass(string client, string sender, string recipient) => Pass(client, sender, recipient, s_times);

    private bool Pass(string client, string sender, string recipient, GreylistTimes times)
        => _list.Pass("all", IPAddress.Parse(client), sender, recipient, times);

    private void Turn(int seconds) => _clock.Now += TimeSpan.FromSeconds(seconds);
}
