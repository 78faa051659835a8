using MailModule.Engine.Settings;

namespace MailModule.Tests.Engine.Settings;

public class ProxyHostsTests
{
    [Theory]
    [InlineData("", "pop.example.org", 110, "None")]
    [InlineData("pop.example.org", "POP.example.org", 110, "ByName")]
    [InlineData("pop.example.org", "pop.example.org", 995, "ByName")]
    [InlineData("pop.example.org", "pop.example.org", 25, "None")]
    [InlineData("pop.example.org", "x.pop.example.org", 110, "None")]
    [InlineData("pop.example.org:1100", "pop.example.org", 110, "None")]
    [InlineData("pop.example.org:1100", "pop.example.org", 1100, "ByName")]
    [InlineData("*.example.org", "pop.example.org", 995, "ByPattern")]
    [InlineData("*.example.org", "example.org", 110, "None")]
    [InlineData(".example.org:1100", "example.org", 1100, "ByPattern")]
    [InlineData(".example.org", "badexample.org", 110, "None")]
    [InlineData("*", "any.example", 110, "ByPattern")]
    [InlineData("*", "2001:db8::1", 110, "ByPattern")]
    [InlineData("*", "any.example", 25, "None")]
    [InlineData("*, any.example", "any.example", 110, "ByName")]
    [InlineData("127.0.0.1", "127.0.0.1", 110, "ByName")]
    [InlineData("[2001:DB8::1]:995, x", "2001:db8::1", 995, "ByName")]
    [InlineData("2001:db8::1", "2001:db8::1", 110, "ByName")]
    [InlineData("b\u00fccher.example", "xn--bcher-kva.example", 110, "ByName")]
    [InlineData("*.b\u00fccher.example", "pop.xn--bcher-kva.example", 110, "ByPattern")]
    public void A_host_is_allowed_by_its_name_or_by_a_pattern(string text, string host, int port, string expected)
    {
        Assert.True(ProxyHosts.TryParse(text, out ProxyHosts hosts));
        Assert.Equal(expected, $"{hosts.Find(host, port)}");
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("pop.example.org:0")]
    [InlineData("pop.example.org:x")]
    [InlineData("*:70000")]
    [InlineData("**")]
    [InlineData("*.")]
    [InlineData("*.example.org:")]
    [InlineData("pop.*.org")]
    public void What_is_no_host_is_told_of(string text) => Assert.False(ProxyHosts.TryParse(text, out _));
}
