using System.Net;
using System.Net.Sockets;
using System.Text;
using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine;

/// <summary>Who may not connect is told so by the servers of an engine, on their own ports.</summary>
public sealed class ServerGateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MailEngine _engine = new();

    public ServerGateTests()
    {
        _engine.Set("mail_root", _folder.In("mail"));
        _engine.Set("smtp_name", "mail.example.org");
    }

    public void Dispose()
    {
        _engine.Close();
        _folder.Dispose();
        FaultReason.Clear();
    }

    [Theory]
    [InlineData(true, "ip_deny", "554 5.7.1 Connections from your address are not taken here\r\n", "220 ")]
    [InlineData(true, "smtp_deny", "554 5.7.1 Connections from your address are not taken here\r\n", "220 ")]
    [InlineData(false, "ip_deny", "-ERR [SYS/PERM] connections from your address are not taken here\r\n", "+OK ")]
    [InlineData(false, "pop_deny", "-ERR [SYS/PERM] connections from your address are not taken here\r\n", "+OK ")]
    public void A_denied_address_hears_why_and_is_closed_from_the_next_connection_on(
        bool isSmtp, string key, string refusal, string greeting)
    {
        int port = Start(isSmtp ? ServerKind.Smtp : ServerKind.Pop3);
        Assert.StartsWith(greeting, Hear(port, untilClosed: false), StringComparison.Ordinal);
        Assert.Equal(Fault.None, _engine.Set(key, "127.0.0.0/8"));
        Assert.Equal(refusal, Hear(port, untilClosed: true));
        Assert.Equal(Fault.None, _engine.Set(key, ""));
        Assert.StartsWith(greeting, Hear(port, untilClosed: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pop_range", "10.0.0.0/8", "127.0.0.1")]
    [InlineData("pop6_range", "2001:db8::/32", "::1")]
    [InlineData("pop6_deny", "::1", "::1")]
    public void Ranges_of_pop3_keep_out_who_is_in_none_and_smtp_does_not_ask_them(
        string key, string value, string address)
    {
        if (IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
            return;
        int pop3 = Start(ServerKind.Pop3, address), smtp = Start(ServerKind.Smtp, address);
        Assert.StartsWith("+OK ", Hear(pop3, untilClosed: false, address), StringComparison.Ordinal);
        Assert.Equal(Fault.None, _engine.Set(key, value));
        Assert.StartsWith("-ERR [SYS/PERM] ", Hear(pop3, untilClosed: true, address), StringComparison.Ordinal);
        Assert.StartsWith("220 ", Hear(smtp, untilClosed: false, address), StringComparison.Ordinal);
    }

    private int Start(ServerKind kind, string address = "127.0.0.1")
    {
        var options = new ServerOptions { Addresses = address, Port = ServerOptions.AnyPort };
        Assert.Equal(Fault.None, _engine.StartServer(kind, options, out StartedServer? server));
        return server!.Port;
    }

    private static string Hear(int port, bool untilClosed, string address = "127.0.0.1")
    {
        using var client = new TcpClient(IPAddress.Parse(address).AddressFamily) { ReceiveTimeout = 20_000 };
        client.Connect(IPAddress.Parse(address), port);
        using NetworkStream stream = client.GetStream();
        var heard = new StringBuilder();
        var octets = new byte[512];
        int count;
        do
            heard.Append(Encoding.ASCII.GetString(octets, 0, count = stream.Read(octets)));
        while (count > 0 && untilClosed);
        return heard.ToString();
    }
}
