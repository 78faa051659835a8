using System.Net;
using MailModule.Authentication.Spf;

namespace MailModule.Tests.Authentication.Spf;

public class SpfAddressTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.255", 24, 0, true)]
    [InlineData("192.0.2.1", "192.0.3.255", 24, 128, false)]
    [InlineData("192.0.2.1", "192.0.3.1", 23, 0, true)]
    [InlineData("192.0.2.1", "192.0.2.0", 31, 0, true)]
    [InlineData("192.0.2.1", "192.0.2.0", 32, 0, false)]
    [InlineData("192.0.2.1", "10.0.0.1", 0, 0, true)]
    [InlineData("192.0.2.1", "::", 0, 0, false)]
    [InlineData("2001:db8::1", "0.0.0.0", 0, 0, false)]
    [InlineData("2001:db8::1", "::", 0, 0, true)]
    [InlineData("2001:db8::1", "2001:db8::2", 0, 126, true)]
    [InlineData("2001:db8::1", "2001:db8::2", 0, 127, false)]
    [InlineData("2001:db8::1", "2001:db8::1", 0, 128, true)]
    public void The_first_bits_count(string client, string network, int ip4, int ip6, bool isIn)
        => Assert.Equal(isIn, SpfAddress.IsIn(IPAddress.Parse(client), IPAddress.Parse(network), (ip4, ip6)));

    [Fact]
    public void Each_bit_counts_up_to_the_length()
    {
        byte[] octets = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        for (int bit = 0; bit < 128; bit++)
        {
            byte[] other = [.. octets];
            other[bit / 8] ^= (byte)(0x80 >> bit % 8);
            for (int length = 0; length <= 128; length++)
                Assert.Equal(length <= bit, SpfAddress.IsIn(new IPAddress(octets), new IPAddress(other), (0, length)));
        }
    }

    [Theory]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("fe80::1%7", "fe80::1")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    public void A_client_is_plain(string client, string plain)
        => Assert.Equal(plain, SpfAddress.Plain(IPAddress.Parse(client)).ToString());

    [Theory]
    [InlineData("::", "::")]
    [InlineData("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304")]
    [InlineData("ABCD::", "abcd::")]
    [InlineData("1::8", "1::8")]
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    [InlineData(":::", null)]
    [InlineData("1:2:3:4:5:6:7", null)]
    [InlineData("1:2:3:4:5:6:7:1.2.3.4", null)]
    [InlineData("1.2.3.4::", null)]
    [InlineData(":1:2:3:4:5:6:7", null)]
    [InlineData("1:2:3:4:5:6:7:", null)]
    [InlineData("g::", null)]
    [InlineData("::1.2.3.4.5", null)]
    [InlineData("::.1.2.3.4", null)]
    [InlineData("::1.2.3.4:5", null)]
    [InlineData("", null)]
    public void An_ipv6_address_is_read_strictly(string text, string? address)
        => Assert.Equal(address is null ? null : IPAddress.Parse(address), SpfAddress.ParseIp6(text));
}
