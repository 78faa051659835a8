using System.Globalization;
using System.Net;
using System.Text;
using MailModule.Delivery.Remote;
using MailModule.Dns;
using MailModule.Engine.Connecting;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp;
using MailModule.Transport.Blocking;
using MailModule.Transport.Proxies;

namespace MailModule.Engine.Sending;

/// <summary>
/// A client's connection to a server that the host names: the way there, TLS, the dialogue over it. One thread at a
/// time, save for the cancel of <see cref="Link"/>.
/// </summary>
internal sealed class ClientConnection(ClientSettings settings) : IDisposable
{
    private RemoteOptions? _options;
    private ProxyAddress? _proxy;

    public BlockingConnection Link { get; } = new(settings.Times.ForCommands);

    /// <summary>Null: it is not open.</summary>
    public BlockingDialogue? Dialogue { get; private set; }

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

    /// <summary>Nobody else can hear what goes over it, or the settings do not mind.</summary>
    public bool MaySendPassword => Link.IsSecure || _options!.AllowsClearPassword || IsThisMachine;

    /// <summary>Our name for EHLO where the host gives none.</summary>
    public string OwnNameText
    {
        get
        {
            OwnName name = OwnName.Of(_options!.HelloName);
            if (!name.IsOneLabel)
                return name.Text;
            // Beyond a proxy our address means nothing, and some use a proxy to hide it.
            IPAddress? address = _proxy is null ? Link.LocalAddress : null;
            return OwnName.LiteralOf(address ?? IPAddress.Loopback);
        }
    }

    // Beyond a proxy a loopback address is one of the proxy's machine, or of a machine behind it.
    private bool IsThisMachine
        => _proxy is null && Link.Descriptor != -1
            && Link.RemoteEndPoint is { } peer && IPAddress.IsLoopback(peer.Address);

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
    public Fault Reach(SmtpClients running)
    {
        _proxy = settings.ProxyFor(_options!);
        Fault fault = ResolveProxy(running);
        if (fault != Fault.None)
            return fault;
        fault = Resolve(running, out IReadOnlyList<IPEndPoint> targets, out string? name);
        if (fault != Fault.None)
            return fault;
        Stage = ClientStage.Connect;
        fault = Link.Connect(targets, _proxy, name);
        if (fault == Fault.None)
            settings.Trace?.Event(
                $"connected to {(_proxy is null ? Link.RemoteEndPoint : $"{Host} through {_proxy}")}");
        return fault;
    }

    /// <summary>Takes a transport of the host's, in place of a socket or above the one there is.</summary>
    public Fault Attach(IHostTransport transport)
    {
        Stage = Dialogue is null ? ClientStage.Connect : ClientStage.Tls;
        Fault fault = Link.Attach(transport);
        if (fault == Fault.None)
            settings.Trace?.Event("connected by a transport of the host");
        return fault;
    }

    /// <param name="name">That the certificate has to bear; null: the host's.</param>
    public Fault BeginTls(string? name)
    {
        Stage = ClientStage.Tls;
        Link.Timeouts = settings.Times.ForCommands;
        Fault fault = Link.BeginTls(settings.TlsFor(CertificateName(name ?? Host), _options!));
        if (fault == Fault.None)
            settings.Trace?.Event(Link.Tls!.Description);
        return fault;
    }

    /// <summary>The connection is there; next comes the greeting.</summary>
    public BlockingDialogue BeginDialogue()
    {
        Stage = ClientStage.Greeting;
        return Dialogue = new BlockingDialogue(Link, settings.Times, _options!.Timeout, settings.Trace);
    }

    public void Close()
    {
        if (Link.IsOpen)
            settings.Trace?.Event("closed");
        Dialogue = null;
        Link.Close();
    }

    public void Dispose()
    {
        Close();
        Link.Dispose();
        settings.Dispose();
    }

    private Fault ResolveProxy(SmtpClients running)
    {
        if (_proxy is not { Address: null } named)
            return Fault.None;
        Fault fault = Find(running, named.Host, ErrorLayer.Proxy, out IReadOnlyList<IPAddress> addresses);
        if (fault == Fault.None)
            _proxy = named.At(addresses[0]);
        return fault;
    }

    /// <param name="name">What the proxy resolves; null: one of the end points is the target.</param>
    private Fault Resolve(SmtpClients running, out IReadOnlyList<IPEndPoint> targets, out string? name)
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
        Fault fault = Find(running, ascii, ErrorLayer.Resolve, out IReadOnlyList<IPAddress> addresses);
        targets = [.. addresses.Select(address => new IPEndPoint(address, Port))];
        return fault;
    }

    private Fault Find(
        SmtpClients running, string name, ErrorLayer layer, out IReadOnlyList<IPAddress> addresses)
    {
        Fault fault = new HostAddresses(running.Dns, name).Find(
            Link, running.Workers, settings.Times.ForConnecting, out addresses, out string text);
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
