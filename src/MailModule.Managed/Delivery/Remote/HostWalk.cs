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
internal sealed partial class HostWalk : IRemoteRun, ISmtpClientOwner, IWork
{
    private readonly WalkParts _parts;
    private readonly Func<RemoteTerms> _findTerms;
    private readonly Func<CancellationToken, Route> _findRoute;
    private readonly IRunOwner _owner;
    private readonly CancellationTokenSource _lookUp = new();
    private readonly Lock _gate = new();
    private RemoteTerms _terms = null!;
    private Itinerary _itinerary = null!;
    private ProxyWay _proxy;
    private Stop _stop;
    private StartTlsUse _startTls;
    private WalkFailure? _failure;
    private bool _isEnded;
    private Dial? _dial;
    private Connection? _connection;
    private int _attempt;
    private volatile bool _isCancelled;

    /// <param name="findTerms">Called once, on a worker; may block.</param>
    /// <param name="findRoute">Likewise.</param>
    public HostWalk(WalkParts parts, Func<RemoteTerms> findTerms, Func<CancellationToken, Route> findRoute, IRunOwner owner)
    {
        _parts = parts;
        _findTerms = findTerms;
        _findRoute = findRoute;
        _owner = owner;
    }

    public RemoteHost? Host { get; private set; }

    /// <summary>Connections tried so far.</summary>
    public int Attempts => Volatile.Read(ref _attempt);

    /// <summary>Begins; once.</summary>
    public void Start() => _parts.Workers.Run(this);

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
            FindWay();
        }
        catch (Exception e)
        {
            _parts.Log.Write(LogLevel.Error, "send", $"no way was found: {e}");
            End(new RunEnd(Fault.Internal, null, IsPermanent: false, "4.3.0", "a fault of this host", WasReady: false));
        }
    }

    private void FindWay()
    {
        _terms = _findTerms();
        Route route = _findRoute(_lookUp.Token);
        if (_isCancelled)
            EndCancelled();
        else if (route.Failure is { } failure)
            End(new RunEnd(failure.Fault, null, failure.IsPermanent, failure.Status, failure.Text, WasReady: false));
        else if (!ProxyWay.TryFind(_terms.Proxy, _parts, _lookUp.Token, out _proxy, out string text))
            End(new RunEnd(_isCancelled ? Fault.Cancelled : Fault.Dns, null, IsPermanent: false, "4.4.3", text, WasReady: false));
        else
            Begin(route);
    }

    private void Begin(Route route)
    {
        _itinerary = new Itinerary(route.Hosts);
        TryNextStop();
    }

    private void TryNextStop()
    {
        if (_isCancelled)
            EndCancelled();
        else if (_itinerary.TryNext(out _stop))
            TryStop(_terms.StartTls);
        else
            EndOfWay();
    }

    private void EndOfWay()
    {
        Host = _readyHost ?? _failure?.Host;
        End(_readyEnd ?? _failure?.ToEnd() ?? new RunEnd(Fault.Dns, null, IsPermanent: false, "4.4.4", "there is no address to go to", WasReady: false));
    }

    private void TryStop(StartTlsUse startTls)
    {
        _startTls = startTls;
        IPEndPoint? target = _stop.Address is { } address ? new IPEndPoint(address, _stop.Host.Port) : null;
        Host = new RemoteHost(_stop.Host.Name, target, null, IsVerified: false, OffersDsn: false);
        _owner.Connecting(this);
        var options = new DialOptions
        {
            Target = target ?? new IPEndPoint(IPAddress.Any, _stop.Host.Port),
            TargetName = target is null ? _stop.Host.Name : null,
            Proxy = _proxy.Next(),
            Timeout = _terms.Timeout < _terms.ConnectTimeout ? _terms.Timeout : _terms.ConnectTimeout,
            Tls = new TlsClientSettings(CertificateName, _terms.VerifyCertificate, _terms.Authorities),
            IsTlsFirst = _terms.IsTlsFirst,
        };
        int attempt = Interlocked.Increment(ref _attempt);
        Dial dial = Dialer.Connect(options, _parts.Connections, NewSession, NotConnected);
        if (!TryRemember(attempt, dial))
            dial.Cancel();
    }

    // An address literal's certificate bears the plain address.
    private string CertificateName => NextHop.TryReadLiteral(_stop.Host.Name, out IPAddress? address) ? address!.ToString() : _stop.Host.Name;

    // The attempt may have failed and the next begun before the dialler returned: then its dial is no longer the one to cancel.
    private bool TryRemember(int attempt, Dial dial)
    {
        lock (_gate)
        {
            if (attempt == _attempt)
                _dial = dial;
            return !_isCancelled;
        }
    }

    private void NotConnected(Fault fault, string text)
    {
        // A shortage of this machine's says nothing about the host.
        if (fault == Fault.Full && !_isCancelled)
            End(new RunEnd(fault, null, IsPermanent: false, "4.3.0", text, _readyEnd is not null));
        else
            Fail(fault, null, text, isFinal: false);
    }

    private void Fail(Fault fault, Reply? reply, string text, bool isFinal)
    {
        if (!_isCancelled)
            _parts.Log.Write(LogLevel.Info, "send", $"{_stop.Host.Name}{(_stop.Address is null ? "" : $" [{_stop.Address}]")}: {reply?.ToString() ?? text}");
        _failure = WalkFailure.Worse(_failure, new WalkFailure(fault, reply, text, isFinal, Host!));
        TryNextStop();
    }

    private void EndCancelled() => End(new RunEnd(Fault.Cancelled, null, IsPermanent: false, "", "cancelled", _readyHost is not null));

    private void End(RunEnd end)
    {
        if (_isEnded)
            return;
        _isEnded = true;
        GiveUpSecondChance();
        _owner.Ended(this, end);
    }
}
