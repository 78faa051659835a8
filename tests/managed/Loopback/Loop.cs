using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Loopback;

/// <summary>A server on an ephemeral loopback port, for one test.</summary>
internal sealed class Loop : IDisposable
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private static readonly Lazy<X509Certificate2> s_certificate = new(MakeCertificate);
    private readonly Listener _listener;

    /// <summary>Set: connections are served as they are where there is no epoll.</summary>
    public static readonly AsyncLocal<bool> BySocketEngine = new();

    public Loop(Func<Connection, ISession> createSession, Action<ConnectionSet>? configure = null,
        ITlsSettings? tls = null, bool tlsFirst = false, Func<IPAddress, bool>? isProxy = null,
        TimeSpan? proxyHeaderTimeout = null)
    {
        Set = new ConnectionSet(Workers, new Log(LogLevel.Debug, (level, _, text) =>
        {
            lock (Lines)
                Lines.Add($"{level} {text}");
        }))
        {
            Poller = BySocketEngine.Value ? null : Poller.Sessions,
        };
        configure?.Invoke(Set);
        var options = new ListenerOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, 0)],
            CreateSession = connection => WithWorkers(createSession(connection)),
            Tls = tls,
            IsTlsFirst = tlsFirst,
            ExpectsProxyHeader = isProxy ?? (static _ => false),
            ProxyHeaderTimeout = proxyHeaderTimeout ?? TimeSpan.FromSeconds(10),
            Refusal = "421 too many\r\n"u8.ToArray(),
            RefusalOfAddress = "421 too many of yours\r\n"u8.ToArray(),
        };
        Assert.Equal(Fault.None, Listener.TryStart(options, Set, out Listener? listener, out _));
        _listener = listener!;
    }

    public static X509Certificate2 Certificate => s_certificate.Value;
    public Workers Workers { get; } = new(64);
    public ConnectionSet Set { get; }
    public List<string> Lines { get; } = [];
    public IPEndPoint EndPoint => _listener.EndPoints[0];

    public Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = 20_000,
            SendTimeout = 20_000,
        };
        socket.Connect(EndPoint);
        return socket;
    }

    public void Dispose()
    {
        _listener.Dispose();
        Assert.True(Set.Stop(Long));
        Set.Dispose();
        Assert.True(Workers.Stop(Long));
    }

    private ISession WithWorkers(ISession session)
    {
        if (session is ScriptedSession scripted)
            scripted.Workers = Workers;
        return session;
    }

    public static Thread InBackground(Action action)
    {
        var thread = new Thread(() => action()) { IsBackground = true };
        thread.Start();
        return thread;
    }

    public static string ReadToEnd(Stream stream)
    {
        var all = new MemoryStream();
        stream.CopyTo(all);
        return Encoding.ASCII.GetString(all.ToArray());
    }

    public static string ReadToEnd(Socket socket)
    {
        var text = new StringBuilder();
        byte[] octets = new byte[8192];
        while (socket.Receive(octets) is var count and > 0)
            text.Append(Encoding.ASCII.GetString(octets, 0, count));
        return text.ToString();
    }

    public static string ReadExactly(Stream stream, int count)
    {
        byte[] octets = new byte[count];
        stream.ReadExactly(octets);
        return Encoding.ASCII.GetString(octets);
    }

    public static string ReadExactly(Socket socket, int count) => ReadExactly(new NetworkStream(socket), count);

    public static SslStream AsTls(Socket socket) => new(new NetworkStream(socket), false, (_, _, _, _) => true);

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made =
            request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
