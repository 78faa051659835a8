using System.Net;
using System.Text;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport.Blocking;
using MailModule.Transport.Proxies;

namespace MailModule.Tests.Transport.Blocking;

public class BlockingProxyTests
{
    private static readonly byte[] s_socks5Granted = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    public static readonly IPEndPoint Elsewhere = new(IPAddress.Parse("192.0.2.1"), 25);

    public static TheoryData<string, string?, object[]> GoodProxies() => new()
    {
        { "socks5", null, [3, new byte[] { 5, 0 }, 10, s_socks5Granted] },
        { "socks5", "mx.example", [3, new byte[] { 5, 0 }, 7 + 10, s_socks5Granted] },
        { "socks4a", null, [9, new byte[] { 0, 90, 0, 0, 0, 0, 0, 0 }] },
        { "socks4a", "mx.example", [9 + 11, new byte[] { 0, 90, 0, 0, 0, 0, 0, 0 }] },
        { "http", null, ["CONNECT 192.0.2.1:25 HTTP/1.1\r\nHost: 192.0.2.1:25\r\n\r\n".Length,
            "HTTP/1.1 200 ok\r\n\r\n"u8.ToArray()] },
    };

    [Theory]
    [MemberData(nameof(GoodProxies))]
    public void A_proxy_of_every_kind_leads_to_the_target(string kind, string? name, object[] script)
    {
        using var run = new BlockingRun(isConnected: false);
        using var proxy = new ScriptedProxy(run.EndPoint, [.. script, ScriptedProxy.Relay]);
        Assert.Equal(Fault.None, run.Connection.Connect([Elsewhere], Address(kind, proxy.Port), name));
        run.Accept();
        Assert.Equal(proxy.Port, run.Connection.RemoteEndPoint!.Port);
        Assert.Equal(Fault.None, run.Send("EHLO client\r\n"));
        Assert.Equal("EHLO client\r\n", Loop.ReadExactly(run.Peer, 13));
        run.Peer.Send("250 hello\r\n"u8);
        Assert.Equal("250 hello\r\n", run.Receive(11));
        if (name is not null)
            Assert.Contains(name, Encoding.ASCII.GetString(proxy.Read[^1]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_target_says_together_with_the_proxys_answer_is_kept()
    {
        using var proxy = new ScriptedProxy(null, 3, new byte[] { 5, 0 }, 10,
            (byte[])[.. s_socks5Granted, .. "220 hello\r\n"u8], ScriptedProxy.Hang);
        using var connection = new BlockingConnection(BlockingRun.Patient);
        Assert.Equal(Fault.None, connection.Connect([Elsewhere], Address("socks5", proxy.Port)));
        while (connection.Unconsumed.Length < 11)
            Assert.Equal(Fault.None, connection.Receive());
        Assert.Equal("220 hello\r\n", Encoding.ASCII.GetString(connection.Unconsumed));
    }

    public static TheoryData<string, object[], string> BadProxies() => new()
    {
        { "socks5", [3, new byte[] { 5, 0 }, 10, new byte[] { 5, 5, 0, 1, 0, 0, 0, 0, 0, 0 }], "" },
        { "socks5", [3, "garbage of an answer"u8.ToArray()], "" },
        { "socks5", [3, new byte[] { 5, 0 }], "closed the connection" },
        { "socks5", [3], "closed the connection" },
        { "socks4a", [9, new byte[] { 0, 91, 0, 0, 0, 0, 0, 0 }], "" },
        { "http", [20, "HTTP/1.1 407 who are you\r\n\r\n"u8.ToArray()], "407 who are you" },
        { "http", [20, "220 mx.example ESMTP\r\n"u8.ToArray()], "not of HTTP" },
    };

    [Theory]
    [MemberData(nameof(BadProxies))]
    public void A_proxy_that_does_not_connect_us_is_told_as_one(string kind, object[] script, string words)
    {
        using var proxy = new ScriptedProxy(null, script);
        using var connection = new BlockingConnection(BlockingRun.Patient);
        Assert.Equal(Fault.Connect, connection.Connect([Elsewhere], Address(kind, proxy.Port)));
        ConnectionError error = connection.Error!;
        Assert.Equal((ErrorLayer.Proxy, proxy.Port), (error.Layer, error.Peer!.Port));
        Assert.StartsWith($"proxy {kind}://127.0.0.1:{proxy.Port}: ", error.Text, StringComparison.Ordinal);
        Assert.Contains(words, error.Text, StringComparison.Ordinal);
        Assert.False(connection.IsOpen);
    }

    [Theory]
    [InlineData("socks5", 0)]
    [InlineData("socks5", 1)]
    [InlineData("socks4a", 0)]
    [InlineData("http", 0)]
    public void A_proxy_that_stalls_is_waited_for_no_longer_than_it_may(string kind, int step)
    {
        object[] script = step == 0 ? [ScriptedProxy.Hang] : [3, new byte[] { 5, 0 }, ScriptedProxy.Hang];
        using var proxy = new ScriptedProxy(null, script);
        using var connection = new BlockingConnection(
            BlockingRun.Patient with { Connect = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(Fault.Timeout, connection.Connect([Elsewhere], Address(kind, proxy.Port)));
        Assert.Equal(ErrorLayer.Proxy, connection.Error!.Layer);
    }

    [Fact]
    public void A_proxy_that_says_little_by_little_has_no_more_time_for_it()
    {
        using var proxy = new ScriptedProxy(null, 3, new byte[] { 5 }, ScriptedProxy.Hang);
        using var connection = new BlockingConnection(
            BlockingRun.Patient with { Connect = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(Fault.Timeout, connection.Connect([Elsewhere], Address("socks5", proxy.Port)));
    }

    [Fact]
    public void A_proxy_that_takes_no_connection_is_told_where_connecting_fails()
    {
        using var connection = new BlockingConnection(BlockingRun.Patient);
        int port;
        using (var gone = new ScriptedProxy(null))
            port = gone.Port;
        Assert.Equal(Fault.Connect, connection.Connect([Elsewhere], Address("socks5", port)));
        Assert.Equal((ErrorLayer.Connect, port), (connection.Error!.Layer, connection.Error.Peer!.Port));
    }

    internal static ProxyAddress Address(string kind, int port)
    {
        Assert.True(ProxyAddress.TryParse($"{kind}://127.0.0.1:{port}", out ProxyAddress? proxy));
        return proxy!;
    }
}
