using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

public class SenderGrantTests
{
    [Theory]
    [InlineData("ann;*", "x@y.example", true)]
    [InlineData("ann;*@y.example", "x@Y.example", true)]
    [InlineData("ann;*@y.example", "x@sub.y.example", false)]
    [InlineData("ann; a@b.example , c@d.example", "C@D.example", true)]
    [InlineData("ann;a@b.example", "b@b.example", false)]
    public void A_grant_covers_addresses_whole_domains_or_all(string text, string sender, bool isCovered)
    {
        Assert.True(SenderGrant.TryParse(text, out SenderGrant grant, out _));
        Assert.True(MailAddress.TryParse(sender, out MailAddress address));
        Assert.Equal(("ann", isCovered), (grant.User, grant.Covers(address)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("ann;")]
    [InlineData("ann;,")]
    [InlineData(";a@b.example")]
    [InlineData("ann;a")]
    [InlineData("ann;*@")]
    [InlineData("ann;*b")]
    [InlineData("ann;a@b.example,<>")]
    public void A_malformed_grant_is_refused_with_a_reason(string text)
    {
        Assert.False(SenderGrant.TryParse(text, out _, out string error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Garbage_and_every_prefix_are_read_without_a_fault()
    {
        const string text = "ann;a@b.example,*@c.example,*,\"q,\\\"@d.example,;;**@@";
        for (int length = 0; length <= text.Length; length++)
            SenderGrant.TryParse(text[..length], out _, out _);
        var random = new Random(13);
        for (int i = 0; i < 2000; i++)
            SenderGrant.TryParse(
                string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(0x180))),
                out _, out _);
    }
}
