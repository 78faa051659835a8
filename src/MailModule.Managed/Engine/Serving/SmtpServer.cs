using System.Net;
using MailModule.Delivery.Signing;
using MailModule.Engine.Serving.Handlers;
using MailModule.Engine.Settings;
using MailModule.Mail.Logins.Server;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>The SMTP server: its ports, and the options its sessions begin with.</summary>
internal sealed class SmtpServer(
    EngineSettings settings, ISpool spool, UsageCache usages, Workers workers, ClientLimits limits, HostCallback host,
    Log log)
    : MailServer(settings, workers, limits, host.Calls, log)
{
    private volatile SmtpDependencies _dependencies = new(
        spool, workers.Run, host, () => settings.Current.Relay, log)
    {
        Clients = limits,
        ScratchFolder = () => settings.Current.ScratchFolder,
        Usages = usages,
    };

    /// <summary>How messages of ours are signed at each moment; null: they are not.</summary>
    public Func<SigningOptions?> Signing { init => _dependencies = _dependencies with { Signing = value }; }

    private readonly ServerHandlers<ISmtpHandlers, HandlerSet> _handlers = new(
        settings, limits.Handlers, workers.Run, limits.Guessing.Clock, host.Calls, log, HandlerSet.Of);

    private volatile OptionSet _options = new(settings.Current, HandlerSteps.None);

    protected override ClientGate Gate { get; } = new(
        settings, limits, static values => values.SmtpGate,
        new GateReplies(
            BackendReplies.Barred554.Wire.ToArray(), BackendReplies.Banned.Wire.ToArray(),
            BackendReplies.OverVolume421.Wire.ToArray()),
        log);

    protected override string Area => "smtp";
    protected override Setting PortSetting => Keys.SmtpPort;
    protected override Setting BindSetting => Keys.SmtpBind;
    protected override Setting LimitSetting => Keys.SmtpMax;
    protected override byte[] Refusal { get; } = "421 4.3.2 Too many connections, try again later\r\n"u8.ToArray();
    protected override byte[] RefusalOfAddress { get; } =
        "421 4.7.0 Too many connections from your address, try again later\r\n"u8.ToArray();

    public override void SetCallback(HostCallback host) => _dependencies = _dependencies with { Host = host };

    protected override ServerTrace NewTrace(Action<string> tell) => new SmtpServerTrace(tell);

    protected override IEnumerable<ServerPort> Ports(SettingValues values, int port, SmtpProtocol protocol)
    {
        yield return new ServerPort(
            port, false, RequiresAuth: protocol == SmtpProtocol.Submission, IsLmtp: protocol == SmtpProtocol.Lmtp);
        if (values.Int(Keys.SmtpsPort) is > 0 and var secure)
            yield return new ServerPort(secure, true);
        if (values.Int(Keys.SubmissionPort) is > 0 and var submission)
            yield return new ServerPort(submission, false, RequiresAuth: true);
        if (values.Int(Keys.SubmissionsPort) is > 0 and var submissions)
            yield return new ServerPort(submissions, true, RequiresAuth: true);
        if (values.Int(Keys.LmtpPort) is > 0 and var lmtp)
            yield return new ServerPort(lmtp, false, IsLmtp: true);
    }

    protected override ISession NewSession(Connection connection, ServerPort port)
    {
        SettingValues values = Settings.Current;
        HandlerSet? set = _handlers.Set;
        OptionSet options = OptionsOf(values, set);
        var own = new SmtpBackend(_dependencies, connection);
        ISmtpBackend backend = set is null ? own : new HandledBackend(own, set);
        IPAddress client = connection.RemoteEndPoint.Address;
        return new SmtpSession(OptionsFor(options, client, port), backend, connection);
    }

    protected override ISession NewSession(SteppedServerSession stepped, ServerPort port, bool offersTls)
    {
        HandlerSet? set = _handlers.Set;
        var own = new SmtpBackend(_dependencies with { RunJob = stepped.RunJob }, connection: null);
        ISmtpBackend backend = set is null
            ? own
            : new HandledBackend(own, set with { Pool = null, IsInline = false, RunJob = stepped.RunJob });
        IPAddress client = stepped.Peer.RemoteEndPoint?.Address ?? XclientArgument.Unknown;
        SmtpServerOptions offered = OptionsOf(Settings.Current, set).For(client, port);
        return new SmtpSession(
            offered with { OfferStartTls = offersTls && !port.IsTlsFirst }, backend, stepped.Peer);
    }

    /// <summary>
    /// Shared ones, save for who may use XCLIENT: each client it names is judged as one that connects.
    /// </summary>
    private SmtpServerOptions OptionsFor(OptionSet set, IPAddress client, ServerPort port)
    {
        SmtpServerOptions shared = set.For(client, port);
        return set.MayXclient(client) ? shared with { Xclient = Judge } : shared;

        byte[]? Judge(IPAddress? named, out SmtpServerOptions options)
        {
            options = OptionsFor(set, named ?? XclientArgument.Unknown, port);
            return named is null ? null : Gate.WhyBarred(named, port.RequiresAuth);
        }
    }

    /// <summary>
    /// Adds a table of handlers, which sessions to come ask; <see cref="Fault.Limit"/>: there are as many as can be.
    /// </summary>
    public Fault AddHandlers(ISmtpHandlers table) => _handlers.Add(table);

    protected override Fault AddHandlers(ServerOptions options)
    {
        Fault fault = Fault.None;
        foreach (ISmtpHandlers table in options.Handlers)
            if (fault == Fault.None)
                fault = _handlers.Add(table);
        return fault;
    }

    private OptionSet OptionsOf(SettingValues values, HandlerSet? set)
    {
        OptionSet options = _options;
        HandlerSteps steps = set?.Steps ?? HandlerSteps.None;
        if (options.Version != values.Version || options.Steps != steps)
            _options = options = new OptionSet(values, steps);
        return options;
    }

    protected override void EndWaits(TimeSpan timeout) => _handlers.EndWaits(timeout);

    protected override bool EndHandlers(TimeSpan timeout) => _handlers.End(timeout);

    /// <summary>The options of one state of the settings, shared by all sessions that begin in it.</summary>
    private sealed class OptionSet(SettingValues values, HandlerSteps steps)
    {
        private readonly SmtpServerOptions _plain = new()
        {
            HostName = values.OwnName.Text,
            SizeLimit = values.Number(Keys.SmtpMsgLimit),
            OfferStartTls = values.Flag(Keys.SmtpTls),
            OfferAuth = values.Accounts.Count > 0 || (steps & (HandlerSteps.Auth | HandlerSteps.Secret)) != 0,
            Logins = new LoginOffer(
                OfferedMechanisms.Of(
                    values, AccountFlags.Send,
                    hostJudges: (steps & HandlerSteps.Auth) != 0, hostHasSecrets: (steps & HandlerSteps.Secret) != 0),
                LoginKeys.TokenHintOf(values)),
            SenderDomain = values.Flag(Keys.NoCheckBack) ? values.OwnName.Text : null,
            NormalizeBareNewlines = values.Word(Keys.SmtpBareNewline) == "normalize",
            Times = new DeliveryTimeOffers(
                ToAll: false,
                values.Number(Keys.FutureReleaseMax) is > 0 and var seconds
                    ? new FutureReleaseLimit(TimeSpan.FromSeconds(seconds), static () => DateTimeOffset.UtcNow)
                    : null),
        };

        private readonly SmtpServerOptions?[] _variants = new SmtpServerOptions?[32];

        public int Version => values.Version;
        public HandlerSteps Steps => steps;

        public bool MayXclient(IPAddress client) => values.Fronts.XclientHosts.Contains(client);

        public SmtpServerOptions For(IPAddress peer, ServerPort port)
        {
            bool plainAuth = PlainAuthRule.Allows(values.PlainAuth, peer, isTls: false);
            // What strangers ask of reports is taken for less, so they are not invited to ask.
            bool offersDsn = port.RequiresAuth || values.Relay.MayRelay(peer, isLoggedIn: false);
            int which = (plainAuth ? 1 : 0) + (port.RequiresAuth ? 2 : 0) + (port.IsTlsFirst ? 4 : 0)
                + (offersDsn ? 8 : 0) + (port.IsLmtp ? 16 : 0);
            ref SmtpServerOptions? variant = ref _variants[which];
            return variant ??= _plain with
            {
                PlainAuthWithoutTls = plainAuth,
                RequireAuth = port.RequiresAuth,
                OfferDsn = offersDsn,
                Times = _plain.Times! with { ToAll = offersDsn },
                Verbs = port.IsLmtp ? StateTable.Lmtp : StateTable.Standard,
                OfferStartTls = _plain.OfferStartTls && !port.IsTlsFirst,
            };
        }
    }
}
