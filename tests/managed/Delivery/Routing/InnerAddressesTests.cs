using System.Net;
using MailModule.Delivery.Routing;

namespace MailModule.Tests.Delivery.Routing;

public class InnerAddressesTests
{
    [Theory]
    [InlineData("192.0.2.1", nameof(AddressReach.Outer))]
    [InlineData("9.255.255.255", nameof(AddressReach.Outer))]
    [InlineData("100.63.255.255", nameof(AddressReach.Outer))]
    [InlineData("172.15.255.255", nameof(AddressReach.Outer))]
    [InlineData("172.32.0.0", nameof(AddressReach.Outer))]
    [InlineData("2001:db8::1", nameof(AddressReach.Outer))]
    [InlineData("2606:4700::1111", nameof(AddressReach.Outer))]
    [InlineData("10.0.0.1", nameof(AddressReach.Private))]
    [InlineData("172.16.0.1", nameof(AddressReach.Private))]
    [InlineData("172.31.255.255", nameof(AddressReach.Private))]
    [InlineData("192.168.1.1", nameof(AddressReach.Private))]
    [InlineData("100.64.0.1", nameof(AddressReach.Private))]
    [InlineData("100.127.255.255", nameof(AddressReach.Private))]
    [InlineData("192.0.0.8", nameof(AddressReach.Private))]
    [InlineData("fc00::1", nameof(AddressReach.Private))]
    [InlineData("fdff::1", nameof(AddressReach.Private))]
    [InlineData("fec0::1", nameof(AddressReach.Private))]
    [InlineData("127.0.0.1", nameof(AddressReach.Local))]
    [InlineData("127.255.255.254", nameof(AddressReach.Local))]
    [InlineData("0.0.0.0", nameof(AddressReach.Local))]
    [InlineData("0.1.2.3", nameof(AddressReach.Local))]
    [InlineData("169.254.169.254", nameof(AddressReach.Local))]
    [InlineData("224.0.0.1", nameof(AddressReach.Local))]
    [InlineData("255.255.255.255", nameof(AddressReach.Local))]
    [InlineData("::", nameof(AddressReach.Local))]
    [InlineData("::1", nameof(AddressReach.Local))]
    [InlineData("fe80::1", nameof(AddressReach.Local))]
    [InlineData("fe80::1%3", nameof(AddressReach.Local))]
    [InlineData("ff02::1", nameof(AddressReach.Local))]
    public void Each_address_is_outer_private_or_local(string address, string reach)
        => Assert.Equal(reach, InnerAddresses.ReachOf(IPAddress.Parse(address)).ToString());

    [Theory]
    [InlineData("::ffff:{0}")]
    [InlineData("::{0}")]
    [InlineData("::ffff:0:{0}")]
    [InlineData("64:ff9b::{0}")]
    public void An_address_that_carries_another_leads_where_that_leads(string form)
    {
        Assert.Equal(AddressReach.Local, ReachOf(form, "127.0.0.1"));
        Assert.Equal(AddressReach.Local, ReachOf(form, "169.254.169.254"));
        Assert.Equal(AddressReach.Private, ReachOf(form, "10.1.2.3"));
        Assert.Equal(AddressReach.Outer, ReachOf(form, "192.0.2.1"));
    }

    [Theory]
    [InlineData("64:ff9b:1::7f00:1", nameof(AddressReach.Local))]
    [InlineData("64:ff9b:1::c000:201", nameof(AddressReach.Private))]
    [InlineData("2002:7f00:1::1", nameof(AddressReach.Local))]
    [InlineData("2002:a00:1::1", nameof(AddressReach.Private))]
    [InlineData("2002:c000:201::1", nameof(AddressReach.Outer))]
    // RFC 4380 §4: the server's address, and the client's with its bits flipped
    [InlineData("2001:0:c000:201::80ff:fffe", nameof(AddressReach.Local))]
    [InlineData("2001:0:7f00:1::3fff:fdfe", nameof(AddressReach.Local))]
    [InlineData("2001:0:c000:201::3fff:fdfe", nameof(AddressReach.Outer))]
    public void So_does_one_of_a_translator_or_a_tunnel(string address, string reach)
        => Assert.Equal(reach, InnerAddresses.ReachOf(IPAddress.Parse(address)).ToString());

    private static AddressReach ReachOf(string form, string carried)
        => InnerAddresses.ReachOf(IPAddress.Parse(form.Replace("{0}", carried, StringComparison.Ordinal)));
}
