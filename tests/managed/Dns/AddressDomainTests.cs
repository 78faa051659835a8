using MailModule.Dns;
using MailModule.Mail;

namespace MailModule.Tests.Dns;

public class AddressDomainTests
{
    [Theory]
    [InlineData("ann@bücher.example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@BÜCHER.Example", "ann@xn--bcher-kva.example")]
    [InlineData("\"a b\"@例え.テスト", "\"a b\"@xn--r8jz45g.xn--zckzah")]
    [InlineData("ann@bücher。example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@Books.Example", "ann@Books.Example")]
    [InlineData("ann@[192.0.2.1]", "ann@[192.0.2.1]")]
    [InlineData("postmaster", "postmaster")]
    public void Domains_become_what_the_dns_has(string text, string expected)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        Assert.True(AddressDomain.TryMakeAscii(address, out MailAddress ascii));
        Assert.Equal(expected, ascii.Text);
        Assert.False(ascii.NeedsUtf8);
    }

    [Fact]
    public void Where_the_local_part_is_not_ascii_the_address_stays()
    {
        Assert.True(MailAddress.TryParse("jürgen@bücher.example", out MailAddress address));
        Assert.True(AddressDomain.TryMakeAscii(address, out MailAddress same));
        Assert.Equal("jürgen@bücher.example", same.Text);
    }

    [Fact]
    public void What_no_label_can_be_is_refused()
    {
        string far = string.Concat(Enumerable.Range(0, 20).Select(i => (char)(0x4E00 + i * 7919 % 20_000)));
        Assert.True(MailAddress.TryParse($"ann@{far}.example", out MailAddress address));
        Assert.False(AddressDomain.TryMakeAscii(address, out _));
    }
}
