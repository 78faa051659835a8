using System.Net;
using System.Net.Sockets;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Checks;
using MailModule.Dns;
using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Primitives;
using MailModule.Tests.Dns;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving;

/// <summary>A host with the old callback asks what was found out about the message that it reads.</summary>
public sealed class HostAuthenticationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MailEngine _engine = new();
    private readonly ScriptedDnsServer _dns = new(Answer);

    public void Dispose()
    {
        _engine.Close();
        _engine.Stop(Loop.Long);
        _dns.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("192.0.2.1", "spf helo None, spf Pass", ", dkim None, arc None, dmarc Pass")]
    [InlineData("127.0.0.1", "", "")]
    public void Before_the_text_is_read_there_is_SPF_and_behind_it_all(string trusted, string before, string more)
    {
        var host = new Host();
        Set("mail_root", _folder.In("mail"));
        Set("smtp_name", "mail.example");
        Set("user", "ann;secret;;PS");
        Set("smtp_range", trusted);
        Set("smtp_dns", $"{_dns.EndPoint}");
        Set("smtp_bind", "127.0.0.1");
        int port = FreePort();
        Assert.Equal(Fault.None, _engine.StartSmtp(host, port, RequestAction.All));
        using var client = new TcpClient();
        client.Connect(IPAddress.Loopback, port);
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        foreach (string command in (string[])[
            "", "HELO client.example\r\n", "MAIL FROM:<eve@author.example>\r\n", "RCPT TO:<ann@mail.example>\r\n",
            "DATA\r\n", "From: eve@author.example\r\n\r\nx\r\n.\r\n"])
        {
            client.GetStream().Write(Encoding.Latin1.GetBytes(command));
            Assert.Matches("^[23]", reader.ReadLine());
        }
        Assert.Equal(["State: ", $"None: {before}", $"None: {before}{more}"], host.Seen);
    }

    private void Set(string key, string value) => Assert.Equal(Fault.None, _engine.Set(key, value));

    private static int FreePort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    private static void Answer(ReceivedQuery asked)
    {
        string text = asked.Name switch
        {
            "author.example" => "v=spf1 ip4:127.0.0.1 -all",
            "_dmarc.author.example" => "v=DMARC1; p=reject",
            _ => "",
        };
        asked.Send(text.Length > 0 && asked.Type == DnsType.Txt
            ? asked.Response().Answer(asked.Name, DnsType.Txt, [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)])
            : asked.Response().Code(3));
    }

    private sealed class Host : IRequestHandler
    {
        public List<string> Seen { get; } = [];

        public int Invoke(IRequestStream stream, string name, RequestAction action, in RequestArguments arguments)
        {
            Note(stream);
            if (action != RequestAction.SmtpSendMessage)
                return 0;
            while (stream.Receive(new byte[1000], out int count) == Fault.None && count > 0)
                continue;
            Note(stream);
            return 0;
        }

        private void Note(IRequestStream stream)
        {
            Fault fault = stream.GetAuthentication(out IReadOnlyList<MethodResult> results);
            Seen.Add($"{fault}: " + string.Join(", ", results.Select(
                result => $"{result.Method} {(result.IsHelo ? "helo " : "")}{result.Result}")));
        }
    }
}
