using MailModule.Engine.Settings;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
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
    };

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
        SettingValues values = Settings.Current;
        var options = new Pop3ServerOptions
        {
            HostName = values.OwnName.Text,
            OfferStls = values.Flag(Keys.SmtpTls) && !port.IsTlsFirst,
            PlainAuthWithoutTls = values.PlainAuth.Allows(connection.RemoteEndPoint.Address, isTls: false),
        };
        return new Pop3Session(options, new Pop3Backend(_dependencies, connection), connection);
    }
}
