using System.Net;
using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

/// <summary>
/// One connection's worth of work: finds the route, goes from host to host and address to address until one is ready, hands out its owner's transactions there, and tells how it
/// ended. Knows which host; what a host answers to a message is <see cref="SmtpClientSession"/>'s and the owner's.
/// </summary>
/// <remarks>
/// Steps run one after another, on workers and the session's threads; at any moment there is one thing to cancel: the look-up, the dial or the connection. Only these three are shared
/// with <see cref="Cancel"/>, under the gate.
/// </remarks>
public sealed partial class DeliveryAttempt : IDeliveryAttempt, ISmtpClientOwner, IWork
{
    private readonly DeliveryAttemptDependencies _dependencies;
    private readonly Func<RemoteOptions> _findOptions;
    private readonly Func<CancellationToken, Route> _findRoute;
    private readonly IAttemptOwner _owner;
    private readonly CancellationTokenSource _lookUp = new();
    private readonly Lock _gate = new();
    private RemoteOptions _options = null!;
    private HostAddressList _addresses = null!;
    private ProxyAddresses _proxy;
    private TargetAddress _target;
    private StartTlsUse _startTls;
    private HostFailure? _failure;
    private bool _isEnded;
    private Dial? _dial;
    private Connection? _connection;
    private int _connectionsTried;
    private volatile bool _isCancelled;

    /// <param name="findTerms">Called once, on a worker; may block.</param>
    /// <param name="findRoute">Likewise.</param>
    public DeliveryAttempt(DeliveryAttemptDependencies dependencies, Func<RemoteOptions> findOptions, Func<CancellationToken, Route> findRoute, IAttemptOwner owner)
    {
        _dependencies = dependencies;
        _findOptions = findOptions;
        _findRoute = findRoute;
        _owner = owner;
    }

    public RemoteHost? Host { get; private set; }

    /// <summary>Connections tried so far.</summary>
    public int Attempts => Volatile.Read(ref _connectionsTried);

    /// <summary>Begins; once.</summary>
    public void Start() => _dependencies.Workers.Run(this);

    public void Cancel()
    {
        Dial? dial;
        Connection? connection;
        lock (_gate)
        {
            _isCancelled = true;
            dial = _dial;
            connection = _connection;
        }
        _lookUp.Cancel();
        dial?.Cancel();
        connection?.Abort();
    }

    // A run that nobody heard the end of would hold its owner's work for ever.
    void IWork.Run()
    {
        try
        {
            FindRoute();
        }
        catch (Exception e)
        {
            _dependencies.Log.Write(LogLevel.Error, "send", $"no way was found: {e}");
            End(new AttemptEnd(Fault.Internal, null, IsPermanent: false, "4.3.0", "a fault of this host", WasReady: false));
        }
    }

    private void FindRoute()
    {
        _options = _findOptions();
        Route route = _findRoute(_lookUp.Token);
        if (_isCancelled)
            EndCancelled();
        else if (route.Failure is { } failure)
            End(new AttemptEnd(failure.Fault, null, failure.IsPermanent, failure.Status, failure.Text, WasReady: false));
        else if (!ProxyAddresses.TryResolve(_options.Proxy, _dependencies, _lookUp.Token, out _proxy, out string text))
            End(new AttemptEnd(_isCancelled ? Fault.Cancelled : Fault.Dns, null, IsPermanent: false, "4.4.3", text, WasReady: false));
        else
            Begin(route);
    }

    private void Begin(Route route)
    {
        _addresses = new HostAddressList(route.Hosts);
        TryNextAddress();
    }

    private void TryNextAddress()
    {
        if (_isCancelled)
            EndCancelled();
        else if (_addresses.TryNext(out _target))
            Connect(_options.StartTls);
        else
            EndWithoutAddress();
    }

    private void EndWithoutAddress()
    {
        Host = _readyHost ?? _failure?.Host;
        End(_readyEnd ?? _failure?.ToEnd() ?? new AttemptEnd(Fault.Dns, null, IsPermanent: false, "4.4.4", "there is no address to go to", WasReady: false));
    }

    private void Connect(StartTlsUse startTls)
    {
        _startTls = startTls;
        IPEndPoint? target = _target.Address is { } address ? new IPEndPoint(address, _target.Host.Port) : null;
        Host = new RemoteHost(_target.Host.Name, target, null, IsVerified: false, OffersDsn: false);
        _owner.Connecting(this);
        var options = new DialOptions
        {
            Target = target ?? new IPEndPoint(IPAddress.Any, _target.Host.Port),
            TargetName = target is null ? _target.Host.Name : null,
            Proxy = _proxy.Next(),
            Timeout = _options.Timeout < _options.ConnectTimeout ? _options.Timeout : _options.ConnectTimeout,
            Tls = new TlsClientSettings(CertificateName, _options.VerifyCertificate, _options.Authorities),
            IsTlsFirst = _options.IsTlsFirst,
        };
        int number = Interlocked.Increment(ref _connectionsTried);
        Dial dial = Dialer.Connect(options, _dependencies.Connections, NewSession, NotConnected);
        if (!TryStoreDial(number, dial))
            dial.Cancel();
    }

    // An address literal's certificate bears the plain address.
    private string CertificateName => NextHop.TryReadLiteral(_target.Host.Name, out IPAddress? address) ? address!.ToString() : _target.Host.Name;

    // The attempt may have failed and the next begun before the dialler returned: then its dial is no longer the one to cancel.
    private bool TryStoreDial(int number, Dial dial)
    {
        lock (_gate)
        {
            if (number == _connectionsTried)
                _dial = dial;
            return !_isCancelled;
        }
    }

    private void NotConnected(Fault fault, string text)
    {
        // A shortage of this machine's says nothing about the host.
        if (fault == Fault.Full && !_isCancelled)
            End(new AttemptEnd(fault, null, IsPermanent: false, "4.3.0", text, _readyEnd is not null));
        else
            Fail(fault, null, text, isFinal: false);
    }

    private void Fail(Fault fault, Reply? reply, string text, bool isFinal)
    {
        if (!_isCancelled)
            _dependencies.Log.Write(LogLevel.Info, "send", $"{_target.Host.Name}{(_target.Address is null ? "" : $" [{_target.Address}]")}: {reply?.ToString() ?? text}");
        _failure = HostFailure.MoreTelling(_failure, new HostFailure(fault, reply, text, isFinal, Host!));
        TryNextAddress();
    }

    private void EndCancelled() => End(new AttemptEnd(Fault.Cancelled, null, IsPermanent: false, "", "cancelled", _readyHost is not null));

    private void End(AttemptEnd end)
    {
        if (_isEnded)
            return;
        _isEnded = true;
        GiveUpFailover();
        _owner.Ended(this, end);
    }
}
