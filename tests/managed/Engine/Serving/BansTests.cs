using System.Net;
using MailModule.Engine.Serving;

namespace MailModule.Tests.Engine.Serving;

public class BansTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private readonly StillClock _clock = new();

    [Fact]
    public void A_ban_ends_with_its_time_and_is_new_again_then()
    {
        var bans = new Bans(_clock);
        IPAddress client = IPAddress.Parse("192.0.2.1");
        Assert.False(bans.Contains(client));
        Assert.True(bans.Add(client, s_hour));
        Assert.False(bans.Add(client, s_hour));
        Assert.True(bans.Contains(client));
        Assert.True(bans.Contains(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.False(bans.Contains(IPAddress.Parse("192.0.2.2")));
        _clock.Now += s_hour;
        Assert.False(bans.Contains(client));
        Assert.True(bans.Add(client, s_hour));
    }

    [Fact]
    public void A_ban_is_of_a_whole_ipv6_64()
    {
        var bans = new Bans(_clock);
        bans.Add(IPAddress.Parse("2001:db8::1"), s_hour);
        Assert.True(bans.Contains(IPAddress.Parse("2001:db8::ffff")));
        Assert.False(bans.Contains(IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void Many_bans_push_out_those_that_end_first_and_never_a_longer_one()
    {
        var bans = new Bans(_clock);
        IPAddress client = IPAddress.Parse("203.0.113.1");
        bans.Add(client, 2 * s_hour);
        for (int i = 0; i < 30_000; i++)
            bans.Add(new IPAddress((uint)i), s_hour);
        Assert.True(bans.Contains(client));
        Assert.InRange(Enumerable.Range(0, 30_000).Count(i => bans.Contains(new IPAddress((uint)i))), 1, 8192);
    }
}
