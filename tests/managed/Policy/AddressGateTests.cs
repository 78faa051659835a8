using System.Net;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

public class AddressGateTests
{
    [Theory]
    [InlineData("", "", "", "", "192.0.2.1", null)]
    [InlineData("", "", "", "", "2001:db8::1", null)]
    [InlineData("192.0.2.0/24", "", "", "", "192.0.2.1", null)]
    [InlineData("192.0.2.0/24", "", "", "", "::ffff:192.0.2.1", null)]
    [InlineData("192.0.2.0/24", "", "", "", "192.0.3.1", "x_range")]
    [InlineData("192.0.2.0/24", "", "", "", "2001:db8::1", null)]
    [InlineData("", "", "2001:db8::/32", "", "2001:db9::1", "x6_range")]
    [InlineData("", "", "2001:db8::/32", "", "192.0.2.1", null)]
    [InlineData("", "", "192.0.2.0/24", "", "192.0.2.1", null)]
    [InlineData("", "", "192.0.2.0/24", "", "192.0.3.1", "x_range")]
    [InlineData("192.0.2.0/24", "192.0.2.7", "", "", "192.0.2.7", "x_deny")]
    [InlineData("", "192.0.2.7", "", "", "::ffff:192.0.2.7", "x_deny")]
    [InlineData("", "192.0.2.7", "", "", "192.0.2.8", null)]
    [InlineData("", "", "", "fe80::/10", "fe80::1", "x6_deny")]
    [InlineData("", "2001:db8::1", "", "", "2001:db8::1", "x6_deny")]
    public void A_range_lets_in_and_a_denial_keeps_out_each_family_by_its_own(
        string range, string deny, string range6, string deny6, string address, string? bars)
    {
        var gate = new AddressGate("x", key => key switch
        {
            "x_range" => range,
            "x_deny" => deny,
            "x6_range" => range6,
            _ => deny6,
        });
        Assert.Equal(bars, gate.WhatBars(IPAddress.Parse(address)));
    }

    [Fact]
    public void A_setting_that_is_not_there_keeps_nobody_out()
        => Assert.Null(new AddressGate("x", _ => null).WhatBars(IPAddress.Parse("192.0.2.1")));
}
