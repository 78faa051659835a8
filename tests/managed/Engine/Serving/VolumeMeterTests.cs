using System.Net;
using MailModule.Engine.Serving;
using MailModule.Policy;

namespace MailModule.Tests.Engine.Serving;

public class VolumeMeterTests
{
    private static readonly VolumeLimits s_limits = new(TimeSpan.FromSeconds(100), 1000, 2000, 3000, false);
    private static readonly IPAddress s_client = IPAddress.Parse("192.0.2.1");

    private readonly StillClock _clock = new();
    private readonly VolumeMeter _meter;

    public VolumeMeterTests() => _meter = new VolumeMeter(_clock);

    [Fact]
    public void A_limits_worth_comes_at_once_and_then_what_has_faded()
    {
        _meter.Add(s_client, s_limits, 999);
        Assert.Equal(VolumeVerdict.Within, Check(s_client));
        _meter.Add(s_client, s_limits, 1);
        Assert.Equal(VolumeVerdict.Over, Check(s_client));
        _clock.Now += TimeSpan.FromSeconds(10);
        Assert.Equal(VolumeVerdict.Within, Check(s_client, 100));
        Assert.Equal(VolumeVerdict.Over, Check(s_client, 101));
        _clock.Now += TimeSpan.FromSeconds(90);
        Assert.Equal(VolumeVerdict.Within, Check(s_client, 1000));
    }

    [Fact]
    public void A_message_that_is_larger_than_a_limit_never_fits()
    {
        Assert.Equal(VolumeVerdict.NeverFits, Check(s_client, 1001));
        Assert.Equal(VolumeVerdict.NeverFits, Check(s_client, long.MaxValue));
    }

    [Theory]
    [InlineData("192.0.3.1", "192.0.4.1", "192.1.0.1")]
    [InlineData("2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:2:1::1")]
    public void Addresses_of_one_network_fill_it_together(string first, string second, string other)
    {
        _meter.Add(IPAddress.Parse(first), s_limits, 1000);
        _meter.Add(IPAddress.Parse(second), s_limits, 1000);
        Assert.Equal(VolumeVerdict.Over, Check(first));
        Assert.Equal(VolumeVerdict.Within, Check(other));
        _meter.Add(IPAddress.Parse(other), s_limits, 1000);
        Assert.Equal(VolumeVerdict.Over, Check("198.51.100.1"));
    }

    [Fact]
    public void An_ipv6_64_is_one_address_and_so_is_a_mapped_ipv4_address()
    {
        _meter.Add(IPAddress.Parse("2001:db8::1"), s_limits, 1000);
        Assert.Equal(VolumeVerdict.Over, Check("2001:db8::2"));
        _meter.Add(IPAddress.Parse("::ffff:192.0.2.1"), s_limits, 1000);
        Assert.Equal(VolumeVerdict.Over, Check("192.0.2.1"));
    }

    [Fact]
    public void A_flood_of_addresses_neither_grows_without_bound_nor_washes_out_who_has_sent_much()
    {
        var limits = s_limits with { OfNetwork = long.MaxValue, OfAll = long.MaxValue };
        _meter.Add(s_client, limits, 1000);
        for (int i = 0; i < 60_000; i++)
            _meter.Add(new IPAddress((uint)i * 2654435761), limits, 1);
        Assert.InRange(_meter.Count, 1, 2 * 16_384);
        Assert.Equal(VolumeVerdict.Over, _meter.Check(s_client, limits, 0));
    }

    private VolumeVerdict Check(string client) => Check(IPAddress.Parse(client));

    private VolumeVerdict Check(IPAddress client, long more = 0) => _meter.Check(client, s_limits, more);
}
