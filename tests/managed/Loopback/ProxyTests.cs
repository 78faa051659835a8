using System.Net;
using System.Net.Sockets;
using System.Text;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Support;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Tests.Loopback;

public class ProxyTests
{
    private static readonly byte[] s_socks5Granted = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

    public static TheoryData<string, object[]> GoodProxies() => new()
    {
        { "socks5", [3, new byte[] { 5, 0 }, 10, s_socks5Granted] },
        { "socks5+name", [3, new byte[] { 5, 0 }, 7 + 10, s_socks5Granted] },
        { "socks5+login", [4, new byte[] { 5, 2 }, 12, new byte[] { 1, 0 }, 10, s_socks5Granted] },
        { "socks4a", [9, new byte[] { 0, 90, 0, 0, 0, 0, 0, 0 }] },
        { "http", [20, "HTTP/1.1 200 ok\r\n\r\n"u8.ToArray()] },
    };

    [Theory]
    [MemberData(nameof(GoodProxies))]
    public void A_message_goes_through_a_proxy_of_every_kind(string kind, object[] script)
    {
        using var server = new ScriptedSmtpServer(null, ScriptedSmtpServer.Plain("250 ok"));
        if (kind == "http")
            script[0] = $"CONNECT 127.0.0.1:{server.Port} HTTP/1.1\r\nHost: 127.0.0.1:{server.Port}\r\n\r\n".Length;
        using var proxy = new ScriptedProxy(
            new IPEndPoint(IPAddress.Loopback, server.Port), [.. script, ScriptedProxy.Relay]);
        using var run = new ClientRun(
            server.Port, proxy: Address(kind, proxy.Port),
            targetName: kind.EndsWith("name", StringComparison.Ordinal) ? "mx.example" : null,
            work: ClientRun.Message());
        run.End();
        Assert.Equal((Fault.None, AttemptResultKind.Delivered), (run.Fault, run.Results.Single().Kind));
        Assert.Equal(["x\r\n.\r\n"], server.Texts);
        Assert.Equal(kind.EndsWith("name", StringComparison.Ordinal)
            ? null
            : new IPEndPoint(IPAddress.Loopback, server.Port), run.Connection!.PeerEndPoint);
        Assert.Equal(proxy.Port, run.Connection.RemoteEndPoint.Port);
        if (kind == "http")
            Assert.StartsWith("CONNECT 127.0.0.1:", Encoding.ASCII.GetString(proxy.Read[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tls_goes_through_a_proxy_too(bool tlsFirst)
    {
        string[] plain = tlsFirst
            ? []
            : ["220 hi", ScriptedSmtpServer.Line, "250-x\r\n250 STARTTLS", ScriptedSmtpServer.Line, "220 go"];
        string[] rest = tlsFirst ? ScriptedSmtpServer.Plain("250 ok") : ScriptedSmtpServer.Plain("250 ok")[1..];
        using var server = new ScriptedSmtpServer(
            TestAuthority.Trusted.Issue("mx.example"), [.. plain, ScriptedSmtpServer.StartTls, .. rest]);
        using var proxy = new ScriptedProxy(
            new IPEndPoint(IPAddress.Loopback, server.Port), 3, new byte[] { 5, 0 }, 10, s_socks5Granted,
            ScriptedProxy.Relay);
        var tls = new TlsClientSettings("mx.example", true, TestAuthority.Trusted.Roots);
        using var run = new ClientRun(
            server.Port, ClientRun.Options(tlsFirst ? StartTlsUse.Never : StartTlsUse.Required), tls, tlsFirst,
            Address("socks5", proxy.Port), work: ClientRun.Message());
        run.End();
        Assert.Equal((Fault.None, AttemptResultKind.Delivered, true),
            (run.Fault, run.Results.Single().Kind, run.IsVerified));
    }

    [Fact]
    public void What_the_target_says_in_one_write_with_the_proxys_answer_is_heard()
    {
        using var proxy = new ScriptedProxy(
            null, 3, new byte[] { 5, 0 }, 10, (byte[])[.. s_socks5Granted, .. "554 5.7.1 not"u8],
            " you\r\n"u8.ToArray());
        using var run = new ClientRun(25, proxy: Address("socks5", proxy.Port), work: ClientRun.Message());
        run.End();
        Assert.Equal((Fault.RefusedPermanent, "554 5.7.1 not you", SmtpStage.Greeting),
            (run.Fault, run.Words!.ToString(), run.Stage));
    }

    public static TheoryData<string, object[], string> BadProxies() => new()
    {
        { "socks5", [3, new byte[] { 5, 255 }], "wants a login" },
        { "socks5", [3, new byte[] { 5, 0 }, 10, new byte[] { 5, 5 }], "refuses the connection" },
        { "socks5", [3, new byte[] { 5, 0 }, 10], "closed" },
        { "socks5", [3, new byte[] { 5 }], "closed" },
        { "socks5", [], "closed" },
        { "socks5", ["220 mail.example ESMTP\r\n"u8.ToArray()], "not of SOCKS5" },
        { "socks5+login", [4, new byte[] { 5, 2 }, 12, new byte[] { 1, 1 }], "user and password" },
        { "socks4a", [9, new byte[] { 0, 91 }], "(91)" },
        { "http", ["HTTP/1.1 407 Login\r\n\r\n"u8.ToArray()], "407 Login" },
        { "http", [Encoding.ASCII.GetBytes("HTTP/1.1 200 " + new string('x', 20_000))], "not of HTTP" },
    };

    [Theory]
    [MemberData(nameof(BadProxies))]
    public void What_a_proxy_answers_stands_in_the_failure(string kind, object[] script, string words)
    {
        using var proxy = new ScriptedProxy(null, script);
        using var run = new ClientRun(25, proxy: Address(kind, proxy.Port));
        run.End();
        Assert.Null(run.Session);
        Assert.Equal(Fault.Connect, run.NotConnected!.Value.Fault);
        Assert.Contains($"127.0.0.1:{proxy.Port}: ", run.NotConnected.Value.Text, StringComparison.Ordinal);
        Assert.Contains(words, run.NotConnected.Value.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.NotConnected.Value.Text, StringComparison.Ordinal);
    }

    public static TheoryData<object[], bool> Stages()
    {
        var all = new TheoryData<object[], bool>();
        foreach (bool cancelled in (bool[])[false, true])
        {
            all.Add([ScriptedProxy.Hang], cancelled);
            all.Add([4, new byte[] { 5, 2 }, ScriptedProxy.Hang], cancelled);
            all.Add([4, new byte[] { 5, 2 }, 12, new byte[] { 1, 0 }, 10, new byte[] { 5, 0, 0 }, ScriptedProxy.Hang],
                cancelled);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void A_proxy_that_falls_silent_is_waited_for_no_longer_than_asked(object[] script, bool cancelled)
    {
        using var proxy = new ScriptedProxy(null, script);
        using var run = new ClientRun(
            25, proxy: Address("socks5+login", proxy.Port),
            connectTimeout: cancelled ? Loop.Long : TimeSpan.FromMilliseconds(200));
        if (cancelled)
        {
            Assert.True(proxy.HasHung.Wait(Loop.Long));
            run.Cancel();
        }
        run.End();
        Assert.Equal(cancelled ? Fault.Cancelled : Fault.Timeout, run.NotConnected!.Value.Fault);
        Assert.Null(run.Session);
    }

    [Fact]
    public void A_proxy_that_is_not_there_is_named()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        using var run = new ClientRun(25, proxy: Address("http", port));
        run.End();
        Assert.Equal(Fault.Connect, run.NotConnected!.Value.Fault);
        Assert.StartsWith($"proxy http://127.0.0.1:{port}: ", run.NotConnected.Value.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_ends_what_waits_for_a_proxy()
    {
        using var proxy = new ScriptedProxy(null, ScriptedProxy.Hang);
        var run = new ClientRun(25, proxy: Address("socks5", proxy.Port));
        Assert.True(proxy.HasHung.Wait(Loop.Long));
        run.Dispose();
        Assert.Equal(Fault.Cancelled, run.NotConnected!.Value.Fault);
    }

    [Fact]
    public void Cancelling_at_any_moment_ends_in_one_call_and_no_connection()
    {
        for (int round = 0; round < 100; round++)
        {
            using var proxy = new ScriptedProxy(null, 3, new byte[] { 5, 0 }, 10, s_socks5Granted, ScriptedProxy.Hang);
            using var run = new ClientRun(25, proxy: Address("socks5", proxy.Port));
            var spin = new SpinWait();
            for (int i = 0; i < round * 3; i++)
                spin.SpinOnce(-1);
            run.Cancel();
            run.End();
            Assert.Equal(Fault.Cancelled, run.NotConnected?.Fault ?? run.Fault);
        }
    }

    private static ProxyAddress Address(string kind, int port)
    {
        string scheme = kind.Split('+')[0],
            login = kind.EndsWith("login", StringComparison.Ordinal) ? "ann:secret@" : "";
        Assert.True(ProxyAddress.TryParse($"{scheme}://{login}127.0.0.1:{port}", out ProxyAddress? address));
        return address!;
    }
}
