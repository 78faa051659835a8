using System.Net;
using MailModule.Delivery.Routing;

namespace MailModule.Tests.Delivery.Routing;

public class NextHopTests
{
    [Theory]
    [InlineData("relay.example", 587, "relay.example:587")]
    [InlineData("RELAY.example", 25, "relay.example:25")]
    [InlineData("192.0.2.1", 25, "192.0.2.1:25")]
    [InlineData("2001:db8::1", 25, "[2001:db8::1]:25")]
    public void A_host_with_its_port_is_read_as_it_was_written(string host, int port, string text)
    {
        Assert.Equal(text, NextHop.OfHost(host, port));
        Assert.True(NextHop.TryReadHost(text, out string readHost, out int readPort));
        Assert.Equal((host.ToLowerInvariant(), port), (readHost, readPort));
    }

    [Theory]
    [InlineData("b.example")]
    [InlineData("[192.0.2.1]")]
    [InlineData("[IPv6:2001:db8::1]")]
    public void Domains_and_literals_are_no_hosts_with_a_port(string text)
        => Assert.False(NextHop.TryReadHost(text, out _, out _));

    [Theory]
    [InlineData("b.example")]
    [InlineData("[192.0.2.1]")]
    [InlineData("[IPv6:2001:db8::1]")]
    public void A_next_hop_for_outer_addresses_is_another_and_is_read_as_it_was_written(string text)
    {
        Assert.False(NextHop.IsForOuter(text, out string same));
        Assert.True(NextHop.IsForOuter(NextHop.ForOuter(text), out string domain));
        Assert.Equal((text, text), (same, domain));
    }

    [Theory]
    [InlineData("[192.0.2.1]", "192.0.2.1")]
    [InlineData("[IPv6:2001:db8::1]", "2001:db8::1")]
    [InlineData("[IPv6:192.0.2.1]", null)]
    [InlineData("[2001:db8::1]", null)]
    [InlineData("[x]", null)]
    public void A_literal_gives_its_address(string text, string? address)
    {
        Assert.True(NextHop.TryReadLiteral(text, out IPAddress? found));
        Assert.Equal(address, found?.ToString());
    }

    [Theory]
    [InlineData("b.example")]
    [InlineData("192.0.2.1")]
    [InlineData("[]")]
    [InlineData("")]
    public void What_is_not_in_brackets_is_no_literal(string text) => Assert.False(NextHop.TryReadLiteral(text, out _));
}
