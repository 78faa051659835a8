using System.Net;
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
    };

    private volatile OptionSet _options = new(settings.Current, asksHost: false);

    protected override ClientGate Gate { get; } = new(
        settings, limits, static values => values.PopGate,
        new GateReplies("-ERR [SYS/PERM] connections from your address are not taken here\r\n"u8.ToArray(), null, null),
        log);

    protected override Setting PortSetting => Keys.PopPort;
    protected override Setting BindSetting => Keys.PopBind;
    protected override Setting LimitSetting => Keys.Pop3Max;
    protected override byte[] Refusal { get; } =
        "-ERR [SYS/TEMP] too many connections, try again later\r\n"u8.ToArray();
    protected override byte[] RefusalOfAddress { get; } =
        "-ERR [SYS/TEMP] too many connections from your address, try again later\r\n"u8.ToArray();

    public override void SetCallback(HostCallback host) => _dependencies = _dependencies with { Host = host };

    protected override IEnumerable<ServerPort> Ports(SettingValues values, int port, SmtpProtocol protocol)
    {
        yield return new ServerPort(port, false);
        if (values.Int(Keys.Pop3sPort) is > 0 and var secure)
            yield return new ServerPort(secure, true);
    }

    protected override ISession NewSession(Connection connection, ServerPort port)
    {
        Pop3Dependencies dependencies = _dependencies;
        Pop3ServerOptions options = OptionsOf(Settings.Current, dependencies.Host.AsksAbout(RequestAction.PopLogin))
            .For(connection.RemoteEndPoint.Address, port);
        return new Pop3Session(options, new Pop3Backend(dependencies, connection), connection);
    }

    private OptionSet OptionsOf(SettingValues values, bool asksHost)
    {
        OptionSet options = _options;
        if (options.Version != values.Version || options.AsksHost != asksHost)
            _options = options = new OptionSet(values, asksHost);
        return options;
    }

    /// <summary>The options of one state of the settings, shared by all sessions that begin in it.</summary>
    /// <param name="asksHost">The request callback is asked about logins, and gets the password: who logs in without
    /// telling it cannot be asked about, so nothing else is offered.</param>
    private sealed class OptionSet(SettingValues values, bool asksHost)
    {
        private readonly Pop3ServerOptions _plain = new()
        {
            HostName = values.OwnName.Text,
            OfferStls = values.Flag(Keys.SmtpTls),
            Logins = new LoginOffer(
                asksHost ? MechanismsOf(values) & MechanismSet.OfPasswords : MechanismsOf(values),
                LoginKeys.TokenHintOf(values)),
            ExpireDays = (int)values.Int(Keys.Pop.Expire),
            LoginDelay = (int)values.Int(Keys.Pop.LoginDelay),
            NewStamp = asksHost || !OffersApop(values) ? null : StampsOf(values.OwnName.Text),
        };

        private readonly Pop3ServerOptions?[] _variants = new Pop3ServerOptions?[4];

        public int Version => values.Version;
        public bool AsksHost => asksHost;

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

        private static MechanismSet MechanismsOf(SettingValues values)
            => OfferedMechanisms.Of(values, AccountFlags.Mailbox, hostJudges: false, hostHasSecrets: false);

        // RFC 1939 §7: it needs the password itself, as CRAM-MD5 does
        private static bool OffersApop(SettingValues values)
            => values.Flag(Keys.Pop.Apop) && OpenSsl.IsThere
                && (values.Accounts.MechanismsOf(AccountFlags.Mailbox).Each & MechanismSet.CramMd5) != 0;

        private static Func<string> StampsOf(string host) => () => ApopExchange.NewStamp(host);
    }
}
