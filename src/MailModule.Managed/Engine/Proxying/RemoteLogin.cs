using System.Net;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Dns;
using MailModule.Engine.Settings;
using MailModule.Lines;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Transport;
using MailModule.Transport.Dialing;

namespace MailModule.Engine.Proxying;

/// <summary>
/// One login at another server on its way: names, addresses in turn, the connection, the dialogue. No thread waits for
/// it. How it came out is told once, whatever happens, on any thread.
/// </summary>
internal sealed class RemoteLogin : IJob
{
    private const int MostAddresses = 3;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(15);

    private readonly Pop3Proxy _proxy;
    private readonly ProxiedLogin _login;
    private readonly RemoteOptions _options;
    private readonly bool _isUtf8;
    private readonly Action<RemoteLoginOutcome> _told;
    private readonly Queue<IPAddress> _addresses = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly PipeEnd _serverEnd;
    private ProxyAddresses _way;
    private volatile Dial? _dial;
    private volatile Connection? _connection;
    private int _isTold;

    /// <param name="isUtf8">The client has said UTF8.</param>
    /// <param name="told">Hears how it came out, once, on any thread.</param>
    public RemoteLogin(Pop3Proxy proxy, ProxiedLogin login, bool isUtf8, Action<RemoteLoginOutcome> told)
    {
        (_proxy, _login, _isUtf8, _told) = (proxy, login, isUtf8, told);
        _options = proxy.Environment.Options;
        (ClientEnd, _serverEnd) = PipeEnd.NewPipe();
    }

    /// <summary>The client's end of what follows an accepted login.</summary>
    public PipeEnd ClientEnd { get; }

    public void Start() => _proxy.Workers.Run(this);

    /// <summary>Ends it, if it is still under way.</summary>
    public void Cancel()
    {
        _cancel.Cancel();
        _dial?.Cancel();
        if (Volatile.Read(ref _isTold) == 0)
            _connection?.Abort();
        Tell(RemoteLoginOutcome.Failed(_login.Server, "cut short"));
    }

    void IJob.Run() => _ = Begin();

    // A client that never heard of the end would wait for ever.
    private async Task Begin()
    {
        try
        {
            await FindAddresses().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _proxy.Log.Write(LogLevel.Error, "pop3", $"a login could not be passed on: {e}");
            Tell(RemoteLoginOutcome.Failed(_login.Server, "a fault of this host"));
        }
    }

    private async ValueTask FindAddresses()
    {
        ProxyPermission permission = _proxy.Rules.Hosts.Find(_login.Host, _login.Port);
        if (permission == ProxyPermission.None)
        {
            Tell(RemoteLoginOutcome.Barred("logins are not passed on to that host"));
            return;
        }
        AddressAnswer found = await _proxy.AddressesOf(_login.Host, _cancel.Token).OnWorker(_proxy.Workers)
            .ConfigureAwait(false);
        if (found.Status != DnsStatus.Ok)
        {
            Tell(RemoteLoginOutcome.Failed(_login.Server, found.Text));
            return;
        }
        // Whoever runs a domain could have this host speak to servers that he cannot reach himself (decision 0033).
        bool mayBeInner = permission == ProxyPermission.ByName;
        foreach (IPAddress address in found.Addresses.Take(MostAddresses))
            if (mayBeInner || InnerAddresses.ReachOf(address) == AddressReach.Outer)
                _addresses.Enqueue(address);
        if (_addresses.Count == 0)
        {
            Tell(RemoteLoginOutcome.Barred("logins are not passed on to that host's address"));
            return;
        }
        (ProxyAddresses way, string? failure) =
            await ProxyAddresses.Resolve(_options.Proxy, _proxy.Attempts, _cancel.Token).ConfigureAwait(false);
        _way = way;
        if (failure is not null)
            Tell(RemoteLoginOutcome.Failed(_login.Server, failure));
        else
            DialNext("no address");
    }

    private void DialNext(string why)
    {
        if (_cancel.IsCancellationRequested || !_addresses.TryDequeue(out IPAddress? address))
        {
            Tell(RemoteLoginOutcome.Failed(_login.Server, why));
            return;
        }
        TimeSpan silence = _options.Timeout < ConnectTime ? _options.Timeout : ConnectTime;
        var options = new DialOptions
        {
            Target = new IPEndPoint(address, _login.Port),
            Proxy = _way.Next(),
            Timeout = silence,
            Tls = new TlsClientSettings(_login.Host, _proxy.Rules.ChecksCertificate, _options.Authorities)
            {
                Rules = _options.TlsRules,
            },
            IsTlsFirst = _login.Port == ProxyHosts.TlsPort,
        };
        _dial = Dialer.Connect(options, _proxy.Connections, Connected, (_, text) => DialNext(text));
        Interlocked.MemoryBarrier(); // either this sees a cancel, or the cancel sees what there is to cut
        if (_cancel.IsCancellationRequested)
            _dial.Cancel();
    }

    private RemoteServerSession Connected(Connection connection)
    {
        _connection = connection;
        Interlocked.MemoryBarrier(); // as behind the dial
        if (_cancel.IsCancellationRequested)
            connection.Abort(); // whoever cancelled may not have seen it
        connection.ReadsAfterSendFailure = true;
        connection.IdleTimeout = _options.Timeout < RemoteServerSession.LoginTime
            ? _options.Timeout
            : RemoteServerSession.LoginTime;
        connection.SetDeadline(RemoteServerSession.LoginTime);
        // Beyond a proxy a loopback address is one of the proxy's machine.
        bool isThisMachine = _options.Proxy is null && connection.PeerEndPoint is { } peer
            && IPAddress.IsLoopback(peer.Address);
        var rules = new RemoteLoginRules(_options.AllowsClearPassword || isThisMachine, _isUtf8);
        var dialogue = new RemoteLoginDialogue(_login, rules, NewTrace());
        return new RemoteServerSession(dialogue, _serverEnd, connection, _options.Timeout, _proxy.Workers.Run, Tell);
    }

    private Pop3Trace? NewTrace()
        => !_options.IsTraced || !_proxy.Log.IsEnabled(LogLevel.Info) ? null : new Pop3Trace(
            (direction, text) => _proxy.Log.Write(LogLevel.Info, "pop3", direction switch
            {
                TraceDirection.Sent => $"to {_login.Server} C: {text}",
                TraceDirection.Received => $"to {_login.Server} S: {text}",
                _ => $"to {_login.Server} {text}",
            }));

    private void Tell(RemoteLoginOutcome outcome)
    {
        if (Interlocked.Exchange(ref _isTold, 1) != 0)
            return;
        _proxy.Ended(this);
        _told(outcome);
    }
}
