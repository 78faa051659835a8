using MailModule.Transport.Proxies;

namespace MailModule.Tests.Transport.Proxies;

public class Socks4aHandshakeTests
{
    private const string Plain = "socks4a://proxy.example:1080";
    private static readonly byte[] s_granted = [0, 90, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void An_address_goes_as_it_is_and_a_name_after_the_user()
    {
        Assert.Equal([4, 1, 0, 25, 192, 0, 2, 1, 0], new ProxyTalk(Plain).Said);
        Assert.Equal([4, 1, 0, 25, 0, 0, 0, 1, .. "ann"u8, 0, .. "mx.example"u8, 0],
            new ProxyTalk("socks4a://ann@proxy.example:1080", "mx.example").Said);
    }

    [Fact]
    public void An_ipv6_address_cannot_be_asked_for()
    {
        var talk = new ProxyTalk(Plain, endPoint: "[2001:db8::7]:25");
        Assert.Equal((ProxyProgress.Failed, 0), (talk.Progress, talk.Said.Length));
        Assert.Contains("IPv6", talk.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_follows_the_answer_is_left_to_the_target_wherever_it_is_cut()
    {
        byte[] all = [.. s_granted, .. "220 hello\r\n"u8];
        for (int cut = 0; cut <= all.Length; cut++)
        {
            var talk = new ProxyTalk(Plain);
            talk.HearSlowly(all[..cut]);
            Assert.Equal(cut < s_granted.Length ? ProxyProgress.More : ProxyProgress.Connected, talk.Progress);
            Assert.Equal(Math.Max(0, cut - s_granted.Length), cut < s_granted.Length ? 0 : talk.Left.Length);
        }
    }

    [Theory]
    [InlineData(91, "(91)")]
    [InlineData(92, "identd")]
    [InlineData(93, "another user")]
    [InlineData(0, "failure 0")]
    public void A_refusal_is_put_into_words(byte code, string words)
    {
        var talk = new ProxyTalk(Plain);
        talk.Hear(0, code);
        Assert.Equal(ProxyProgress.Failed, talk.Progress);
        Assert.Contains(words, talk.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_of_another_protocol_is_refused_at_its_first_octet()
    {
        var talk = new ProxyTalk(Plain);
        talk.Hear(4);
        Assert.Equal((ProxyProgress.Failed, "its answer is not of SOCKS4"), (talk.Progress, talk.Problem));
    }
}
