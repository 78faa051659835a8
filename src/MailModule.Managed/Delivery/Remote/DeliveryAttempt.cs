using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

/// <summary>
/// One connection's worth of work: finds the route, goes from host to host and address to address until a host is
/// ready, hands out its owner's transactions there, and tells how it ended. It knows which host; what a host answers to
/// a message is known to <see cref="SmtpClientSession"/> and the owner.
/// </summary>
/// <remarks>
/// Steps run one after another, on workers and the session's threads. What <see cref="Cancel"/> shares with them is in
/// <see cref="AttemptCancellation"/>.
/// </remarks>
internal sealed partial class DeliveryAttempt : IDeliveryAttempt, ISmtpClientOwner, IJob
{
    private const int FailoverLimit = 2;

    private readonly DeliveryAttemptDependencies _dependencies;
    private readonly Func<RemoteOptions> _findOptions;
    private readonly Func<CancellationToken, ValueTask<Route>> _findRoute;
    private readonly IAttemptOwner _owner;
    private readonly AttemptCancellation _cancellation = new();
    private HostConnector _connector = null!;

    /// <summary>The most telling failure of the addresses tried so far.</summary>
    private AttemptResult? _failure;

    /// <summary>The host of the connection that there is now was ready for mail.</summary>
    private bool _isReady;

    /// <summary>The host in use, which failures name.</summary>
    private RemoteHost? _host;

    /// <summary>The host that was ready last, in this attempt.</summary>
    private RemoteHost? _readyHost;

    /// <summary>How the connection to that host ended, while another host is looked for, which may take what that one
    /// failed to take.</summary>
    private AttemptResult? _readyEnd;

    /// <summary>What one host has failed to take, until another has tried it.</summary>
    private MxFailover? _failover;
    private int _failoverCount;
    private bool _isEnded;

    /// <param name="findOptions">Called once, on a worker; may block.</param>
    /// <param name="findRoute">Called once, on a worker; may end on any thread.</param>
    public DeliveryAttempt(
        DeliveryAttemptDependencies dependencies, Func<RemoteOptions> findOptions,
        Func<CancellationToken, ValueTask<Route>> findRoute, IAttemptOwner owner)
    {
        _dependencies = dependencies;
        _findOptions = findOptions;
        _findRoute = findRoute;
        _owner = owner;
    }

    public bool WasReady => _readyHost is not null;

    /// <summary>Begins; once.</summary>
    public void Start() => _dependencies.Workers.Run(this);

    public void Cancel() => _cancellation.Cancel();

    /// <summary>
    /// The owner has idled (<see cref="IAttemptOwner.Idles"/>), and is asked again for a transaction. Any thread.
    /// </summary>
    public void Wake() => _connector.Connection?.Wake();

    public void GiveUpWaiting() => _cancellation.GiveUpWaiting();

    void IJob.Run() => _ = Begin();

    // An owner that never heard of the end would keep the work of this attempt for ever.
    private async Task Begin()
    {
        try
        {
            await FindRoute().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _dependencies.Log.Write(LogLevel.Error, "send", $"no way was found: {e}");
            End(NewFailure(Fault.Internal, "4.3.0", "a fault of this host"));
        }
    }

    private async ValueTask FindRoute()
    {
        RemoteOptions options = _findOptions();
        CancellationToken cancel = _cancellation.LookUp;
        ValueTask<Route> finding = _findRoute(cancel);
        if (!finding.IsCompleted)
            _owner.LookingUp(this);
        Route route = await finding.OnWorker(_dependencies.Workers).ConfigureAwait(false);
        if (_cancellation.IsCancelled)
            EndCancelled();
        else if (route.Failure is not null && _cancellation.IsGivenUp)
            End(NewFailure(Fault.Dns, "4.4.3", "no answer of the name servers in time"));
        else if (route.Failure is { } failure)
            End(NewFailure(failure.Fault, failure.Status, failure.Text, failure.IsPermanent));
        else
            await FindProxy(options, route, cancel).ConfigureAwait(false);
    }

