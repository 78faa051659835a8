using System.Net;
using MailModule.Engine.Settings;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>The SMTP server: its ports, and the options its sessions begin with.</summary>
internal sealed class SmtpServer(
    EngineSettings settings, ISpool spool, UsageCache usages, Workers workers, ClientLimits limits, HostCallback host, Log log)
    : MailServer(settings, workers, limits, host.Calls, log)
{
    private volatile SmtpDependencies _dependencies = new(
        spool, workers.Run, host, () => settings.Current.Relay, log)
    {
        Clients = limits,
        Usages = usages,
    };

    private volatile OptionSet _options = new(settings.Current);

    protected override ClientGate Gate { get; } = new(
        settings, limits, static values => values.SmtpGate,
        new GateReplies(
            BackendReplies.Barred554.Wire.ToArray(), BackendReplies.Banned.Wire.ToArray(),
            BackendReplies.OverVolume421.Wire.ToArray()),
        log);

    protected override Setting PortSetting => Keys.SmtpPort;
    protected override Setting BindSetting => Keys.SmtpBind;
    protected override Setting LimitSetting => Keys.SmtpMax;
    protected override byte[] Refusal { get; } = "421 4.3.2 Too many connections, try again later\r\n"u8.ToArray();
    protected override byte[] RefusalOfAddress { get; } =
        "421 4.7.0 Too many connections from your address, try again later\r\n"u8.ToArray();

    public override void SetCallback(HostCallback host) => _dependencies = _dependencies with { Host = host };

    protected override IEnumerable<ServerPort> Ports(SettingValues values, int port)
    {
        yield return new ServerPort(port, false);
        if (values.Int(Keys.SmtpsPort) is > 0 and var secure)
            yield return new ServerPort(secure, true);
        if (values.Int(Keys.SubmissionPort) is > 0 and var submission)
            yield return new ServerPort(submission, false, RequiresAuth: true);
    }

    protected override ISession NewSession(Connection connection, ServerPort port)
    {
        SettingValues values = Settings.Current;
        OptionSet options = _options;
        if (options.Version != values.Version)
            _options = options = new OptionSet(values);
        var backend = new SmtpBackend(_dependencies, connection);
        return new SmtpSession(options.For(connection.RemoteEndPoint.Address, port), backend, connection);
    }

    /// <summary>The options of one state of the settings, shared by all sessions that begin in it.</summary>
    private sealed class OptionSet(SettingValues values)
    {
        private readonly SmtpServerOptions _plain = new()
        {
            HostName = values.OwnName.Text,
            SizeLimit = values.Number(Keys.SmtpMsgLimit),
            OfferStartTls = values.Flag(Keys.SmtpTls),
            OfferAuth = values.Accounts.Count > 0,
            SenderDomain = values.Flag(Keys.NoCheckBack) ? values.OwnName.Text : null,
            NormalizeBareNewlines = values.Word(Keys.SmtpBareNewline) == "normalize",
        };

        private readonly SmtpServerOptions?[] _variants = new SmtpServerOptions?[16];

        public int Version => values.Version;

        public SmtpServerOptions For(IPAddress peer, ServerPort port)
        {
            bool plainAuth = Policy.PlainAuthRule.Allows(values.PlainAuth, peer, isTls: false);
            // What strangers ask of reports is taken for less, so they are not invited to ask.
            bool offersDsn = port.RequiresAuth || values.Relay.MayRelay(peer, isLoggedIn: false);
            int which = (plainAuth ? 1 : 0) + (port.RequiresAuth ? 2 : 0) + (port.IsTlsFirst ? 4 : 0)
                + (offersDsn ? 8 : 0);
            ref SmtpServerOptions? variant = ref _variants[which];
            return variant ??= _plain with
            {
                PlainAuthWithoutTls = plainAuth,
                RequireAuth = port.RequiresAuth,
                OfferDsn = offersDsn,
                OfferStartTls = _plain.OfferStartTls && !port.IsTlsFirst,
            };
        }
    }
}
