using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using MailModule.Delivery;
using MailModule.Delivery.Forwarding;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Engine.Settings;

/// <summary>
/// The values of all settings at one moment. Immutable; any thread. What follows from them (accounts, relay policy) is
/// made at first use and kept, so that asking again costs nothing.
/// </summary>
internal sealed class SettingValues
{
    private readonly SettingValue?[] _values;
    private readonly SettingList?[] _lists;
    private RelayPolicy? _relay;
    private RetrySchedule? _schedule;
    private Pace? _pace;
    private OwnName? _ownName;
    private TlsRules? _tlsRules;
    private CheckRules? _checks;
    private FrontServers? _fronts;
    private HashSet<IPAddress>? _ownAddresses;
    private ServerGates? _gates;
    private SigningRules? _signing;
    private Pop3ProxyRules? _pop3Proxy;

    /// <summary>Nothing set.</summary>
    public SettingValues()
        : this(0, new SettingValue?[Keys.All.Count], new SettingList?[Keys.All.Count], new LoginKey())
    {
    }

    public SettingValues(int version, SettingValue?[] values, SettingList?[] lists, LoginKey loginKey)
    {
        Version = version;
        LoginKey = loginKey;
        _values = values;
        _lists = lists;
    }

    /// <summary>Rises with every change.</summary>
    public int Version { get; }

    /// <summary>Of the engine, whatever is set.</summary>
    public LoginKey LoginKey { get; }

    /// <summary>Somebody has set it, be it to its default.</summary>
    public bool IsSet(Setting row) => _values[row.Index] is not null;

    public bool Flag(Setting row) => Number(row) != 0;

    /// <summary>A number as it fits: what is above <see cref="int.MaxValue"/> is that.</summary>
    public int Int(Setting row) => (int)Math.Min(Number(row), int.MaxValue);

    /// <summary>A number, a flag, or a choice's word by its place (from <see cref="Setting.FirstWord"/>).</summary>
    public long Number(Setting row) => _values[row.Index] is SettingValue value ? value.Number : DefaultNumber(row);

    /// <summary>A choice's word in its own spelling.</summary>
    public string Word(Setting row) => row.Words[(int)Number(row) - row.FirstWord];

    /// <summary>As it was set, else its default; null for none. A list: its values with LF between.</summary>
    public string? Text(Setting row)
    {
        if (row.Kind == SettingKind.List)
            return List(row) is { Count: > 0 } items ? string.Join('\n', items) : null;
        SettingValue? value = _values[row.Index];
        bool isNoPath = row.Kind == SettingKind.Path && value is { Text.Length: 0 };
        return value is null || isNoPath ? row.FindDefault?.Invoke(this) ?? row.Default : value.Text;
    }

    /// <summary>A path made full; null for none.</summary>
    public string? FullPath(Setting row)
    {
        string? text = Text(row);
        if (string.IsNullOrEmpty(text))
            return null;
        return Path.GetFullPath(text, FolderOf(row));
    }

    /// <summary>What a relative path in a value counts from; not of a list.</summary>
    public string FolderOf(Setting row) => _values[row.Index]?.Folder ?? Environment.CurrentDirectory;

    public IReadOnlyList<string> List(Setting row)
        => Items(row) is { Length: > 0 } items ? Array.ConvertAll(items, item => item.Text) : [];

    /// <summary>The values of a list whose items are separated by commas, such as addresses.</summary>
    public IReadOnlyList<string> Parts(Setting row) => Text(row) is string text ? [.. SettingForms.Items(text)] : [];

    /// <summary>
    /// The addresses to listen on; where none is set all of the machine, as one address that stands for both families
    /// if the machine has IPv6.
    /// </summary>
    public IReadOnlyList<IPAddress> Addresses(Setting row)
    {
        IReadOnlyList<string> parts = Parts(row);
        return parts.Count == 0
            ? [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any]
            : [.. parts.Select(IPAddress.Parse)];
    }

    /// <summary>Where texts too large for memory go while a host writes them.</summary>
    public string ScratchFolder => Path.Combine(FullPath(Keys.MailRoot)!, "scratch");

    public LogLevel LogLevel => (LogLevel)Number(Keys.LogLevel);

    public PlainAuth PlainAuth => (PlainAuth)Number(Keys.PlainAuth);

    /// <summary>How we call ourselves, by <c>smtp_name</c>. The same object for the same values.</summary>
    public OwnName OwnName => Volatile.Read(ref _ownName) ?? MakeOwnName();

    /// <summary>Users, local domains, lists and relay clients. The same object for the same values.</summary>
    public RelayPolicy Relay => Volatile.Read(ref _relay) ?? MakeRelay();

    public Accounts Accounts => Relay.Accounts;

    /// <summary>Who may connect to any server.</summary>
    public AddressGate Gate => Gates.Any;

