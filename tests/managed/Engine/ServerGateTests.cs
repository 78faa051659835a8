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

    private int Start(ServerKind kind)
    {
        var options = new ServerOptions { Addresses = "127.0.0.1", Port = ServerOptions.AnyPort };
        Assert.Equal(Fault.None, _engine.StartServer(kind, options, out StartedServer? server));
        return server!.Port;
    }

    private static string Hear(int port, bool untilClosed)
    {
        using var client = new TcpClient { ReceiveTimeout = 20_000 };
        client.Connect(IPAddress.Loopback, port);
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
