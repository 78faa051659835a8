using MailModule.Dns.Local;
using MailModule.Dns.Stub;

namespace MailModule.Tests.Dns.Local;

public class ResolvConfTests
{
    [Fact]
    public void Servers_come_in_order_with_time_out_and_attempts()
    {
        StubSettings settings = ResolvConf.Parse("""
            # made by hand
            ; nameserver 192.0.2.99
            domain example.org
            search example.org example.net
            nameserver 192.0.2.1
            	nameserver	2001:db8::53   # the second
            nameserver fe80::1%3
            nameserver fe80::2%lo
            options ndots:3 timeout:2 rotate attempts:4
            """);
        Assert.Equal(["192.0.2.1:53", "[2001:db8::53]:53", "[fe80::1%3]:53", "[fe80::2%1]:53"],
            settings.Servers.Select(server => server.ToString()));
        Assert.Equal((2.0, 4), (settings.Timeout.TotalSeconds, settings.Attempts));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nameserver\n")]
    [InlineData("nameserver nonsense\noptions\n")]
    [InlineData("name server 192.0.2.1")]
    public void Without_a_server_this_machine_is_asked(string text)
    {
        StubSettings settings = ResolvConf.Parse(text);
        Assert.Equal(["127.0.0.1:53"], settings.Servers.Select(server => server.ToString()));
        Assert.Equal((5.0, 2), (settings.Timeout.TotalSeconds, settings.Attempts));
    }

    [Fact]
    public void Numbers_have_the_limits_of_the_c_library()
    {
        StubSettings most = ResolvConf.Parse("options timeout:1000 attempts:99");
        StubSettings least = ResolvConf.Parse("options timeout:0\r\noptions attempts:0\r\n");
        StubSettings none = ResolvConf.Parse("options timeout:x attempts:-1 timeout:");
        Assert.Equal((30.0, 5), (most.Timeout.TotalSeconds, most.Attempts));
        Assert.Equal((1.0, 1), (least.Timeout.TotalSeconds, least.Attempts));
        Assert.Equal((5.0, 2), (none.Timeout.TotalSeconds, none.Attempts));
    }

    [Fact]
    public void Garbage_is_read_without_harm()
    {
        var random = new Random(3);
        string[] pieces =
            ["nameserver", "options", " ", "\t", "\n", "\r", "\0", "timeout:", "attempts:", "9", "99999999999", "::1",
                "%", "192.0.2.1", "#", "é"];
        for (int round = 0; round < 5000; round++)
        {
            StubSettings settings =
                ResolvConf.Parse(string.Concat(Enumerable.Range(0, random.Next(30))
                    .Select(_ => pieces[random.Next(pieces.Length)])));
            Assert.InRange(settings.Servers.Count, 1, 8);
            Assert.InRange(settings.Timeout.TotalSeconds, 1, 30);
        }
    }
}
