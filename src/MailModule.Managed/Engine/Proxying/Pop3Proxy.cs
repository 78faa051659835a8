using System.Net;
using MailModule.Delivery.Remote;
using MailModule.Dns;
using MailModule.Engine.Connecting;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Proxying;

/// <summary>
/// Passes logins of one POP3 server on to other servers (<c>pop3_proxy</c>): which, the connections there, and their
/// end. Any thread.
/// </summary>
internal sealed class Pop3Proxy : IDisposable
{
    private readonly EngineSettings _settings;
    private readonly Lock _lock = new();
    private readonly HashSet<RemoteLogin> _logins = [];
    private readonly HashSet<PipeEnd> _clients = [];
    private bool _isStopping;

    /// <param name="environment">How other hosts are spoken to.</param>
    public Pop3Proxy(EngineSettings settings, ClientEnvironment environment, Workers workers, Log log)
    {
        _settings = settings;
        (Environment, Workers, Log) = (environment, workers, log);
        Connections = new ConnectionSet(workers, log);
        Attempts = new DeliveryAttemptDependencies(Connections, AddressesOf, log);
    }

    public ClientEnvironment Environment { get; }
    public Workers Workers { get; }
    public Log Log { get; }
    public ConnectionSet Connections { get; }
    public DeliveryAttemptDependencies Attempts { get; }

    /// <summary>Of the moment.</summary>
    public Pop3ProxyRules Rules => _settings.Current.Pop3Proxy;

    public ValueTask<AddressAnswer> AddressesOf(string name, CancellationToken cancel)
        => new AddressLookup(Environment.Dns).Find(name, cancel);

    /// <summary>Whether a login names another server, and its client may.</summary>
    public bool TryRead(IPAddress? client, string user, ReadOnlySpan<byte> password, out ProxiedLogin? login)
    {
        login = null;
        Pop3ProxyRules rules = Rules;
        return rules.Serves(client) && ProxiedLogin.TryParse(user, password, rules.Hosts, out login);
    }

    /// <summary>Begins a login there, and returns at once.</summary>
    public void Begin(RemoteLogin login)
    {
        bool isLate;
        lock (_lock)
        {
            isLate = _isStopping;
            if (!isLate)
                _logins.Add(login);
        }
        if (isLate)
            login.Cancel();
        else
            login.Start();
    }

    /// <summary>The login is over, however.</summary>
    public void Ended(RemoteLogin login)
    {
        lock (_lock)
            _logins.Remove(login);
    }

    /// <summary>A client's session goes on behind this end, until <see cref="Left"/>.</summary>
    public void Entered(PipeEnd client)
    {
        bool isLate;
        lock (_lock)
        {
            _clients.Add(client);
            isLate = _isStopping;
        }
        if (isLate)
            client.EndWait();
    }

    public void Left(PipeEnd client)
    {
        lock (_lock)
            _clients.Remove(client);
    }

    /// <summary>The server stops: what its sessions wait for comes to an end. Those that get a message go on.</summary>
    public void EndWaits()
    {
        RemoteLogin[] logins;
        PipeEnd[] clients;
        lock (_lock)
        {
            _isStopping = true;
            logins = [.. _logins];
            clients = [.. _clients];
        }
        foreach (RemoteLogin login in logins)
            login.Cancel();
        foreach (PipeEnd client in clients)
            client.EndWait();
    }

    /// <summary>Cuts what is left. False: something would not end.</summary>
    public bool Stop() => Connections.Stop(TimeSpan.Zero);

    public void Dispose() => Connections.Dispose();
}
