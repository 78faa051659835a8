using System.Net;
using MailModule.Engine.Serving;

namespace MailModule.Tests.Engine.Serving;

public class PopLoginsTests
{
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(35);
    private readonly StillClock _clock = new();

    [Fact]
    public void An_address_counts_from_its_own_last_login_on()
    {
        var logins = new PopLogins(_clock);
        IPAddress one = IPAddress.Parse("192.0.2.1"), other = IPAddress.Parse("192.0.2.2");
        logins.Add(one);
        _clock.Now += TimeSpan.FromMinutes(34);
        logins.Add(other);
        Assert.True(logins.IsRecent(one, s_life));
        _clock.Now += TimeSpan.FromMinutes(1);
        Assert.False(logins.IsRecent(one, s_life));
        Assert.True(logins.IsRecent(other, s_life));
        Assert.True(logins.IsRecent(IPAddress.Parse("::ffff:192.0.2.2"), s_life));
    }

    [Fact]
    public void A_neighbour_in_an_ipv6_network_gets_no_right()
    {
        var logins = new PopLogins(_clock);
        logins.Add(IPAddress.Parse("2001:db8::1"));
        Assert.False(logins.IsRecent(IPAddress.Parse("2001:db8::2"), s_life));
    }

    [Fact]
    public void Many_logins_push_out_the_oldest()
    {
        var logins = new PopLogins(_clock);
        for (int i = 0; i < 40_000; i++)
        {
            _clock.Now += TimeSpan.FromMilliseconds(1);
            logins.Add(new IPAddress((uint)i));
        }
        Assert.True(logins.IsRecent(new IPAddress(39_999u), s_life));
        Assert.False(logins.IsRecent(new IPAddress(0u), s_life));
    }
}
