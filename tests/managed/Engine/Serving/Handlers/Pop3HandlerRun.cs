using System.Net.Sockets;
using System.Text;
using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>A whole engine with a POP3 server on a port of its own, and tables of handlers.</summary>
internal sealed class Pop3HandlerRun : IDisposable
{
    public const string Login = "USER ann\r\nPASS secret\r\n";
    private readonly TemporaryFolder _folder = new();
    private readonly MailEngine _engine = new();
    private readonly List<string> _lines = [];

    public Pop3HandlerRun(params IPop3Handlers[] tables)
        : this([], tables)
    {
    }

    public Pop3HandlerRun(string[] settings, params IPop3Handlers[] tables)
    {
        _engine.SetLogSink((_, _, text) =>
        {
            lock (_lines)
                _lines.Add(text);
        }, LogLevel.Info);
        Set("mail_root", _folder.In("mail"));
        Set("smtp_name", "mail.example");
        Set("user", "ann;secret;;PS");
        Set("smtptls", "0");
        Set("pop_apop", "0"); // its stamp is never the same
        foreach (string one in settings)
            Set(one[..one.IndexOf('=')], one[(one.IndexOf('=') + 1)..]);
        var options = new ServerOptions
        {
            Port = ServerOptions.AnyPort,
            Addresses = "127.0.0.1",
            Pop3Handlers = tables,
        };
        Assert.Equal(Fault.None, _engine.StartServer(ServerKind.Pop3, options, out StartedServer? server));
        Server = server!;
    }

    public StartedServer Server { get; }

    public MailEngine Engine => _engine;

    public string[] Log
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>Puts a message into the library's own mailbox of ann.</summary>
    public void Deliver(string name, string content)
    {
        foreach (string part in (string[])["new", "cur", "tmp"])
            Directory.CreateDirectory(_folder.In($"mail/users/ann/Maildir/{part}"));
        File.WriteAllText(_folder.In($"mail/users/ann/Maildir/new/{name}"), content);
    }

    /// <summary>Messages in the library's own mailbox of ann.</summary>
    public string[] Mailbox => [.. ((string[])["new", "cur"])
        .Select(part => _folder.In($"mail/users/ann/Maildir/{part}"))
        .Where(Directory.Exists).SelectMany(Directory.GetFiles)
        .Select(file => Path.GetFileName(file).Split(',', ':')[0]).Order()];

    public bool HasScratch => Directory.Exists(_folder.In("mail/scratch"))
        && Directory.GetFiles(_folder.In("mail/scratch")).Length > 0;

    public Pop3Wire Connect() => new(Server.Port);

    /// <summary>All that the server says to a client that says this, and ends its side.</summary>
    public string Talk(string said)
    {
        using Pop3Wire client = Connect();
        return client.Talk(said);
    }

    public void Dispose()
    {
        _engine.Close();
        _engine.Stop(Loop.Long);
        _folder.Dispose();
    }

    private void Set(string key, string value) => Assert.Equal(Fault.None, _engine.Set(key, value));
}

/// <summary>A client's socket.</summary>
internal sealed class Pop3Wire : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    public Pop3Wire(int port)
    {
        _client = new TcpClient("127.0.0.1", port) { ReceiveTimeout = (int)Loop.Long.TotalMilliseconds };
        _stream = _client.GetStream();
    }

    public Socket Socket => _client.Client;

    public void Send(string text) => _stream.Write(Encoding.Latin1.GetBytes(text));

    /// <summary>What comes, as far as the first time that this ends it.</summary>
    public string ReadTo(string end)
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            int octet = _stream.ReadByte();
            Assert.True(octet >= 0, $"the connection ended behind {text}");
            text.Append((char)octet);
        }
        return text.ToString();
    }

    /// <summary>All that comes until the server closes; a reset is its end as well.</summary>
    public string ReadAll()
    {
        var all = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int count = 1; count > 0; all.Write(buffer, 0, count))
                count = _stream.Read(buffer);
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: not SocketError.TimedOut })
        {
            // cut
        }
        return Encoding.Latin1.GetString(all.ToArray());
    }

    public string Talk(string said)
    {
        Send(said);
        _client.Client.Shutdown(SocketShutdown.Send);
        return ReadAll();
    }

    /// <summary>Closes it by a reset.</summary>
    public void Reset()
    {
        _client.Client.LingerState = new LingerOption(enable: true, 0);
        _client.Close();
    }

    public void Dispose() => _client.Dispose();
}
