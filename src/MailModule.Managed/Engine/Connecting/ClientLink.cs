using System.Net;
using System.Text;
using MailModule.Delivery.Remote;
using MailModule.Dns;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport.Blocking;
using MailModule.Transport.Proxies;

namespace MailModule.Engine.Connecting;

/// <summary>
/// The way of a client to a server that the host names, and TLS; of what is spoken over it this knows nothing. One
/// thread at a time, save for the cancel of <see cref="Link"/>.
/// </summary>
internal sealed class ClientLink(ClientSettings settings) : IDisposable
{
    private RemoteOptions? _options;
    private ProxyAddress? _proxy;

    public BlockingConnection Link { get; } = new(settings.Times.ForCommands);

    /// <summary>The server, as the host named it; empty if it did not.</summary>
    public string Host { get; private set; } = "";

    public int Port { get; private set; }

    /// <summary>What is under way before there is a dialogue.</summary>
    public ClientStage Stage { get; private set; }

    /// <summary>What the wait that was no connection's came to; empty if it succeeded.</summary>
    public string ResolvingText { get; private set; } = "";

    public ErrorLayer ResolvingLayer { get; private set; }

    /// <summary>Of the settings when it was opened.</summary>
    public RemoteOptions Options => _options!;

    /// <summary>The address and port that is spoken to; empty if there is none.</summary>
    public string Peer => Link.RemoteEndPoint?.ToString() ?? "";

    /// <summary>The connection's error, if it is what a call failed by.</summary>
    public ConnectionError? ErrorOf(Fault fault) => Link.Error?.Fault == fault ? Link.Error : null;

    /// <summary>Nobody else can hear what goes over it, or the settings do not mind.</summary>
    public bool MaySendPassword => Link.IsSecure || _options!.AllowsClearPassword || IsThisMachine;

    /// <summary>
    /// The server runs on this machine. Beyond a proxy a loopback address is one of the proxy's machine, or of a
    /// machine behind it.
    /// </summary>
    public bool IsThisMachine
        => _proxy is null && Link.Descriptor != -1
            && Link.RemoteEndPoint is { } peer && IPAddress.IsLoopback(peer.Address);

    /// <summary>Ours, as the server sees it; null: it sees another's, or it is not known.</summary>
    public IPAddress? OwnAddress => _proxy is null ? Link.LocalAddress : null;

    /// <summary>Closes what is open, and begins anew.</summary>
    public void Begin(string host, int port, RemoteOptions options)
    {
        Close();
        Link.Forget();
        (Host, Port, _options, _proxy) = (host, port, options, null);
        ResolvingText = "";
        Stage = ClientStage.Resolve;
        Link.Timeouts = settings.Times.ForCommands;
    }

    /// <summary>Connects a socket, perhaps through a proxy.</summary>
    public Fault Reach(ClientEnvironment environment)
    {
        _proxy = settings.ProxyFor(_options!);
        Fault fault = ResolveProxy(environment);
        if (fault != Fault.None)
            return fault;
        fault = Resolve(environment, out IReadOnlyList<IPEndPoint> targets, out string? name);
        if (fault != Fault.None)
            return fault;
        Stage = ClientStage.Connect;
        fault = Link.Connect(targets, _proxy, name);
        if (fault == Fault.None)
            settings.TraceEvent(
                $"connected to {(_proxy is null ? Link.RemoteEndPoint : $"{Host} through {_proxy}")}");
        return fault;
    }

    /// <summary>Takes a transport of the host's.</summary>
    /// <param name="isFirst">In place of a socket; else above the one there is, as TLS would be.</param>
    public Fault Attach(IHostTransport transport, bool isFirst)
    {
        Stage = isFirst ? ClientStage.Connect : ClientStage.Tls;
        Fault fault = Link.Attach(transport);
        if (fault == Fault.None)
            settings.TraceEvent("connected by a transport of the host");
        return fault;
    }

    /// <param name="name">That the certificate has to bear; null: the host's.</param>
    public Fault BeginTls(string? name)
    {
        Stage = ClientStage.Tls;
        Link.Timeouts = settings.Times.ForCommands;
        Fault fault = Link.BeginTls(settings.TlsFor(CertificateName(name ?? Host), _options!));
        if (fault == Fault.None)
            settings.TraceEvent(Link.Tls!.Description);
        return fault;
    }

    /// <summary>The connection is there; next comes the greeting.</summary>
    public void BeginTalk() => Stage = ClientStage.Greeting;

    /// <summary>Without a word to the server.</summary>
    public void Close()
    {
        if (Link.IsOpen)
            settings.TraceEvent("closed");
        Link.Close();
    }

    public void Dispose()
    {
        Close();
        Link.Dispose();
        settings.Dispose();
    }

    private Fault ResolveProxy(ClientEnvironment environment)
    {
        if (_proxy is not { Address: null } named)
            return Fault.None;
        Fault fault = Find(environment, named.Host, ErrorLayer.Proxy, out IReadOnlyList<IPAddress> addresses);
        if (fault == Fault.None)
            _proxy = named.At(addresses[0]);
        return fault;
    }

    /// <param name="name">What the proxy resolves; null: one of the end points is the target.</param>
    private Fault Resolve(
        ClientEnvironment environment, out IReadOnlyList<IPEndPoint> targets, out string? name)
    {
        name = null;
        targets = [];
        if (HostAddresses.TryReadLiteral(Host, out IPAddress? literal))
        {
            targets = [new IPEndPoint(literal!, Port)];
            return Fault.None;
        }
        string ascii = CertificateName(Host);
        if (_proxy is not null)
        {
            name = ascii;
            targets = [new IPEndPoint(IPAddress.Any, Port)];
            return Fault.None;
        }
        Fault fault = Find(environment, ascii, ErrorLayer.Resolve, out IReadOnlyList<IPAddress> addresses);
        targets = [.. addresses.Select(address => new IPEndPoint(address, Port))];
        return fault;
    }

    private Fault Find(
        ClientEnvironment environment, string name, ErrorLayer layer, out IReadOnlyList<IPAddress> addresses)
    {
        Fault fault = new HostAddresses(environment.Dns, name).Find(
            Link, environment.Workers, settings.Times.ForConnecting, out addresses, out string text);
        ResolvingText = text;
        ResolvingLayer = layer;
        return fault;
    }

    // That of a name beyond ASCII bears its A-labels.
    private static string CertificateName(string name)
        => HostAddresses.TryReadLiteral(name, out IPAddress? address) ? address!.ToString()
            : !Ascii.IsValid(name) && DnsName.TryNormalize(name, out string ascii) ? ascii
            : name;
}
