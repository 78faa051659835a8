using System.Net;
using MailModule.Engine.Proxying;
using MailModule.Engine.Serving.Handlers;
using MailModule.Engine.Settings;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>The POP3 server: its ports, and the options its sessions begin with.</summary>
internal sealed class Pop3Server(
    EngineSettings settings, MailboxDependencies mailboxes, Workers workers, ClientLimits limits, HostCallback host,
    Log log)
    : MailServer(settings, workers, limits, host.Calls, log)
{
    private volatile Pop3Dependencies _dependencies = new(
        mailboxes, workers.Run, host, () => settings.Current.Accounts, new ReadAheadBuffers(), log)
    {
        Guessing = limits.Guessing,
        PopLogins = limits.PopLogins,
        LoginDelays = new LoginDelays(limits.Guessing.Clock),
        Speeds = new ClientSpeeds(limits.Guessing.Clock, () => SpeedIn(settings.Current)),
    };

    /// <summary>Passes logins on to other servers; null: none are. Set before the start.</summary>
    public Pop3Proxy? Proxy
    {
        get => _dependencies.Proxy;
        init => _dependencies = _dependencies with { Proxy = value };
    }

    private volatile OptionSet _options = new(settings.Current, asksHost: false, Pop3Steps.None);

    private readonly ServerHandlers<IPop3Handlers, Pop3HandlerSet> _handlers = new(
        settings, limits.Handlers, workers.Run, limits.Guessing.Clock, host.Calls, log, Pop3HandlerSet.Of);

    protected override ClientGate Gate { get; } = new(
        settings, limits, static values => values.PopGate,
        new GateReplies("-ERR [SYS/PERM] connections from your address are not taken here\r\n"u8.ToArray(), null, null),
        log);

    protected override string Area => "pop3";
    protected override Setting PortSetting => Keys.PopPort;
    protected override Setting BindSetting => Keys.PopBind;
    protected override Setting LimitSetting => Keys.Pop3Max;
    protected override byte[] Refusal { get; } =
        "-ERR [SYS/TEMP] too many connections, try again later\r\n"u8.ToArray();
    protected override byte[] RefusalOfAddress { get; } =
        "-ERR [SYS/TEMP] too many connections from your address, try again later\r\n"u8.ToArray();

    public override void SetCallback(HostCallback host) => _dependencies = _dependencies with { Host = host };

    protected override ServerTrace NewTrace(Action<string> tell) => new Pop3ServerTrace(tell);

    protected override IEnumerable<ServerPort> Ports(SettingValues values, int port, SmtpProtocol protocol)
    {
        yield return new ServerPort(port, false);
        if (values.Int(Keys.Pop3sPort) is > 0 and var secure)
            yield return new ServerPort(secure, true);
    }

    private static SpeedLimit SpeedIn(SettingValues values)
        => new(values.Number(Keys.Pop.Speed) * 1024 / 60.0, values.Int(Keys.Pop.SpeedUsers));

    protected override ISession NewSession(Connection connection, ServerPort port)
    {
        (Pop3Dependencies dependencies, Pop3HandlerSet? set) = (_dependencies, _handlers.Set);
        return new Pop3Session(
            OptionsFor(connection.RemoteEndPoint.Address, port, dependencies, set),
            NewBackend(dependencies, set, connection), connection);
    }

    protected override ISession NewSession(SteppedServerSession stepped, ServerPort port, bool offersTls)
    {
        Pop3Dependencies dependencies = _dependencies with { RunJob = stepped.RunJob };
        Pop3HandlerSet? set = _handlers.Set is { } tables
            ? tables with { Pool = null, IsInline = false, RunJob = stepped.RunJob }
            : null;
        IPAddress client = (stepped.Peer.RemoteEndPoint ?? ILink.NoAddress).Address;
        return new Pop3Session(
            OptionsFor(client, port, dependencies, set) with { OfferStls = offersTls && !port.IsTlsFirst },
            NewBackend(dependencies, set, connection: null), stepped.Peer);
    }

    private Pop3ServerOptions OptionsFor(
        IPAddress client, ServerPort port, Pop3Dependencies dependencies, Pop3HandlerSet? set)
    {
        Pop3Steps asked = (set?.Steps ?? Pop3Steps.None) & (Pop3Steps.Auth | Pop3Steps.Secret);
        return OptionsOf(Settings.Current, dependencies.Host.AsksAbout(RequestAction.PopLogin), asked)
            .For(client, port);
    }

    private OptionSet OptionsOf(SettingValues values, bool asksHost, Pop3Steps asked)
    {
        OptionSet options = _options;
        if (options.Version != values.Version || options.AsksHost != asksHost || options.Asked != asked)
            _options = options = new OptionSet(values, asksHost, asked);
        return options;
    }

    private static IPop3Backend NewBackend(
        Pop3Dependencies dependencies, Pop3HandlerSet? set, Connection? connection)
    {
        if (set is null)
            return new Pop3Backend(dependencies, connection);
        var own = new Pop3Backend(dependencies, connection) { AsksAboutMessages = set.Has(Pop3Steps.Retrieve) };
        return new HandledPop3Backend(own, dependencies, set);
    }

    /// <inheritdoc cref="SmtpServer.AddHandlers(ISmtpHandlers)"/>
    public Fault AddHandlers(IPop3Handlers table)
        => (table.Steps & (Pop3Steps.Open | Pop3Steps.Retrieve)) == Pop3Steps.Open
            ? FaultReason.Because(Fault.Argument, "a table of handlers with open needs retr")
            : _handlers.Add(table);

    protected override Fault AddHandlers(ServerOptions options)
    {
        Fault fault = Fault.None;
        foreach (IPop3Handlers table in options.Pop3Handlers)
            if (fault == Fault.None)
                fault = AddHandlers(table);
        return fault;
    }

    protected override void EndWaits(TimeSpan timeout)
    {
        Proxy?.EndWaits();
        _handlers.EndWaits(timeout);
    }

    protected override bool EndHandlers(TimeSpan timeout)
    {
        bool isCut = Proxy is null || Proxy.Stop();
        Proxy?.Dispose();
        return _handlers.End(timeout) && isCut;
    }

    /// <summary>The options of one state of the settings, shared by all sessions that begin in it.</summary>
    /// <param name="asksHost">The request callback is asked about logins, and gets the password: who logs in without
    /// telling it cannot be asked about, so nothing else is offered.</param>
    /// <param name="asked">What handlers are asked about logins: <see cref="Pop3Steps.Auth"/> and
    /// <see cref="Pop3Steps.Secret"/>.</param>
    private sealed class OptionSet(SettingValues values, bool asksHost, Pop3Steps asked)
    {
        private readonly Pop3ServerOptions _plain = new()
        {
            HostName = values.OwnName.Text,
            OfferStls = values.Flag(Keys.SmtpTls),
            Logins = new LoginOffer(
                NeedsPasswords(values, asksHost)
                    ? MechanismsOf(values, asked) & MechanismSet.OfPasswords
                    : MechanismsOf(values, asked),
                LoginKeys.TokenHintOf(values)),
            ExpireDays = (int)values.Int(Keys.Pop.Expire),
            LoginDelay = (int)values.Int(Keys.Pop.LoginDelay),
            NewStamp = NeedsPasswords(values, asksHost) || !OffersApop(values, asked)
                ? null
                : StampsOf(values.OwnName.Text),
        };

        private readonly Pop3ServerOptions?[] _variants = new Pop3ServerOptions?[4];

        public int Version => values.Version;
        public bool AsksHost => asksHost;
        public Pop3Steps Asked => asked;

        public Pop3ServerOptions For(IPAddress peer, ServerPort port)
        {
            bool plainAuth = values.PlainAuth.Allows(peer, isTls: false);
            ref Pop3ServerOptions? variant = ref _variants[(plainAuth ? 1 : 0) + (port.IsTlsFirst ? 2 : 0)];
            return variant ??= _plain with
            {
                PlainAuthWithoutTls = plainAuth,
                OfferStls = _plain.OfferStls && !port.IsTlsFirst,
            };
        }

        // A proof can be passed on to nobody, and programs take what looks strongest.
        private static bool NeedsPasswords(SettingValues values, bool asksHost) => asksHost || values.Pop3Proxy.IsOn;

        private static MechanismSet MechanismsOf(SettingValues values, Pop3Steps asked)
            => OfferedMechanisms.Of(
                values, AccountFlags.Mailbox, asked.HasFlag(Pop3Steps.Auth), asked.HasFlag(Pop3Steps.Secret));

        // RFC 1939 §7: it needs the password itself, as CRAM-MD5 does; who logs in where a host judges may be no user
        // of ours.
        private static bool OffersApop(SettingValues values, Pop3Steps asked)
            => values.Flag(Keys.Pop.Apop) && OpenSsl.IsThere && (asked switch
            {
                Pop3Steps.None => (values.Accounts.MechanismsOf(AccountFlags.Mailbox).Each & MechanismSet.CramMd5) != 0,
                _ => asked.HasFlag(Pop3Steps.Secret),
            });

        private static Func<string> StampsOf(string host) => () => ApopExchange.NewStamp(host);
    }
}
