using System.Net;
using MailModule.Transport.Proxies;

namespace MailModule.Tests.Transport.Proxies;

public class ProxyAddressTests
{
    [Theory]
    [InlineData("socks5://proxy.example:1080", ProxyKind.Socks5, "proxy.example", 1080, null, "")]
    [InlineData("SOCKS5://127.0.0.1:1080/", ProxyKind.Socks5, "127.0.0.1", 1080, null, "")]
    [InlineData("socks5://ann:secret@[::1]:1", ProxyKind.Socks5, "::1", 1, "ann", "secret")]
    [InlineData("socks5://ann:se@cret@host:1080", ProxyKind.Socks5, "host", 1080, "ann", "se@cret")]
    [InlineData("socks5://a%6En:%3A%40%2f%25:x@host:1080", ProxyKind.Socks5, "host", 1080, "ann", ":@/%:x")]
    [InlineData("socks5://%C3%BC:%C3%9F@host:1080", ProxyKind.Socks5, "host", 1080, "\u00fc", "\u00df")]
    [InlineData("socks4a://ann@host:65535", ProxyKind.Socks4a, "host", 65535, "ann", "")]
    [InlineData("socks4a://host:1080", ProxyKind.Socks4a, "host", 1080, null, "")]
    [InlineData("http://ann:@proxy.example:3128", ProxyKind.Http, "proxy.example", 3128, "ann", "")]
    [InlineData("http://ann@proxy.example:3128", ProxyKind.Http, "proxy.example", 3128, "ann", "")]
    internal void An_address_is_taken_apart(
        string text, ProxyKind kind, string host, int port, string? user, string password)
    {
        Assert.True(ProxyAddress.TryParse(text, out ProxyAddress? proxy));
        Assert.Equal((kind, host, port, user, password),
            (proxy!.Kind, proxy.Host, proxy.Port, proxy.User, proxy.Password));
        Assert.Equal(IPAddress.TryParse(host, out IPAddress? address) ? address : null, proxy.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("proxy.example:1080")]
    [InlineData("https://proxy.example:443")]
    [InlineData("socks4://proxy.example:1080")]
    [InlineData("socks5://proxy.example")]
    [InlineData("socks5://proxy.example:")]
    [InlineData("socks5://proxy.example:0")]
    [InlineData("socks5://proxy.example:65536")]
    [InlineData("socks5://proxy.example:+80")]
    [InlineData("socks5://:1080")]
    [InlineData("socks5://[::1:1080")]
    [InlineData("socks5://[]:1080")]
    [InlineData("socks5://[127.0.0.1]:1080")]
    [InlineData("socks5://::1:1080")]
    [InlineData("socks5://ho st:1080")]
    [InlineData("socks5://host:1080/path")]
    [InlineData("socks5://@host:1080")]
    [InlineData("socks5://:secret@host:1080")]
    [InlineData("socks5://ann@host:1080")]
    [InlineData("socks5://a%n:x@host:1080")]
    [InlineData("socks5://ann:x%2@host:1080")]
    [InlineData("socks5://ann:%0d%0a@host:1080")]
    [InlineData("socks4a://ann%00:@host:1080")]
    [InlineData("socks4a://ann:secret@host:1080")]
    [InlineData("http://a%3Ab:c@host:3128")]
    public void What_is_no_address_is_refused(string text)
    {
        Assert.False(ProxyAddress.TryParse(text, out ProxyAddress? proxy));
        Assert.Null(proxy);
    }

    [Fact]
    public void A_secret_longer_than_its_field_is_refused()
    {
        Assert.True(ProxyAddress.TryParse($"socks5://ann:{new string('x', 255)}@host:1", out _));
        Assert.False(ProxyAddress.TryParse($"socks5://ann:{new string('x', 256)}@host:1", out _));
        Assert.False(ProxyAddress.TryParse(
            $"socks5://ann:{string.Concat(Enumerable.Repeat("%C3%BC", 128))}@host:1", out _));
    }

    [Theory]
    [InlineData("socks5://ann:secret@host:1080", "socks5://host:1080")]
    [InlineData("http://ann:secret@[::1]:3128/", "http://[::1]:3128")]
    public void Its_text_hides_the_login(string text, string shown)
    {
        Assert.True(ProxyAddress.TryParse(text, out ProxyAddress? proxy));
        Assert.Equal(shown, proxy!.ToString());
    }

    [Fact]
    public void A_name_gets_its_address_from_who_resolves_it()
    {
        Assert.True(ProxyAddress.TryParse("socks5://ann:secret@host:1080", out ProxyAddress? proxy));
        ProxyAddress found = proxy!.At(IPAddress.Loopback);
        Assert.Equal((IPAddress.Loopback, "host", 1080, "ann", "secret"),
            (found.Address, found.Host, found.Port, found.User, found.Password));
    }

    [Fact]
    public void Garbage_is_refused_or_read_and_never_thrown_at()
    {
        var random = new Random(4711);
        string letters = "socks5:/@[]%.0aF4\u00fc\0";
        for (int round = 0; round < 20_000; round++)
        {
            string text = (round % 2 == 0 ? "socks5://" : "http://")
                + string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => letters[random.Next(letters.Length)]));
            if (ProxyAddress.TryParse(text, out ProxyAddress? proxy))
                Assert.InRange(proxy!.Port, 1, 65535);
        }
    }
}