    /// <summary>Who may connect to the SMTP server, of those whom <see cref="Gate"/> lets in.</summary>
    public AddressGate SmtpGate => Gates.Smtp;

    /// <summary>The same of the POP3 server.</summary>
    public AddressGate PopGate => Gates.Pop;

    private ServerGates Gates => Volatile.Read(ref _gates) ?? MakeGates();

    /// <summary>When the queue tries again and gives up. The same object for the same values.</summary>
    public RetrySchedule Schedule => Volatile.Read(ref _schedule) ?? MakeSchedule();

    /// <summary>
    /// A client of this machine, or one of <c>smtp_range</c> and <c>smtp6_range</c>: limits by address are not for it.
    /// </summary>
    public bool IsExempt(IPAddress client) => IPAddress.IsLoopback(client) || Relay.RelayClients.Contains(client);

    /// <summary>How many connections a client's address may have; one that is not known is no one client's.</summary>
    public int ConnectionsOf(IPAddress client)
        => Int(Keys.FromSameHost) is > 0 and var limit && !IsExempt(client) && !Fronts.Has(client)
            && !client.Equals(IPAddress.Any) ? limit : int.MaxValue;

    /// <summary>Who passes connections on. The same object for the same values.</summary>
    public FrontServers Fronts => Volatile.Read(ref _fronts) ?? MakeFronts();

    /// <summary>How fast the clients of our servers must be. The same object for the same values.</summary>
    public Pace Pace => Volatile.Read(ref _pace) ?? MakePace();

    /// <summary>Versions and ciphers of TLS, everywhere. The same object for the same values.</summary>
    public TlsRules TlsRules => Volatile.Read(ref _tlsRules) ?? MakeTlsRules();

    /// <summary>What mail of strangers is checked for. The same object for the same values.</summary>
    public CheckRules Checks => Volatile.Read(ref _checks) ?? MakeChecks();

    /// <summary>Which logins of POP3 are passed on. The same object for the same values.</summary>
    public Pop3ProxyRules Pop3Proxy
        => Volatile.Read(ref _pop3Proxy)
            ?? Interlocked.CompareExchange(ref _pop3Proxy, Pop3ProxyRules.Of(this), null) ?? _pop3Proxy;

    /// <summary>The keys that messages are signed with. The same object for the same values.</summary>
    public SigningRules Signing => Volatile.Read(ref _signing) ?? MakeSigning();

    /// <summary>An address of this machine's that the SMTP server listens on by its settings.</summary>
    public bool IsOurAddress(IPAddress address) => (_ownAddresses ??= [.. OwnAddresses()]).Contains(address);

    /// <summary>
    /// The proxy for connections to other hosts: <c>proxy</c>, else what the old module's keys name; null for none.
    /// </summary>
    public ProxyAddress? Proxy
    {
        get
        {
            string text = Text(Keys.Proxy) is { Length: > 0 } given ? given : ParentProxy() ?? "";
            return ProxyAddress.TryParse(text, out ProxyAddress? proxy) ? proxy : null;
        }
    }

    /// <summary>Certificates for names, in the order of the settings.</summary>
    public IEnumerable<TlsHost> TlsHosts
    {
        get
        {
            foreach (SettingListItem item in Items(Keys.TlsHost))
                if (TlsHost.TryParse(item.Text, item.Folder, out TlsHost host, out _))
                    yield return host;
        }
    }

    public DotForwardOptions Forward
        => new(Flag(Keys.Forward), Flag(Keys.ForwardRun), TimeSpan.FromSeconds(Number(Keys.RunTimeout)));

    internal SettingListItem[] Items(Setting row) => _lists[row.Index]?.Items ?? [];

    internal SettingValue?[] CopyValues() => [.. _values];

    internal SettingList?[] CopyLists() => [.. _lists];

    private RelayPolicy MakeRelay()
    {
        // Who answers to what we call ourselves writes that.
        string[] names = [Text(Keys.SmtpName)!, OwnName.Text, .. List(Keys.LocalDomain)];
        var domains = new LocalDomains(names, IsOurAddress);
        var accounts = new Accounts(
            ParseUsers(), domains, Text(Keys.Md5Realm)!, Path.Combine(FullPath(Keys.MailRoot)!, "users"), LoginKey);
        AddressRanges.TryParse($"{Text(Keys.SmtpRange)}", out AddressRanges clients);
        AddressRanges.TryParse($"{Text(Keys.Smtp6Range)}", out AddressRanges clients6);
        var made = new RelayPolicy(accounts, domains, clients.Union(clients6))
        {
            Clients = ClientSettings.RulesOf(this),
            ByDomain = DomainSettings.RulesOf(this),
            Quotas = QuotaSettings.RulesOf(this, accounts),
            Lists = new MailingLists(ParseLists()),
            Rewriting = Text(Keys.Signing.Srs) is { Length: > 0 } own
                ? new SenderRewriting(own, LoginKey, TimeProvider.System) : null,
        };
        return Interlocked.CompareExchange(ref _relay, made, null) ?? made;
    }

