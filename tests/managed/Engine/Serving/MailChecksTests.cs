using System.Net;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery;
using MailModule.Tests.Delivery.Reports;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>
/// What settings say of senders, of volume and of bans, over the engine's own sessions, with a clock that a test turns.
/// </summary>
public sealed class MailChecksTests : IDisposable
{
    private const string Stranger = "198.51.100.7";
    private const string RelayClient = "192.0.2.9";
    private const string Users = """
        smtp_name=example.org
        user=ann;secret;;PS
        user=bob;secret;;PS
        user=reader;secret;;P
        smtp_range=192.0.2.0/24
        list=sales@example.org;;ann@example.org
        list=news@example.org;bob@example.org;ann@example.org
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly Workers _workers = new(4);
    private readonly StillClock _clock = new();
    private readonly Log _log;
    private EngineSettings _settings;
    private SmtpDependencies _dependencies = null!;

    public MailChecksTests()
    {
        _log = new Log(LogLevel.Debug, (_, _, text) =>
        {
            lock (_lines)
                _lines.Add(text);
        });
        _settings = new EngineSettings(_log);
    }

    public void Dispose()
    {
        Assert.True(_workers.Stop(Loop.Long));
        _workers.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ann@example.org", "250 ")]
    [InlineData("ANN@EXAMPLE.ORG", "250 ")]
    [InlineData("sales@example.org", "250 ")]
    [InlineData("second@example.com", "250 ")]
    [InlineData("any@shop.example", "250 ")]
    [InlineData("", "250 ")]
    [InlineData("bob@example.org", "553 5.7.1 The sender is not an address of yours")]
    [InlineData("news@example.org", "553 ")]
    [InlineData("nobody@example.org", "553 ")]
    [InlineData("ann@example.com", "553 ")]
    public void With_smtp_authsame_a_login_sends_by_its_own_addresses_aliases_and_grants(string sender, string reply)
    {
        Load("smtp_authsame sender=\"ann;second@example.com,*@shop.example\"");
        using SteppedClient client = From(Stranger, login: "ann");
        Assert.StartsWith(reply, client.Send($"MAIL FROM:<{sender}>\r\n"), StringComparison.Ordinal);
        Assert.Equal(reply != "250 ", Logged("smtp_authsame login=ann"));
    }

    /// <summary>RFC 4954 §5: AUTH of MAIL is believed of who may use that address, and is AUTH=&lt;&gt; else.</summary>
    [Theory]
    [InlineData("ann", " AUTH=ann@example.org", "ann@example.org")]
    [InlineData("ann", " AUTH=ANN+2Btag@example.org", "ANN+tag@example.org")]
    [InlineData("ann", " AUTH=sales@example.org", "sales@example.org")]
    [InlineData("ann", " AUTH=any@shop.example", "any@shop.example")]
    [InlineData("ann", " AUTH=bob@example.org", "")]
    [InlineData("ann", " AUTH=ann@example.com", "")]
    [InlineData("ann", " AUTH=<>", "")]
    [InlineData("ann", "", null)]
    [InlineData(null, " AUTH=ann@example.org", "")]
    [InlineData(null, " AUTH=<>", "")]
    [InlineData(null, "", null)]
    public void Who_submitted_a_message_is_said_by_a_login_that_has_that_address(
        string? login, string parameter, string? submitter)
    {
        Load("sender=\"ann;*@shop.example\"");
        using SteppedClient client = From(login is null ? RelayClient : Stranger, login);
        client.Send($"MAIL FROM:<a@b.example>{parameter}\r\n");
        Assert.Equal(submitter, client.Session.Envelope.Submitter?.Text);
    }

    [Fact]
    public void Without_smtp_authsame_a_login_sends_as_anybody()
    {
        Load("");
        using SteppedClient client = From(Stranger, login: "ann");
        Assert.StartsWith("250 ", client.Send("MAIL FROM:<bob@example.org>\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", Stranger, "ann@example.org", "250 ")]
    [InlineData("nouncheckip", Stranger, "ann@example.org", "553 5.7.1 Log in to send as a user of this domain")]
    [InlineData("nouncheckip", Stranger, "nobody@EXAMPLE.org", "553 ")]
    [InlineData("nouncheckip", Stranger, "ann@example.com", "250 ")]
    [InlineData("nouncheckip", Stranger, "", "250 ")]
    [InlineData("nouncheckip", RelayClient, "ann@example.org", "250 ")]
    public void A_stranger_sends_as_a_user_of_ours_only_with_uncheckip(
        string config, string address, string sender, string reply)
    {
        Load(config);
        using SteppedClient client = From(address);
        Assert.StartsWith(reply, client.Send($"MAIL FROM:<{sender}>\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "x@example.com", "250 ")]
    [InlineData("nosmtp_any", "x@example.com", "550 5.7.1 Relaying denied")]
    [InlineData("nosmtp_any", "nobody@example.org", "550 ")]
    [InlineData("nosmtp_any", "reader@example.org", "550 ")]
    [InlineData("nosmtp_any", "ann@example.org", "250 ")]
    [InlineData("nosmtp_any", "sales@example.org", "250 ")]
    [InlineData("nosmtp_any", "", "250 ")]
    public void Without_smtp_any_mail_to_other_hosts_comes_from_users_of_ours(
        string config, string sender, string reply)
    {
        Load(config);
        using SteppedClient client = From(RelayClient);
        client.Send($"MAIL FROM:<{sender}>\r\n");
        Assert.StartsWith(reply, client.Send("RCPT TO:<you@example.net>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 ", client.Send("RCPT TO:<bob@example.org>\r\n"), StringComparison.Ordinal);
        Assert.Equal(reply != "250 ", Logged("nosmtp_any"));
    }

    [Fact]
    public void With_nocheckback_a_sender_without_a_domain_gets_ours()
    {
        Load("nocheckback");
        SmtpServerOptions options = Options with { SenderDomain = "example.org" };
        using SteppedClient client = From(Stranger, options: options);
        Assert.StartsWith("250 ", client.Send("MAIL FROM:<root> SIZE=5\r\n"), StringComparison.Ordinal);
        Assert.Equal(("root@example.org", 5), (client.Session.Envelope.ReversePath.Text, client.Session.DeclaredSize));
    }

    [Fact]
    public void A_login_by_pop3_lets_its_address_relay_for_its_time_with_smtp_pop_ip_alone()
    {
        Load("smtp_pop_ip smtp_pop_time=60");
        _dependencies.Clients.PopLogins.Add(IPAddress.Parse(Stranger));
        Assert.StartsWith("250 ", Relay(), StringComparison.Ordinal);
        _clock.Now += TimeSpan.FromSeconds(60);
        Assert.StartsWith("550 5.7.1 ", Relay(), StringComparison.Ordinal);
        Load("");
        _dependencies.Clients.PopLogins.Add(IPAddress.Parse(Stranger));
        Assert.StartsWith("550 5.7.1 ", Relay(), StringComparison.Ordinal);
    }

    [Fact]
    public void Volume_is_counted_as_it_comes_and_announced_sizes_in_advance()
    {
        Load("smtp_ltime=100 smtp_ip_limit=1024");
        using SteppedClient client = From(Stranger);
        Assert.StartsWith("552 5.3.4 ", client.Send("MAIL FROM:<a@b.example> SIZE=1048577\r\n"),
            StringComparison.Ordinal);
        client.Send("MAIL FROM:<a@b.example>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n");
        string line = new string('x', 998) + "\r\n";
        for (int i = 0; i < 1000; i++)
            client.Send(line);
        client.Send(".\r\n");
        Assert.StartsWith("452 4.7.1 ", client.Send("MAIL FROM:<a@b.example> SIZE=100000\r\n"),
            StringComparison.Ordinal);
        Assert.True(Logged("smtp_ltime, size=100000"));
        Assert.StartsWith("250 ", client.Send("MAIL FROM:<a@b.example>\r\n"), StringComparison.Ordinal);
        client.Send("RSET\r\n");
        _clock.Now += TimeSpan.FromSeconds(50);
        Assert.StartsWith("250 ", client.Send("MAIL FROM:<a@b.example> SIZE=100000\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nolimitus", RelayClient, null)]
    [InlineData("", RelayClient, "421 4.7.1 ")]
    [InlineData("nolimitus", Stranger, "421 4.7.1 ")]
    public void Who_is_over_the_volume_may_not_connect_save_to_log_in(string config, string address, string? reply)
    {
        Load($"smtp_ltime=100 smtp_ip_limit=1024 {config}");
        IPAddress client = IPAddress.Parse(address);
        ClientGate gate = Gate();
        Assert.Null(gate.WhyBarred(client, mustLogIn: false));
        _dependencies.Clients.Volume.Add(client, _settings.Current.Relay.Clients.Volume!, 1 << 20);
        Assert.Equal(reply, gate.WhyBarred(client, mustLogIn: false) is { } told
            ? Encoding.ASCII.GetString(told)[..10]
            : null);
        Assert.Null(gate.WhyBarred(client, mustLogIn: true));
    }

    [Fact]
    public void An_address_that_names_too_many_unknown_recipients_is_closed_and_banned_and_logged_once()
    {
        Load("ban_threshold=3 ban_time=60 tarpit=0");
        ClientGate gate = Gate();
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(gate.WhyBarred(IPAddress.Parse(Stranger), mustLogIn: false));
            using SteppedClient client = From(Stranger);
            string reply = client.Send("MAIL FROM:<a@b.example>\r\nRCPT TO:<no@example.org>\r\n");
            Assert.EndsWith(i < 2 ? "550 5.1.1 No such user here\r\n" : "from your address, try again later\r\n", reply,
                StringComparison.Ordinal);
        }
        for (int i = 0; i < 3; i++)
            Assert.StartsWith("421 ",
                Encoding.ASCII.GetString(gate.WhyBarred(IPAddress.Parse(Stranger), mustLogIn: false)!),
                StringComparison.Ordinal);
        Assert.Null(gate.WhyBarred(IPAddress.Parse("198.51.100.8"), mustLogIn: false));
        Assert.Single(Lines(), line => line.Contains("banned", StringComparison.Ordinal));
        _clock.Now += TimeSpan.FromSeconds(60);
        Assert.Null(gate.WhyBarred(IPAddress.Parse(Stranger), mustLogIn: false));
    }

    [Theory]
    [InlineData("smtp_deny=198.51.100.0/24", "smtp_deny")]
    [InlineData("ip_deny=198.51.100.7", "ip_deny")]
    [InlineData("ip_range=192.0.2.0/24", "ip_range")]
    public void An_address_that_a_setting_keeps_out_is_told_554_on_every_port_and_logged(string config, string key)
    {
        Load(config);
        ClientGate gate = Gate();
        foreach (bool mustLogIn in (bool[])[false, true])
            Assert.Equal("554 5.7.1 Connections from your address are not taken here\r\n",
                Encoding.ASCII.GetString(gate.WhyBarred(IPAddress.Parse(Stranger), mustLogIn)!));
        Assert.True(Logged($"connection refused: {key} client={Stranger}"));
        Assert.Null(gate.WhyBarred(IPAddress.Parse(RelayClient), mustLogIn: false));
    }

    [Fact]
    public void Recipients_that_may_be_named_in_vain_are_a_setting()
    {
        Load("rcpt_errors_max=2 tarpit=0");
        using SteppedClient client = From(Stranger);
        client.Send("MAIL FROM:<a@b.example>\r\n");
        string replies = client.Send(string.Concat(Enumerable.Repeat("RCPT TO:<no@example.org>\r\n", 5)));
        Assert.Equal(2, replies.Split("550 5.1.1").Length - 1);
        Assert.EndsWith("421 4.7.0 Too many unknown recipients, closing connection\r\n", replies,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("smtp_conform", RelayClient, "", Notify.Success | Notify.Failure | Notify.Delay)]
    [InlineData("smtp_conform", RelayClient, " NOTIFY=NEVER", Notify.Never)]
    [InlineData("smtp_conform", Stranger, "", Notify.Default)]
    [InlineData("", RelayClient, "", Notify.Default)]
    public void With_smtp_conform_a_header_field_asks_for_a_report_of_success(
        string config, string address, string parameters, Notify expected)
    {
        Load(config);
        var spool = new DsnSpool();
        _dependencies = _dependencies with { Spool = spool };
        using SteppedClient client = From(address);
        client.Send($"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>{parameters}\r\n");
        Envelope envelope = client.Session.Envelope;
        Assert.StartsWith("354 ", client.Send("DATA\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 ",
            client.Send("Subject: x\r\ngenerate-delivery-report: \r\n\r\nGenerate-Delivery-Report: no\r\n.\r\n"),
            StringComparison.Ordinal);
        Assert.Equal(expected, envelope.Recipients.Single().Notify);
    }

    private static SmtpServerOptions Options { get; } = new() { HostName = "example.org", OfferAuth = true };

    private void Load(string config)
    {
        string file = _folder.In("mail.cfg");
        File.WriteAllText(file, $"{Users}\n{config}\n");
        _settings = new EngineSettings(_log);
        Assert.Equal((Fault.None, ""), (_settings.Load(file, out string error), error));
        var limits = new ClientLimits(new AddressCounts(), new SessionMemory(long.MaxValue), new Guessing(_clock));
        _dependencies = new SmtpDependencies(
            new DsnSpool(), _workers.Run, new HostCallback(null, RequestAction.None, Inline: false),
            () => _settings.Current.Relay, _log)
        { Clients = limits };
        _dependencies.Guessing.LateAnswers.Stop(); // nothing comes late
    }

    private ClientGate Gate() => new(
        _settings, _dependencies.Clients, static values => values.SmtpGate,
        new GateReplies(
            BackendReplies.Barred554.Wire.ToArray(), BackendReplies.Banned.Wire.ToArray(),
            BackendReplies.OverVolume421.Wire.ToArray()),
        _log);

    private string Relay()
    {
        using SteppedClient client = From(Stranger);
        client.Send("MAIL FROM:<a@b.example>\r\n");
        return client.Send("RCPT TO:<you@example.net>\r\n");
    }

    private SteppedClient From(string address, string? login = null, SmtpServerOptions? options = null)
    {
        var client = new SteppedClient(address, options ?? Options, new SmtpBackend(_dependencies, null));
        client.Send("EHLO client.example\r\n");
        if (login is not null)
            Assert.StartsWith("235 ",
                client.Send($"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{login}\0secret"))}\r\n"),
                StringComparison.Ordinal);
        return client;
    }

    private bool Logged(string words) => Lines().Any(line => line.Contains(words, StringComparison.Ordinal));

    private string[] Lines()
    {
        lock (_lines)
            return [.. _lines];
    }
}
