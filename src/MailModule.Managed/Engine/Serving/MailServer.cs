using System.Net;
using System.Net.Sockets;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What SMTP's and POP3's servers have in common: ports, connections, the host callback, start and stop. A session
/// takes settings and callback as they are when it begins.
/// </summary>
internal abstract class MailServer(
    EngineSettings settings, Workers workers, ClientLimits limits, HostCalls calls, Log log) : IDisposable
{
    /// <summary>For handlers that hear of a session's end, where the time of a stop is up already.</summary>
    private static readonly TimeSpan HandlerGrace = TimeSpan.FromMilliseconds(500);

    private readonly ConnectionSet _connections = new(workers, log, limits.Connections) { Memory = limits.Memory };
    private readonly List<Listener> _listeners = [];
    private readonly ServerCertificate _certificate = new(settings, log);
    private readonly SteppedSessions _stepped = new(workers.Run, calls, log);

    protected EngineSettings Settings { get; } = settings;

    /// <summary>The first port, the one the host named or the system chose.</summary>
    public int Port { get; private set; }

    /// <summary>What is spoken on the port of the options, and on connections of the host.</summary>
    public SmtpProtocol Protocol { get; private set; }

    /// <summary>Where it listens, since it started.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    /// <summary>Asked of every client's address.</summary>
    protected abstract ClientGate Gate { get; }

    protected abstract Setting PortSetting { get; }
    protected abstract Setting BindSetting { get; }
    protected abstract Setting LimitSetting { get; }
    protected abstract byte[] Refusal { get; }
    protected abstract byte[] RefusalOfAddress { get; }

    /// <summary>Sets the callback that sessions to come ask.</summary>
    public abstract void SetCallback(HostCallback host);

    /// <summary>Takes the tables of handlers that the server starts with.</summary>
    protected abstract Fault AddHandlers(ServerOptions options);

    /// <summary>The server stops: what its sessions wait for comes to an end within the time.</summary>
    protected abstract void EndWaits(TimeSpan timeout);

    /// <summary>No session is left, or none that ends in time. False: a handler still runs when this time is up.
    /// </summary>
    protected abstract bool EndHandlers(TimeSpan timeout);

    protected abstract IEnumerable<ServerPort> Ports(SettingValues values, int port, SmtpProtocol protocol);

    protected abstract ISession NewSession(Connection connection, ServerPort port);

    /// <summary>A session that the host steps: its handlers, and what else would run on a worker, run there.</summary>
    /// <param name="offersTls">The host has a TLS that can begin.</param>
    protected abstract ISession NewSession(SteppedServerSession stepped, ServerPort port, bool offersTls);

    /// <summary>Lines of the log about what is said begin with it.</summary>
    protected abstract string Area { get; }

    protected abstract ServerTrace NewTrace(Action<string> tell);

    /// <summary>The session, whose dialogue goes to the log if the settings say so (<c>detail</c>).</summary>
    protected ISession Traced(ISession session, IPeer peer)
    {
        if (!Settings.Current.Flag(Keys.Logs.Detail) || !log.IsEnabled(LogLevel.Info))
            return session;
        string client = peer.RemoteEndPoint?.ToString() ?? "unknown";
        return new TracedSession(session, NewTrace(text => log.Write(LogLevel.Info, Area, $"{client} {text}")));
    }

    /// <summary>Binds all ports, or none; <paramref name="text"/> says what is wrong.</summary>
    public Fault TryStart(ServerOptions options, out string? text)
    {
        SettingValues values = Settings.Current;
        int port = options.PortToBind(values, PortSetting);
        IReadOnlyList<IPAddress> addresses = options.AddressesToBind(values, BindSetting);
        _connections.Limit = options.SessionLimit(values, LimitSetting);
        _connections.LimitOf = address => Settings.Current.ConnectionsOf(address);
        List<ServerPort> ports = options.Port == ServerOptions.NoPort ? [] : [.. Ports(values, port, options.Protocol)];
        if (ports.Count > 0 && options.IsTlsFirst)
            ports[0] = ports[0] with { IsTlsFirst = true };
        Protocol = options.Protocol;
        Fault fault = AddHandlers(options);
        text = fault == Fault.None ? null : FaultReason.Current.Text;
        if (fault == Fault.None)
            fault = LoadCertificate(values, ports, out text);
        foreach (ServerPort one in ports)
            if (fault == Fault.None)
                fault = Listen(addresses, one, out text);
        if (fault != Fault.None)
        {
            Stop(TimeSpan.Zero);
            return fault;
        }
        EndPoints = [.. _listeners.SelectMany(listener => listener.EndPoints)];
        Port = EndPoints.Count > 0 ? EndPoints[0].Port : 0;
        if (SettingsCheck.ListenerProblem(values, InClear) is { } problem)
            log.Write(LogLevel.Warning, "settings", problem);
        return fault;
    }

    private IEnumerable<IPEndPoint> InClear
        => _listeners.Where(listener => !listener.IsTlsFirst).SelectMany(listener => listener.EndPoints);

    /// <summary>A connection to the address would come to this server.</summary>
    public bool Listens(IPEndPoint target)
        => EndPoints.Any(own => own.Port == target.Port && IsAt(own.Address, target.Address));

    /// <summary>
    /// Accepts no connection from now on; sessions are told, may end what they are at, and are cut when the time is up.
    /// False: a session still waits for a host callback.
    /// </summary>
    public bool Stop(TimeSpan timeout)
    {
        CloseToNew();
        limits.Guessing.LateAnswers.Stop();
        _stepped.Stop();
        EndWaits(timeout);
        long began = Environment.TickCount64;
        bool ended = _connections.Stop(timeout, calls);
        ended &= ended ? WaitForHandlers(timeout, began) : Ended(TimeSpan.Zero);
        _connections.Dispose();
        _certificate.End();
        return ended;
    }

    /// <summary>After a stop: false if a handler of the host still runs when the time is up.</summary>
    public bool WaitForHandlers(TimeSpan timeout) => WaitForHandlers(timeout, Environment.TickCount64);

    // Those that hear of a session's end outlive it.
    private bool WaitForHandlers(TimeSpan timeout, long began)
    {
        TimeSpan left = Left(timeout, began);
        return Ended(left < TimeSpan.Zero || left > HandlerGrace ? left : HandlerGrace);
    }

    private bool Ended(TimeSpan timeout)
    {
        long began = Environment.TickCount64;
        bool ended = _stepped.End(timeout);
        return EndHandlers(Left(timeout, began)) && ended;
    }

    /// <summary>What is left of a time; without end if that has none.</summary>
    private static TimeSpan Left(TimeSpan timeout, long began)
    {
        if (timeout < TimeSpan.Zero)
            return timeout;
        TimeSpan passed = TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
        return timeout > passed ? timeout - passed : TimeSpan.Zero;
    }

    /// <summary>What a session that <see cref="Stop"/> could not end waits for.</summary>
    public string WhatRuns
        => calls.IsAnyRunning ? $"callbacks of the host ({calls})" : "sessions that wait for the disk";

    public void CloseToNew()
    {
        lock (_listeners)
        {
            foreach (Listener listener in _listeners)
                listener.Dispose();
            _listeners.Clear();
        }
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    /// <summary>
    /// Serves a connection that the host has accepted as if it were this server's own: counted, limited, by the
    /// settings of the moment. The socket is ours from the call on, and closed by us whatever comes of it.
    /// <see cref="Fault.State"/>: the server is stopped; <see cref="Fault.Limit"/>: there are too many, and the client
    /// has been told; <see cref="Fault.Tls"/> and the like: there is no certificate.
    /// </summary>
    /// <param name="socket">Connected, a stream.</param>
    /// <param name="isTlsFirst">TLS from the first octet.</param>
    /// <param name="requiresAuth">SMTP only: as on a submission port.</param>
    public Fault Adopt(Socket socket, bool isTlsFirst, bool requiresAuth, out string? text)
    {
        var port = new ServerPort(0, isTlsFirst, requiresAuth, IsLmtp: Protocol == SmtpProtocol.Lmtp);
        text = "the server is stopped";
        Fault fault = _connections.IsStopping
            ? Fault.State
            : LoadCertificate(Settings.Current, [port], out text);
        if (fault != Fault.None)
        {
            socket.Dispose();
            return fault;
        }
        SocketEngine.Prepare();
        Admission admission = new Intake(OptionsOf(port), _connections).Take(socket);
        if (admission == Admission.Admitted)
            return Fault.None;
        text = admission == Admission.Barred ? "its address may not connect"
            : _connections.IsStopping ? "the server is stopped" : "there are too many connections";
        return admission == Admission.Full && _connections.IsStopping ? Fault.State : Fault.Limit;
    }

    /// <summary>A session that the host steps. <see cref="Fault.Limit"/>, <see cref="Fault.State"/>.</summary>
    public Fault NewSteppedSession(SteppedOptions options, out SteppedServerSession? session)
    {
        session = null;
        SettingValues values = Settings.Current;
        IPAddress? client = options.Client?.Address;
        var port = new ServerPort(
            0, options.Tls is not null, RequiresAuth: options.Protocol == SmtpProtocol.Submission,
            IsLmtp: options.Protocol == SmtpProtocol.Lmtp);
        if (client is not null && Gate.WhyBarred(client, port.RequiresAuth) is not null)
            return FaultReason.Because(Fault.Limit, "its address may not connect");
        if (limits.Memory.IsShort)
            return FaultReason.Because(Fault.Limit, "the sessions that there are hold too much memory");
        // An address that is not known is no one client's.
        var bounds = new SteppedLimits(
            limits.Memory, client is null || values.IsExempt(client), values.Pace,
            TimeSpan.FromSeconds(values.Int(Keys.PopTimeout)));
        var made = new SteppedServerSession(options, bounds, _stepped);
        made.Begin(Traced(NewSession(made, port, options.OffersTls), made.Peer), Area);
        Fault fault = _stepped.Add(made, _connections.Limit - _connections.Count);
        if (fault == Fault.None)
            session = made;
        return fault;
    }

    private bool IsAt(IPAddress own, IPAddress target)
    {
        bool isAll = own.Equals(IPAddress.Any) || own.Equals(IPAddress.IPv6Any);
        return own.Equals(target) || isAll && (IPAddress.IsLoopback(target) || Settings.Current.IsOurAddress(target));
    }

    private Fault Listen(IReadOnlyList<IPAddress> addresses, ServerPort port, out string? text)
    {
        Fault fault =
            port.Listen(addresses, OptionsOf(port), _connections, out Listener? listener, out text);
        if (listener is not null)
            _listeners.Add(listener);
        return fault;
    }

    private ListenerOptions OptionsOf(ServerPort port) => new()
    {
        EndPoints = [],
        CreateSession = connection => Begin(connection, port),
        IsTlsFirst = port.IsTlsFirst,
        Tls = _certificate,
        Refusal = Refusal,
        RefusalOfAddress = RefusalOfAddress,
        WhyBarred = address => Gate.WhyBarred(address, port.RequiresAuth),
        ExpectsProxyHeader = address => Settings.Current.Fronts.Proxies.Contains(address),
    };

    private ISession Begin(Connection connection, ServerPort port)
    {
        SettingValues values = Settings.Current;
        connection.IdleTimeout = TimeSpan.FromSeconds(values.Int(Keys.PopTimeout));
        connection.Pace = values.Pace;
        connection.CountIn(limits.Memory, values.IsExempt(connection.RemoteEndPoint.Address));
        return Traced(NewSession(connection, port), connection);
    }

    /// <summary>A server that is to offer TLS does not begin without its certificate.</summary>
    private Fault LoadCertificate(SettingValues values, List<ServerPort> ports, out string? text)
    {
        text = null;
        if (!values.Flag(Keys.SmtpTls) && !ports.Exists(port => port.IsTlsFirst))
            return Fault.None;
        Fault fault = _certificate.TryLoad(out text);
        // What keeps a server from a certificate that is there: what the host asked for and cannot have is TLS.
        return fault == Fault.Io ? Fault.Tls : fault;
    }
}