    private ServerGates MakeGates()
    {
        var made = new ServerGates(this);
        return Interlocked.CompareExchange(ref _gates, made, null) ?? made;
    }

    private OwnName MakeOwnName()
    {
        OwnName made = OwnName.Of(Text(Keys.SmtpName)!);
        return Interlocked.CompareExchange(ref _ownName, made, null) ?? made;
    }

    private RetrySchedule MakeSchedule()
    {
        TimeSpan Seconds(Setting row) => TimeSpan.FromSeconds(Number(row));
        static long Parse(string part) => long.Parse(part, CultureInfo.InvariantCulture);
        TimeSpan[] delays = [.. Parts(Keys.QueueRetry).Select(part => TimeSpan.FromSeconds(Parse(part)))];
        var made = new RetrySchedule(
            delays, Seconds(Keys.QueueLifetime), Seconds(Keys.DelayNotice), Seconds(Keys.TimeBetween));
        return Interlocked.CompareExchange(ref _schedule, made, null) ?? made;
    }

    private CheckRules MakeChecks()
    {
        CheckRules made = CheckRules.Of(this);
        return Interlocked.CompareExchange(ref _checks, made, null) ?? made;
    }

    private SigningRules MakeSigning()
    {
        SigningRules made = SigningRules.Of(this);
        return Interlocked.CompareExchange(ref _signing, made, null) ?? made;
    }

    private Pace MakePace()
    {
        var made = Pace.Of(TimeSpan.FromSeconds(Number(Keys.PopTimeout)), Number(Keys.DosProtectSpeed) * 1024);
        return Interlocked.CompareExchange(ref _pace, made, null) ?? made;
    }

    // upproxy, upproxy_port and up_user in the form of the setting proxy.
    private string? ParentProxy()
    {
        if (!Flag(Keys.EverUpProxy) || Text(Keys.UpProxy) is not { Length: > 0 } text
            || !HostAddress.TryParse(text, out HostAddress host))
            return null;
        string login = "";
        if (Text(Keys.UpUser) is { Length: > 0 } user)
            login = string.Join(':', user.Split(':', 2).Select(Uri.EscapeDataString)) + "@";
        string name = host.Host.Contains(':') ? $"[{host.Host}]" : host.Host;
        long port = host.Port > 0 ? host.Port : Number(Keys.UpProxyPort);
        return string.Create(CultureInfo.InvariantCulture, $"http://{login}{name}:{port}");
    }

    private FrontServers MakeFronts()
    {
        var made = FrontServers.Of(this);
        return Interlocked.CompareExchange(ref _fronts, made, null) ?? made;
    }

    private TlsRules MakeTlsRules()
    {
        bool isChosen = TlsRules.TryParseCiphers(Text(Keys.TlsCiphers) ?? "", out TlsCipherSuite[] ciphers);
        SslProtocols oldest = Word(Keys.TlsMinVersion).EndsWith('3') ? SslProtocols.Tls13 : SslProtocols.Tls12;
        var made = new TlsRules(oldest, isChosen ? ciphers : null);
        return Interlocked.CompareExchange(ref _tlsRules, made, null) ?? made;
    }

    private IEnumerable<Account> ParseUsers()
    {
        foreach (SettingListItem item in Items(Keys.User))
            if (Account.TryParse(item.Text, item.Folder, out Account account, out _))
                yield return account;
    }

    // Two spellings of one address may both be there: the later counts.
    private IEnumerable<MailingList> ParseLists()
    {
        var lists = new Dictionary<string, MailingList>(StringComparer.Ordinal);
        foreach (SettingListItem item in Items(Keys.List))
            if (MailingList.TryParse(item.Text, item.Folder, out MailingList list, out _))
                lists[MailingList.NameOf(list.Address)] = list;
        return lists.Values;
    }

    private IEnumerable<IPAddress> OwnAddresses()
    {
        IReadOnlyList<IPAddress> bound = Addresses(Keys.SmtpBind);
        bool isAll = bound.Any(address => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
        return isAll ? [IPAddress.Loopback, IPAddress.IPv6Loopback, .. InterfaceAddresses()] : bound;
    }

    private static IEnumerable<IPAddress> InterfaceAddresses()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Select(entry => entry.Address).ToList();
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }

    private static long DefaultNumber(Setting row)
    {
        if (row.Kind == SettingKind.Choice)
            return Array.IndexOf(row.Words, row.Default) + row.FirstWord;
        return long.TryParse(row.Default, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : 0;
    }
}
