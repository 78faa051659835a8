using System.Net;
using System.Text;
using MailModule.Delivery.Routing;
using MailModule.Dns;
using MailModule.Lines;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Dialing;

namespace MailModule.Delivery.Remote;

/// <summary>Dials the addresses of a route one after another, as the options say. One thread at a time.</summary>
internal sealed class HostConnector(
    DeliveryAttemptDependencies dependencies, RemoteOptions options, HostAddressList addresses, ProxyAddresses proxy)
{
    private ProxyAddresses _proxy = proxy;
    private StartTlsUse _startTls;
    private TargetAddress _target;

    /// <summary>The address in use, after <see cref="TryNext"/> was true.</summary>
    public TargetAddress Target => _target;

    /// <summary>The connection of the newest session; null before the first.</summary>
    public Connection? Connection { get; private set; }

    public bool IsAtEnd => addresses.IsAtEnd;

    /// <summary>Goes on to the next address.</summary>
    public bool TryNext()
    {
        // A machine without TLS is no worse than a server without it.
        bool mayGoWithout = options.StartTls == StartTlsUse.IfOffered && !options.VerifyCertificate;
        _startTls = mayGoWithout && !OpenSsl.IsThere ? StartTlsUse.Never : options.StartTls;
        return addresses.TryNext(out _target);
    }

    /// <summary>Passes over the other addresses of the host in use.</summary>
    public void SkipHost() => addresses.SkipHost(_target.Host);

    /// <summary>Dials the address in use; the two callbacks are those of <see cref="Dialer.Connect"/>.</summary>
    public Dial Dial(Func<Connection, ISession> createSession, Action<Fault, string> failed)
    {
        IPEndPoint? endPoint = _target.EndPoint;
        var dial = new DialOptions
        {
            Target = endPoint ?? new IPEndPoint(IPAddress.Any, _target.Host.Port),
            TargetName = endPoint is null ? _target.Host.Name : null,
            Proxy = _proxy.Next(),
            Timeout = options.Timeout < options.ConnectTimeout ? options.Timeout : options.ConnectTimeout,
            Tls = new TlsClientSettings(CertificateName, options.VerifyCertificate, options.Authorities)
            {
                Rules = options.TlsRules,
                Tolerated = options.Login is null ? options.Tolerated : CertificateProblems.None,
            },
            IsTlsFirst = options.IsTlsFirst,
        };
        return Dialer.Connect(dial, dependencies.Connections, createSession, failed);
    }

    /// <summary>A session with the host in use.</summary>
    public SmtpClientSession NewSession(Connection connection, ISmtpClientOwner owner)
    {
        Connection = connection;
        connection.ReadsAfterSendFailure = true;
        if (connection.HandshakeTimeout > options.Timeout)
            connection.HandshakeTimeout = options.Timeout;
        var sessionOptions = new SmtpClientOptions(HelloName(connection), _startTls)
        {
            Login = options.Login,
            AllowsClearPassword = options.AllowsClearPassword || IsThisMachine(connection),
            EightBit = options.EightBit,
            Chunking = ChunkingUse.FirstMessage,
            Timeout = options.Timeout,
            Trace = options.IsTraced && dependencies.Log.IsEnabled(LogLevel.Info) ? NewTrace(connection) : null,
        };
        return new SmtpClientSession(sessionOptions, owner, connection);
    }

    /// <summary>
    /// After an end of the session without words of the server. Where TLS is opportunistic (RFC 7435) and does not work
    /// there (STARTTLS without an answer, a handshake that fails, a connection that is of no use after it), the same
    /// address is to be dialled again, and is spoken to in clear: that is no worse than a server without TLS. Not with
    /// a login: whoever breaks TLS on the way would get to see it.
    /// </summary>
    public bool TryGiveUpTls(SmtpClientSession session, Fault fault)
    {
        bool isOpportunistic = _startTls == StartTlsUse.IfOffered && !options.VerifyCertificate && !options.IsTlsFirst
            && options.Login is null;
        bool isOfTls = session.IsStartingTls && fault is Fault.Tls or Fault.Closed or Fault.Timeout or Fault.Protocol;
        if (!isOpportunistic || !isOfTls)
            return false;
        _startTls = StartTlsUse.Never;
        return true;
    }

    private DialogueTrace NewTrace(Connection connection)
    {
        string start = $"{_target.Host.Name} ({connection.PeerEndPoint?.ToString() ?? "through a proxy"})";
        return new DialogueTrace((direction, text) => dependencies.Log.Write(
            LogLevel.Info, "send", direction switch
            {
                TraceDirection.Sent => $"{start} C: {text}",
                TraceDirection.Received => $"{start} S: {text}",
                _ => $"{start} {text}",
            }));
    }

    // Beyond a proxy our address means nothing, and some use a proxy to hide it.
    private string HelloName(Connection connection)
    {
        OwnName name = OwnName.Of(options.HelloName);
        if (!name.IsOneLabel)
            return name.Text;
        IPAddress? address = options.Proxy is null ? connection.LocalAddress : null;
        return OwnName.LiteralOf(address ?? IPAddress.Loopback);
    }

    // Beyond a proxy a loopback address is one of the proxy's machine, or of a machine behind it.
    private bool IsThisMachine(Connection connection)
        => options.Proxy is null && connection.PeerEndPoint is { } peer && IPAddress.IsLoopback(peer.Address);

    // An address literal's certificate bears the plain address, that of a name beyond ASCII its A-labels.
    private string CertificateName
    {
        get
        {
            string name = _target.Host.Name;
            if (NextHop.TryReadLiteral(name, out IPAddress? address))
                return address!.ToString();
            return !Ascii.IsValid(name) && DnsName.TryNormalize(name, out string ascii) ? ascii : name;
        }
    }
}
