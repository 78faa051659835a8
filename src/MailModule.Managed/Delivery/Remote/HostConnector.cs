using System.Net;
using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Primitives.Os;
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
            Tls = new TlsClientSettings(CertificateName, options.VerifyCertificate, options.Authorities),
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
        bool isThisMachine = connection.PeerEndPoint is { } peer && IPAddress.IsLoopback(peer.Address);
        var sessionOptions = new SmtpClientOptions(options.HelloName, _startTls)
        {
            Login = options.Login,
            AllowsClearPassword = options.AllowsClearPassword || isThisMachine,
            Timeout = options.Timeout,
        };
        return new SmtpClientSession(sessionOptions, owner, connection);
    }

    /// <summary>
    /// After a TLS handshake that failed where TLS is opportunistic (RFC 7435): the same address is to be dialled
    /// again, and is spoken to in clear. A handshake that fails is no worse than a server without TLS.
    /// </summary>
    public bool TryGiveUpTls(SmtpClientSession session, Fault fault)
    {
        bool isOpportunistic = _startTls == StartTlsUse.IfOffered && !options.VerifyCertificate && !options.IsTlsFirst;
        if (!isOpportunistic || fault != Fault.Tls || !session.TriedTls)
            return false;
        _startTls = StartTlsUse.Never;
        return true;
    }

    // An address literal's certificate bears the plain address.
    private string CertificateName => NextHop.TryReadLiteral(_target.Host.Name, out IPAddress? address)
        ? address!.ToString()
        : _target.Host.Name;
}
