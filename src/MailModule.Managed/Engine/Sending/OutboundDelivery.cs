using System.Net;
using MailModule.Authentication.Dkim;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Dns;
using MailModule.Dns.Local;
using MailModule.Engine.Connecting;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Engine.Sending;

/// <summary>
/// How mail leaves for other hosts, by the settings of each moment: names, routes, options, connections. For the queue
/// and for what the host sends itself. Any thread.
/// </summary>
internal sealed class OutboundDelivery : IDisposable
{
    private const int SmtpPort = 25;
    private const int SubmissionsPort = 465; // RFC 8314 §7.3

    private readonly EngineSettings _settings;
    private readonly Workers _workers;
    private readonly TrustedRoots _trustedRoots;
    private readonly Func<IPEndPoint, bool> _listens;
    private readonly Func<bool> _serves;
    private volatile Names? _names;
    private volatile RulesOfVersion? _rules;

    /// <param name="listens">A server of this engine listens there now.</param>
    /// <param name="serves">The SMTP server of this engine runs.</param>
    public OutboundDelivery(
        EngineSettings settings, Workers workers, Log log, Func<IPEndPoint, bool> listens, Func<bool> serves)
    {
        _settings = settings;
        _workers = workers;
        _trustedRoots = new TrustedRoots(log);
        _listens = listens;
        _serves = serves;
        DkimKeys = new DkimKeys(() => settings.Current.Signing.Dkim, log);
        SealKeys = new DkimKeys(() => settings.Current.Signing.ArcSeal, log);
        Connections = new ConnectionSet(workers, log);
        Router = new Router(() => Dns, Rules);
        AttemptDependencies = new DeliveryAttemptDependencies(
            Connections, (name, cancel) => new AddressLookup(Dns).Find(name, cancel), log);
        RemoteDelivery = new RemoteDelivery(AttemptDependencies, Router, OptionsFor);
        ClientEnvironment = new ClientEnvironment(
            () => GeneralOptions(settings.Current), () => Dns, () => settings.Current.ScratchFolder, workers);
        Clients = new OpenClients(ClientEnvironment);
    }

    /// <summary>What messages that are ours are signed with.</summary>
    public DkimKeys DkimKeys { get; }

    /// <summary>What messages that are sent on are sealed with: one key, or none.</summary>
    public DkimKeys SealKeys { get; }

    /// <summary>The key of <see cref="SealKeys"/>; null: there is none that can be used.</summary>
    public DkimKey? FindSealKey()
        => _settings.Current.Signing.ArcSeal is [var place] ? SealKeys.Find(place.Domain).FirstOrDefault() : null;

    public ConnectionSet Connections { get; }
    public IRouter Router { get; }
    public DeliveryAttemptDependencies AttemptDependencies { get; }

    /// <summary>Takes mail to next hops as the settings say.</summary>
    public IRemoteDelivery RemoteDelivery { get; }

    /// <summary>What clients that the host leads have of the engine, whatever they speak.</summary>
    public ClientEnvironment ClientEnvironment { get; }

    /// <summary>The clients of SMTP that the host leads verb by verb.</summary>
    public OpenClients Clients { get; }

    /// <summary>The resolver, which a change of <c>smtp_dns</c> replaces.</summary>
    public IDns Dns
    {
        get
        {
            string servers = _settings.Current.Text(Keys.SmtpDns) ?? "";
            if (_names is not { } names || names.Servers != servers)
                _names = names = new Names(servers, _workers);
            return names.Dns;
        }
    }

    /// <summary>How the hosts of a next hop are spoken to. May read files.</summary>
    public RemoteOptions OptionsFor(string nextHop)
    {
        SettingValues values = _settings.Current;
        RemoteOptions options = GeneralOptions(values);
        if (nextHop == SmarthostOf(values))
            return ToSmarthost(options, values);
        return DomainSettings.RoutesOf(values).LastOrDefault(route => route.NextHop == nextHop) is { } named
            ? RouteOptions.Of(options, named)
            : options;
    }

