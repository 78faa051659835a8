using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Loopback;

/// <summary>Connections that come through a proxy, which names the client first (proxy_range).</summary>
public class ProxiedConnectionTests
{
    private const string Header = "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25\r\n";
    private static readonly IPEndPoint s_client = new(IPAddress.Parse("192.0.2.1"), 40000);
    private volatile Connection? _last;

    [Fact]
    public void The_session_begins_behind_the_header_and_knows_the_client()
    {
        using Loop loop = Start();
        using Socket socket = loop.Connect();
        socket.Send(Ascii(Header));
        Assert.Equal("hello\n", Loop.ReadExactly(socket, 6));
        Assert.Equal((s_client, (IPEndPoint)socket.LocalEndPoint!), (_last!.RemoteEndPoint, _last.TransportEndPoint));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("198.51.100.2"), 25), _last.LocalEndPoint);
        socket.Send("quit\n"u8);
        Assert.Equal("quit\n", Loop.ReadToEnd(socket));
    }

    [Fact]
    public void The_header_may_come_octet_by_octet_and_what_follows_with_it()
    {
        using Loop loop = Start();
        using Socket slow = loop.Connect();
        foreach (byte octet in Ascii(Header + "one\n"))
            slow.Send([octet]);
        Assert.Equal("hello\none\n", Loop.ReadExactly(slow, 10));
        using Socket eager = loop.Connect();
        eager.Send(Ascii(Header + "one\ntwo\n"));
        Assert.Equal("hello\none\ntwo\n", Loop.ReadExactly(eager, 14));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Under_tls_the_header_comes_first_in_clear_text_be_it_with_the_clients_hello(bool isTogether)
    {
        using Loop loop = Start(tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        Socket socket = loop.Connect();
        Stream below = new NetworkStream(socket, ownsSocket: true);
        if (isTogether)
            below = new GatheringStream(below);
        below.Write(Ascii(Header));
        using var stream = new SslStream(below, false, (_, _, _, _) => true);
        stream.AuthenticateAsClient("localhost");
        Assert.Equal("hello\n", Loop.ReadExactly(stream, 6));
        Assert.Equal(s_client, _last!.RemoteEndPoint);
        stream.Write("one\n"u8);
        Assert.Equal("one\n", Loop.ReadExactly(stream, 4));
    }

    [Theory]
    [InlineData("EHLO example.org\r\n")]
    [InlineData("PROXY TCP4 nobody\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0011\u0011\0\f")]
    public void Whatever_else_comes_first_is_the_end_without_a_word_and_is_logged(string first)
    {
        using Loop loop = Start();
        using Socket socket = loop.Connect();
        socket.Send(Ascii(first));
        Assert.Equal("", Loop.ReadToEnd(socket));
        Assert.Null(_last);
        Assert.Contains(loop.Lines, line => line.StartsWith("Warning proxy 127.0.0.1:", StringComparison.Ordinal)
            && line.EndsWith("no PROXY header, closed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_header_that_does_not_come_in_time_is_the_end_however_it_trickles()
    {
        using Loop loop = Start(timeout: TimeSpan.FromMilliseconds(300));
        using Socket socket = loop.Connect();
        socket.Send("PROXY T"u8);
        Assert.Equal("", Loop.ReadToEnd(socket));
        Assert.Contains(loop.Lines, line => line.EndsWith("no PROXY header in time, closed", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_injected_behind_starttls_does_not_count_behind_a_header_either()
    {
        var lines = new List<string>();
        using var loop = new Loop(
            connection => new ScriptedSession(connection, (self, line, output) =>
            {
                lock (lines)
                    lines.Add(line);
                return line == "starttls\n" ? Next.StartTls : PlainConnectionTests.Echo(self, line, output);
            }), tls: new TlsServerSettings(Loop.Certificate), isProxy: IPAddress.IsLoopback);
        using Socket socket = loop.Connect();
        socket.Send(Ascii(Header + "one\nstarttls\ninjected\n"));
        Assert.Equal("one\n", Loop.ReadExactly(socket, 4));
        using SslStream stream = Loop.AsTls(socket);
        stream.AuthenticateAsClient("localhost");
        stream.Write("inside\nquit\n"u8);
        Assert.Equal("inside\nquit\n", Loop.ReadToEnd(stream));
        Assert.Equal(["one\n", "starttls\n", "inside\n", "quit\n"], lines);
    }

    [Fact]
    public void A_header_cut_off_is_the_end()
    {
        using Loop loop = Start();
        using (Socket socket = loop.Connect())
        {
            socket.Send("PROXY TCP4 192.0.2.1"u8);
            socket.Shutdown(SocketShutdown.Send);
            Assert.Equal("", Loop.ReadToEnd(socket));
        }
        Assert.True(SpinWait.SpinUntil(() => loop.Set.Count == 0, Loop.Long));
        Assert.Null(_last);
    }

    [Fact]
    public void Others_are_served_as_they_are()
    {
        using Loop loop = Start(isProxy: _ => false);
        using Socket socket = loop.Connect();
        Assert.Equal("hello\n", Loop.ReadExactly(socket, 6));
        Assert.Equal(socket.LocalEndPoint, _last!.RemoteEndPoint);
    }

    [Fact]
    public void A_proxy_that_speaks_for_itself_is_the_client()
    {
        using Loop loop = Start();
        using Socket socket = loop.Connect();
        socket.Send(Convert.FromHexString("0D0A0D0A000D0A515549540A20000000"));
        Assert.Equal("hello\n", Loop.ReadExactly(socket, 6));
        Assert.Equal(socket.LocalEndPoint, ((IPeer)_last!).RemoteEndPoint);
    }

    [Fact]
    public void A_client_whose_address_the_proxy_does_not_know_has_none()
    {
        using Loop loop = Start();
        using Socket socket = loop.Connect();
        socket.Send("PROXY UNKNOWN\r\n"u8);
        Assert.Equal("hello\n", Loop.ReadExactly(socket, 6));
        Assert.Null(((IPeer)_last!).RemoteEndPoint);
        Assert.Equal(socket.LocalEndPoint, _last.TransportEndPoint);
    }

    [Fact]
    public void The_connections_of_each_client_are_counted_and_not_those_of_the_proxy()
    {
        using Loop loop = Start(limitOf: address => IPAddress.IsLoopback(address) ? int.MaxValue : 1);
        using (Socket first = Proxied(loop, Header))
        using (Socket other = Proxied(loop, Header.Replace(".1 ", ".9 ", StringComparison.Ordinal)))
        {
            Assert.Equal("hello\nhello\n", Loop.ReadExactly(first, 6) + Loop.ReadExactly(other, 6));
            using Socket second = Proxied(loop, Header);
            Assert.Equal("421 too many of yours\r\n", Loop.ReadToEnd(second));
        }
        Assert.True(SpinWait.SpinUntil(() => loop.Set.Count == 0, Loop.Long));
        using Socket again = Proxied(loop, Header);
        Assert.Equal("hello\n", Loop.ReadExactly(again, 6));
    }

    [Fact]
    public void A_stop_ends_a_connection_that_waits_for_its_header()
    {
        Loop loop = Start();
        using Socket socket = loop.Connect();
        Assert.True(SpinWait.SpinUntil(() => loop.Set.Count == 1, Loop.Long));
        loop.Dispose();
        Assert.Equal("", Loop.ReadToEnd(socket));
    }

    private static Socket Proxied(Loop loop, string header)
    {
        Socket socket = loop.Connect();
        socket.Send(Ascii(header));
        return socket;
    }

    private Loop Start(
        TlsServerSettings? tls = null, bool tlsFirst = false, TimeSpan? timeout = null,
        Func<IPAddress, bool>? isProxy = null, Func<IPAddress, int>? limitOf = null)
        => new(
            connection => ListenerTests.Greeter(_last = connection),
            set =>
            {
                if (limitOf is not null)
                    set.LimitOf = limitOf;
            }, tls, tlsFirst, isProxy ?? IPAddress.IsLoopback, timeout);

    private static byte[] Ascii(string text) => System.Text.Encoding.Latin1.GetBytes(text);
}