    private async ValueTask FindProxy(RemoteOptions options, Route route, CancellationToken cancel)
    {
        ValueTask<(ProxyAddresses, string?)> resolving = ProxyAddresses.Resolve(options.Proxy, _dependencies, cancel);
        if (!resolving.IsCompleted)
            _owner.LookingUp(this);
        (ProxyAddresses proxy, string? failure) = await resolving.ConfigureAwait(false);
        if (failure is not null)
        {
            End(NewFailure(_cancellation.IsCancelled ? Fault.Cancelled : Fault.Dns, "4.4.3", failure));
            return;
        }
        _connector = new HostConnector(_dependencies, options, new HostAddressList(route.Hosts), proxy);
        TryNextAddress();
    }

    private void TryNextAddress()
    {
        while (!_cancellation.IsCancelled && _connector.TryNext())
        {
            TargetAddress target = _connector.Target;
            _host = new RemoteHost(target.Host.Name, target.EndPoint, null, IsVerified: false, OffersDsn: false)
            { IsNamed = target.Host.IsNamed };
            ConnectVerdict verdict = _owner.MayConnect(this, target, out AttemptResult? known);
            if (verdict == ConnectVerdict.Granted)
            {
                Connect();
                return;
            }
            if (known is not null)
                KeepFailure(known with { RemoteHost = _host });
            if (verdict == ConnectVerdict.Later)
                break;
        }
        if (_cancellation.IsCancelled)
            EndCancelled();
        else
            EndAfterLastAddress();
    }

    private void EndAfterLastAddress()
    {
        _host = null;
        End(_readyEnd ?? _failure ?? NewFailure(Fault.Dns, "4.4.4", "there is no address to go to"));
    }

    private void Connect()
    {
        _owner.Connecting(this);
        int number = _cancellation.NumberDial();
        _cancellation.DialBegan(number, _connector.Dial(NewSession, NotConnected));
    }

    private void NotConnected(Fault fault, string text)
    {
        if (fault == Fault.Cancelled && !_cancellation.IsCancelled)
            (fault, text) = (Fault.Timeout, "no answer in time"); // given up
        // A shortage of this machine's says nothing about the host.
        if (fault == Fault.Full && !_cancellation.IsCancelled)
            End(NewFailure(fault, "4.3.0", text));
        else
            Fail(NewFailure(fault, "", text));
    }

    private void Fail(AttemptResult failure)
    {
        if (!_cancellation.IsCancelled)
            Log(failure);
        KeepFailure(failure);
        _owner.NotReady(this, failure);
        TryNextAddress();
    }

    // A login that fails is for an operator to mend: no other host, and no time, will.
    private void Log(AttemptResult failure)
    {
        string words = failure.Reply?.ToString() ?? failure.Happened;
        if (failure.Stage == SmtpStage.Auth)
            _dependencies.Log.Write(
                LogLevel.Warning, "send", $"{_connector.Target}: our login failed, no mail is sent there: {words}");
        else
            _dependencies.Log.Write(LogLevel.Info, "send", $"{_connector.Target}: {words}");
    }

    private void KeepFailure(AttemptResult failure)
    {
        if (_failure is null || WeightOf(failure) >= WeightOf(_failure))
            _failure = failure;
    }

    // Which failure tells most: one that may pass before one that does not, since it says what to expect of the next
    // attempt; a server's words before silence; the later one.
    private static int WeightOf(AttemptResult failure)
        => (failure.Kind == AttemptResultKind.Failed ? 0 : 2) + (failure.Reply is null ? 0 : 1);

    /// <summary>A failure before a host, the one in use if there is one, was ready for mail.</summary>
    private AttemptResult NewFailure(Fault fault, string status, string text, bool isPermanent = false) => new()
    {
        Kind = isPermanent ? AttemptResultKind.Failed : AttemptResultKind.Deferred,
        Fault = fault,
        Enhanced = status,
        Happened = text,
        RemoteHost = _host,
    };

    private void EndCancelled() => End(NewFailure(Fault.Cancelled, "", "cancelled"));

    private void End(AttemptResult end)
    {
        if (_isEnded)
            return;
        _isEnded = true;
        GiveUpFailover();
        _owner.Ended(this, end);
    }
}
