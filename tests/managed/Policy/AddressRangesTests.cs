using System.Net;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

public class AddressRangesTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("127.0.0.1", "::1", false)]
    [InlineData("10.0.0.5-10.0.1.2", "10.0.0.5", true)]
    [InlineData("10.0.0.5-10.0.1.2", "10.0.1.2", true)]
    [InlineData("10.0.0.5-10.0.1.2", "10.0.0.255", true)]
    [InlineData("10.0.0.5-10.0.1.2", "10.0.0.4", false)]
    [InlineData("10.0.0.5-10.0.1.2", "10.0.1.3", false)]
    [InlineData("192.168.7.9/24", "192.168.7.0", true)]
    [InlineData("192.168.7.9/24", "192.168.7.255", true)]
    [InlineData("192.168.7.9/24", "192.168.8.0", false)]
    [InlineData("1.2.3.4/32", "1.2.3.5", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "1.2.3.4", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::", true)]
    [InlineData("2001:db8::/32", "2001:db9::", false)]
    [InlineData("::1,FE80::-FEFF::", "fe90::7", true)]
    [InlineData("::1,FE80::-FEFF::", "ff00::", false)]
    [InlineData("::1/128", "::1", true)]
    [InlineData("1.0.0.1 , 2.0.0.2 - 2.0.0.3 , 3.0.0.0 / 8", "2.0.0.3", true)]
    [InlineData("1.0.0.1,2.0.0.2", "3.0.0.0", false)]
    [InlineData("", "127.0.0.1", false)]
    [InlineData("  ", "127.0.0.1", false)]
    public void An_address_is_in_a_list_or_not(string list, string address, bool isIn)
    {
        Assert.True(AddressRanges.TryParse(list, out AddressRanges ranges));
        Assert.Equal(isIn, ranges.Contains(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.04")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("1.2.3.4/33")]
    [InlineData("1.2.3.4/-1")]
    [InlineData("1.2.3.4/")]
    [InlineData("1.2.3.4-")]
    [InlineData("-1.2.3.4")]
    [InlineData("2.0.0.0-1.0.0.0")]
    [InlineData("1.2.3.4-::1")]
    [InlineData("1.2.3.4,")]
    [InlineData(",1.2.3.4")]
    [InlineData("1.2.3.4 5.6.7.8")]
    [InlineData("::1/129")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData(":::")]
    [InlineData("localhost")]
    [InlineData("*")]
    public void A_malformed_list_is_refused_whole(string list)
    {
        Assert.False(AddressRanges.TryParse(list, out AddressRanges ranges));
        Assert.Same(AddressRanges.Empty, ranges);
    }

    [Fact]
    public void Garbage_never_throws()
    {
        const string Letters = "0123456789.:-/,af% []";
        var random = new Random(5);
        int taken = 0;
        for (int round = 0; round < 50_000; round++)
            if (AddressRanges.TryParse(
                new([.. Enumerable.Range(0, random.Next(16)).Select(_ => Letters[random.Next(Letters.Length)])]),
                out AddressRanges ranges) && ranges != AddressRanges.Empty)
                taken++;
        Assert.InRange(taken, 1, 5_000);
    }

    [Theory]
    [InlineData(PlainAuth.Loopback, "127.0.0.1", false, true)]
    [InlineData(PlainAuth.Loopback, "127.8.8.8", false, true)]
    [InlineData(PlainAuth.Loopback, "::1", false, true)]
    [InlineData(PlainAuth.Loopback, "::ffff:127.0.0.1", false, true)]
    [InlineData(PlainAuth.Loopback, "192.0.2.1", false, false)]
    [InlineData(PlainAuth.Loopback, "192.0.2.1", true, true)]
    [InlineData(PlainAuth.Always, "192.0.2.1", false, true)]
    [InlineData(PlainAuth.Never, "127.0.0.1", false, false)]
    [InlineData(PlainAuth.Never, "192.0.2.1", true, true)]
    internal void A_password_may_come_in_clear_text_or_not(PlainAuth rule, string peer, bool isTls, bool isAllowed)
        => Assert.Equal(isAllowed, rule.Allows(IPAddress.Parse(peer), isTls));
}