    /// <summary>The options for hosts of which the settings say nothing special.</summary>
    public RemoteOptions GeneralOptions(SettingValues values) => new()
    {
        HelloName = values.OwnName.Text,
        StartTls = values.Flag(Keys.SmtpOnlyTls) ? StartTlsUse.Required
            : values.Flag(Keys.SmtpTlsOut) ? StartTlsUse.IfOffered
            : StartTlsUse.Never,
        VerifyCertificate = values.Flag(Keys.SmtpCheckTls),
        Tolerated = Keys.TlsTrust.ToleratedBy(values),
        Authorities = _trustedRoots.Of(values),
        TlsRules = values.TlsRules,
        AllowsClearPassword = values.PlainAuth == Policy.PlainAuth.Always,
        EightBit = (EightBitUse)values.Number(Keys.Send8Bit),
        Timeout = TimeSpan.FromSeconds(values.Int(Keys.PopTimeout)),
        Proxy = values.Proxy,
        IsTraced = values.Flag(Keys.Logs.Detail),
    };

    /// <summary>Cuts what is left. False: something would not end.</summary>
    public bool Stop()
    {
        bool ended = Connections.Stop(TimeSpan.Zero);
        Connections.Dispose();
        return ended;
    }

    public void Dispose() => Stop();

    private static RemoteOptions ToSmarthost(RemoteOptions options, SettingValues values)
    {
        string tls = values.Word(Keys.SmtpProxyTls);
        bool hasLogin = values.Text(Keys.SmtpProxyUser) is { Length: > 0 };
        return options with
        {
            IsTlsFirst = tls == "implicit",
            StartTls = tls == "required" || values.Flag(Keys.SmtpOnlyTls) ? StartTlsUse.Required
                : tls == "none" ? StartTlsUse.Never
                : StartTlsUse.IfOffered,
            VerifyCertificate = options.VerifyCertificate || hasLogin && values.Flag(Keys.SmtpProxyCheck),
            Login = hasLogin
                ? new Credentials(values.Text(Keys.SmtpProxyUser)!, values.Text(Keys.SmtpProxyPassword) ?? "")
                : null,
        };
    }

    private static string? SmarthostOf(SettingValues values)
    {
        if (values.Text(Keys.SmtpProxy) is not { Length: > 0 } text
            || !HostAddress.TryParse(text, out HostAddress host))
            return null;
        int usual = values.Word(Keys.SmtpProxyTls) == "implicit" ? SubmissionsPort : SmtpPort;
        return NextHop.OfHost(host.Host, host.Port > 0 ? host.Port : usual);
    }

    // Asked for each recipient, so made once for each state of the settings.
    private RoutingRules Rules()
    {
        SettingValues values = _settings.Current;
        if (_rules is { } kept && kept.Version == values.Version)
            return kept.Rules;
        DomainRoute[] routes = [.. DomainSettings.RoutesOf(values)];
        var rules = new RoutingRules
        {
            Smarthost = SmarthostOf(values),
            Routes = new DomainTable<string>(routes.Select(route => (route.Pattern, route.NextHop))),
            RouteHops = routes.Select(route => route.NextHop).ToHashSet(StringComparer.Ordinal),
            MxPort = values.Int(Keys.SmtpMxPort),
            HasProxy = values.Proxy is not null,
            InnerMx = values.Word(Keys.InnerMx) switch
            {
                "allow" => InnerMx.Allow,
                "deny" => InnerMx.Deny,
                _ => InnerMx.Own,
            },
            IsOurs = _listens,
            IsOurName = name => _serves() && values.Relay.Domains.Contains(name),
        };
        _rules = new RulesOfVersion(values.Version, rules);
        return rules;
    }

    private sealed record RulesOfVersion(int Version, RoutingRules Rules);

    private sealed record Names(string Servers, Workers Workers)
    {
        public IDns Dns { get; } = Resolver.Create(new ResolverOptions { Servers = Parse(Servers), Workers = Workers });

        // Null: those of the system.
        private static IReadOnlyList<IPEndPoint>? Parse(string text)
            => Resolver.TryParseServers(text, out IReadOnlyList<IPEndPoint> servers) ? servers : null;
    }
}
