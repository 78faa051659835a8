using MailModule.Transport.Proxies;

namespace MailModule.Tests.Transport.Proxies;

public class Socks5HandshakeTests
{
    private const string Plain = "socks5://proxy.example:1080";
    private const string WithLogin = "socks5://ann:secret@proxy.example:1080";
    private static readonly byte[] s_answer = [5, 0, 0, 1, 10, 0, 0, 1, 0x12, 0x34];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_login_it_asks_for_an_address(bool slowly)
    {
        var talk = new ProxyTalk(Plain);
        Assert.Equal([5, 1, 0], talk.Said);
        Assert.Equal([5, 1, 0, 1, 192, 0, 2, 1, 0, 25], slowly ? talk.HearSlowly(5, 0) : talk.Hear(5, 0));
        Assert.Empty(slowly ? talk.HearSlowly(s_answer) : talk.Hear(s_answer));
        Assert.Equal((ProxyProgress.Connected, ""), (talk.Progress, talk.Left));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void User_and_password_come_first_where_the_proxy_wants_them(bool slowly)
    {
        var talk = new ProxyTalk(WithLogin, "mx.example");
        Assert.Equal([5, 2, 0, 2], talk.Said);
        Assert.Equal([1, 3, .. "ann"u8, 6, .. "secret"u8], slowly ? talk.HearSlowly(5, 2) : talk.Hear(5, 2));
        Assert.Equal([5, 1, 0, 3, 10, .. "mx.example"u8, 0, 25], slowly ? talk.HearSlowly(1, 0) : talk.Hear(1, 0));
        talk.Hear(s_answer);
        Assert.Equal(ProxyProgress.Connected, talk.Progress);
    }

    [Fact]
    public void A_login_that_is_not_wanted_is_not_given()
    {
        var talk = new ProxyTalk(WithLogin);
        Assert.Equal([5, 1, 0, 1], talk.Hear(5, 0)[..4]);
    }

    [Fact]
    public void An_ipv6_address_has_its_own_type_and_one_that_is_ipv4_in_truth_goes_as_such()
    {
        Assert.Equal([5, 1, 0, 4, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 2, 0x4b],
            new ProxyTalk(Plain, endPoint: "[2001:db8::7]:587").Hear(5, 0));
        Assert.Equal([5, 1, 0, 1, 192, 0, 2, 9, 0, 25],
            new ProxyTalk(Plain, endPoint: "[::ffff:192.0.2.9]:25").Hear(5, 0));
    }

    public static TheoryData<byte[]> Answers()
        => [s_answer, [5, 0, 0, 4, .. new byte[16], 0, 0], [5, 0, 0, 3, 4, .. "host"u8, 0, 25], [5, 0, 0, 3, 0, 0, 25]];

    [Theory]
    [MemberData(nameof(Answers))]
    public void What_follows_the_answer_is_left_to_the_target(byte[] answer)
    {
        foreach (bool slowly in (bool[])[false, true])
        {
            var talk = new ProxyTalk(Plain);
            talk.Hear(5, 0);
            byte[] all = [.. answer, .. "220 hello\r\n"u8];
            _ = slowly ? talk.HearSlowly(all) : talk.Hear(all);
            Assert.Equal((ProxyProgress.Connected, "220 hello\r\n"), (talk.Progress, talk.Left));
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Every_prefix_of_an_answer_waits_for_more(byte[] answer)
    {
        for (int length = 0; length < answer.Length; length++)
        {
            var talk = new ProxyTalk(Plain);
            talk.Hear(5, 0);
            talk.Hear(answer[..length]);
            Assert.Equal(ProxyProgress.More, talk.Progress);
        }
    }

    [Fact]
    public void All_answers_may_come_at_once()
    {
        var talk = new ProxyTalk(WithLogin);
        talk.Hear([5, 2, 1, 0, .. s_answer, .. "220"u8]);
        Assert.Equal((ProxyProgress.Connected, "220"), (talk.Progress, talk.Left));
    }

    [Theory]
    [InlineData(1, "general failure")]
    [InlineData(2, "not allowed")]
    [InlineData(3, "network")]
    [InlineData(4, "host cannot be reached")]
    [InlineData(5, "refuses the connection")]
    [InlineData(6, "life")]
    [InlineData(7, "CONNECT")]
    [InlineData(8, "kind of address")]
    [InlineData(99, "99")]
    public void A_refusal_is_put_into_words_as_soon_as_it_is_known(byte code, string words)
    {
        var talk = new ProxyTalk(Plain);
        talk.Hear(5, 0);
        talk.Hear(5, code);
        Assert.Equal(ProxyProgress.Failed, talk.Progress);
        Assert.Contains(words, talk.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Plain, "wants a login", 5, 0xFF)]
    [InlineData(WithLogin, "neither our login nor none", 5, 0xFF)]
    [InlineData(Plain, "did not offer", 5, 2)]
    [InlineData(WithLogin, "did not offer", 5, 1)]
    [InlineData(WithLogin, "refuses user and password", 5, 2, 1, 1)]
    [InlineData(WithLogin, "not of SOCKS5", 5, 2, 5, 0)]
    [InlineData(Plain, "not of SOCKS5", 4)]
    [InlineData(Plain, "not of SOCKS5", 5, 0, 0, 90)]
    [InlineData(Plain, "not of SOCKS5", 5, 0, 5, 0, 0, 2, 0)]
    [InlineData(Plain, "not of SOCKS5", (int)'H')]
    public void What_the_proxy_does_wrong_has_a_name(string proxy, string words, params int[] said)
    {
        var talk = new ProxyTalk(proxy);
        talk.HearSlowly([.. said.Select(octet => (byte)octet)]);
        Assert.Equal(ProxyProgress.Failed, talk.Progress);
        Assert.Contains(words, talk.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_none_does_not_leave()
    {
        foreach (string name in (string[])["", new string('x', 256), "a b", "x\r\ny", "m\u00fc.example"])
            foreach (string proxy in (string[])[Plain, "socks4a://proxy.example:1080", "http://proxy.example:1"])
            {
                var talk = new ProxyTalk(proxy, name);
                Assert.Equal((ProxyProgress.Failed, 0), (talk.Progress, talk.Said.Length));
            }
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(WithLogin)]
    [InlineData("socks4a://ann@proxy.example:1080")]
    [InlineData("http://ann:secret@proxy.example:1080")]
    public void Garbage_connects_nobody_unless_it_says_so(string proxy)
    {
        var random = new Random(4711);
        byte[] likely = [0, 1, 2, 4, 5, 90, .. "HTTP/1.1 200\r\n"u8];
        for (int round = 0; round < 20_000; round++)
        {
            var whole = new ProxyTalk(proxy);
            var slow = new ProxyTalk(proxy);
            byte[] noise = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => likely[random.Next(likely.Length)])];
            slow.HearSlowly(noise);
            whole.Hear(noise);
            Assert.Equal(slow.Progress, whole.Progress);
            if (whole.Progress == ProxyProgress.Connected)
                Assert.Equal(slow.Left, whole.Left);
            Assert.Equal(whole.Progress == ProxyProgress.Failed, whole.Problem.Length > 0);
        }
    }
}
