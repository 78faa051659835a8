using System.Net;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

public class AddressCountsTests
{
    private readonly AddressCounts _counts = new();

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", true)]
    public void An_address_counts_once_in_all_its_forms_and_an_ipv6_network_as_one(
        string first, string second, bool areTwo)
    {
        Assert.True(_counts.TryAdd(IPAddress.Parse(first), 1));
        Assert.Equal(areTwo, _counts.TryAdd(IPAddress.Parse(second), 1));
        _counts.Remove(IPAddress.Parse(first));
        Assert.True(_counts.TryAdd(IPAddress.Parse(first), 1));
    }
}
