using System.Text;
using MailModule.Transport.Proxies;

namespace MailModule.Tests.Transport.Proxies;

public class HttpConnectHandshakeTests
{
    private const string Plain = "http://proxy.example:3128";

    [Theory]
    [InlineData(Plain, null, "192.0.2.1:25", "CONNECT 192.0.2.1:25 HTTP/1.1\r\nHost: 192.0.2.1:25\r\n\r\n")]
    [InlineData(Plain, null, "[2001:db8::7]:587",
        "CONNECT [2001:db8::7]:587 HTTP/1.1\r\nHost: [2001:db8::7]:587\r\n\r\n")]
    [InlineData("http://Aladdin:open%20sesame@proxy.example:3128", "mx.example", "0.0.0.0:25",
        "CONNECT mx.example:25 HTTP/1.1\r\nHost: mx.example:25\r\nProxy-Authorization: Basic "
            + "QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n")] // RFC 7617 §2
    public void The_request_names_the_target_and_the_login(string proxy, string? name, string endPoint, string request)
        => Assert.Equal(request, Encoding.ASCII.GetString(new ProxyTalk(proxy, name, endPoint).Said));

    [Theory]
    [InlineData("HTTP/1.1 200 Connection established\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nProxy-agent: x\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 204\r\n\r\n")]
    [InlineData("HTTP/1.1 299 \n\n")]
    [InlineData("HTTP/1.1 200 OK\nA: b\n\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")]
    public void Any_answer_of_the_200_kind_connects_and_what_follows_is_the_targets(string answer)
    {
        string all = answer + "220 hello\r\n\r\n";
        for (int cut = 0; cut <= all.Length; cut++)
        {
            var talk = new ProxyTalk(Plain);
            talk.Hear(all[..cut]);
            Assert.Equal(cut < answer.Length ? ProxyProgress.More : ProxyProgress.Connected, talk.Progress);
            if (cut < answer.Length)
                talk.Hear(all[cut..]);
            Assert.Equal((ProxyProgress.Connected,
                "220 hello\r\n\r\n"[..(cut < answer.Length ? 13 : cut - answer.Length)]), (talk.Progress, talk.Left));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
        "407 Proxy Authentication Required")]
    [InlineData("HTTP/1.0 503 \u0001bad\r\n\r\n", "503 ?bad")]
    [InlineData("HTTP/1.1 302 Elsewhere\r\nLocation: x\r\n\r\n", "302 Elsewhere")]
    [InlineData("SSH-2.0-x\r\n", "not of HTTP")]
    [InlineData("HTTP/2 200 OK\r\n\r\n", "not of HTTP")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", "not of HTTP")]
    [InlineData("HTTP/1.1 abc\r\n\r\n", "not of HTTP")]
    [InlineData("HTTP/1.1  200\r\n\r\n", "not of HTTP")]
    [InlineData("HTTP/1.1\r\n\r\n", "not of HTTP")]
    public void Any_other_answer_is_told(string answer, string words)
    {
        var talk = new ProxyTalk(Plain);
        talk.Hear(answer);
        Assert.Equal(ProxyProgress.Failed, talk.Progress);
        Assert.Contains(words, talk.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_without_end_is_not_gathered_for_ever()
    {
        var talk = new ProxyTalk(Plain);
        talk.Hear("HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 20 && talk.Progress == ProxyProgress.More; i++)
            talk.Hear("X: " + new string('x', 1000) + "\r\n");
        Assert.Equal(ProxyProgress.Failed, talk.Progress);
    }
}
