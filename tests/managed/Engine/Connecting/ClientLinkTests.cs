using System.Net;
using System.Net.Sockets;
using MailModule.Delivery.Remote;
using MailModule.Engine.Connecting;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Tests.Transport.Blocking;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Tests.Engine.Connecting;

/// <summary>The way of a client to its server, whatever protocol it is for.</summary>
public sealed class ClientLinkTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly Workers _workers = new(2, Log.None);
    private readonly ZoneDns _dns = new();
    private readonly List<string> _trace = [];

    public ClientLinkTests() => _server.Start();

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public void Dispose()
    {
        _server.Stop();
        _workers.Stop(Loop.Long);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[127.0.0.1]")]
    [InlineData("pop.example")]
    public void A_server_on_this_machine_may_hear_a_password(string host)
    {
        _dns.Address("pop.example", "127.0.0.1");
        using ClientLink link = NewLink();
        Assert.Equal(Fault.None, Reach(link, host, Port));
        using Socket peer = _server.AcceptSocket();
        Assert.Equal((host, Port, $"127.0.0.1:{Port}"), (link.Host, link.Port, link.Peer));
        Assert.Equal((true, true), (link.IsThisMachine, link.MaySendPassword));
        Assert.Equal(IPAddress.Loopback, link.OwnAddress);
        link.Close();
        Assert.False(link.Link.IsOpen);
        Assert.Equal([$"Event connected to 127.0.0.1:{Port}", "Event closed"], _trace);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Beyond_a_proxy_a_password_goes_by_leave_of_the_settings_alone(bool allows)
    {
        using var proxy = new ScriptedProxy(
            (IPEndPoint)_server.LocalEndpoint, 3, new byte[] { 5, 0 }, 10,
            new byte[] { 5, 0, 0, 1, 0, 0, 0, 0, 0, 0 }, ScriptedProxy.Relay);
        using ClientLink link = NewLink(new ClientSetup { Proxy = $"socks5://127.0.0.1:{proxy.Port}" });
        Assert.Equal(Fault.None, Reach(link, "127.0.0.1", Port, allows));
        Assert.Equal((false, allows), (link.IsThisMachine, link.MaySendPassword));
        Assert.Null(link.OwnAddress);
    }

    [Fact]
    public void A_name_that_is_not_there_is_told_as_such()
    {
        using ClientLink link = NewLink();
        Fault fault = Reach(link, "gone.example", 110);
        Assert.Equal(Fault.NotFound, fault);
        ClientFailure failure = ClientFailure.OfOpening(link, fault, "cancelled");
        Assert.Equal((ErrorLayer.Resolve, ClientStage.Resolve), (failure.Layer, failure.Stage));
        Assert.Equal(("gone.example", ""), (failure.Host, failure.Peer));
        Assert.Contains("gone.example", failure.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_does_not_listen_is_told_with_its_place()
    {
        _dns.Address("pop.example", "127.0.0.1");
        int port = Port;
        _server.Stop();
        using ClientLink link = NewLink();
        Fault fault = Reach(link, "pop.example", port);
        Assert.Equal(Fault.Connect, fault);
        ClientFailure failure = ClientFailure.OfOpening(link, fault, "cancelled");
        Assert.Equal((ErrorLayer.Connect, ClientStage.Connect), (failure.Layer, failure.Stage));
        Assert.NotEqual(0, failure.SystemError);
        Assert.StartsWith("pop.example", failure.Text, StringComparison.Ordinal);
        Assert.True(failure.MayRetry);
    }

    [Fact]
    public void A_cancel_is_told_in_the_words_of_who_cancels()
    {
        using ClientLink link = NewLink();
        link.Begin("pop.example", 110, Options(false));
        link.Link.Cancel();
        Fault fault = link.Reach(Environment());
        Assert.Equal(Fault.Cancelled, fault);
        ClientFailure failure = ClientFailure.OfOpening(link, fault, "the engine was stopped");
        Assert.Equal((ErrorLayer.Host, "pop.example: the engine was stopped"), (failure.Layer, failure.Text));
    }

    [Fact]
    public void A_transport_of_the_host_is_connected_first_and_TLS_above()
    {
        using var pair = new SocketPair();
        using var host = new SocketHost(pair.Near, canWait: true);
        using ClientLink link = NewLink();
        link.Begin("", 0, Options(false));
        Assert.Equal((Fault.None, ClientStage.Connect), (link.Attach(host, isFirst: true), link.Stage));
        using ClientLink upper = NewLink();
        Assert.Equal(Fault.None, Reach(upper, "127.0.0.1", Port));
        using var above = new SocketHost(pair.Near, canWait: true) { IsSecure = true };
        Assert.Equal((Fault.None, ClientStage.Tls), (upper.Attach(above, isFirst: false), upper.Stage));
        Assert.True(upper.MaySendPassword);
    }

    [Fact]
    public void A_link_that_begins_anew_has_forgotten_what_was()
    {
        using ClientLink link = NewLink();
        Assert.Equal(Fault.NotFound, Reach(link, "gone.example", 110));
        Assert.Equal(Fault.None, Reach(link, "127.0.0.1", Port));
        Assert.Equal(("", ClientStage.Connect), (link.ResolvingText, link.Stage));
        using Socket first = _server.AcceptSocket();
        Assert.Equal(Fault.None, Reach(link, "127.0.0.1", Port));
        Assert.Equal(0, first.Receive(new byte[1])); // the first connection was closed
    }

    private ClientLink NewLink(ClientSetup? setup = null)
    {
        setup = (setup ?? new ClientSetup()) with { Trace = (direction, line) => _trace.Add($"{direction} {line}") };
        Assert.Equal(Fault.None, setup.TryRead(out ClientSettings? settings));
        return new ClientLink(settings!);
    }

    private Fault Reach(ClientLink link, string host, int port, bool allowsClearPassword = false)
    {
        link.Begin(host, port, Options(allowsClearPassword));
        return link.Reach(Environment());
    }

    private ClientEnvironment Environment()
        => new(static () => Options(false), () => _dns, static () => Path.GetTempPath(), _workers);

    private static RemoteOptions Options(bool allowsClearPassword)
        => new() { HelloName = "client.example", AllowsClearPassword = allowsClearPassword };
}
