using System.Net;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>Logins by every mechanism over the engine's own sessions, by users with passwords of every form.</summary>
public sealed class SaslLoginTests : IDisposable
{
    private const string Refused = "535 5.7.8 Authentication credentials invalid\r\n";
    private const string Malformed = "501 5.5.2 Malformed authentication response\r\n";

    // password "pencil", RFC 7677 §3
    private const string Stored =
        "{SCRAM-SHA-256}4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
    private const string Digest = "~05a8fd99.b5e06acf.586a5889.0ee8864c";

    private static readonly string[] s_users =
        ["ann;secret;;PS", $"stored;{Stored};;PS", $"old;{Digest};;PS", "reader;secret;;P", "off;;;PS"];

    private static readonly LocalDomains s_domains = new(["d.example"], _ => false);
    private readonly TemporaryFolder _folder = new();
    private readonly Queue<IJob> _jobs = new();
    private readonly TurnedTimers _clock = new();
    private readonly Output _output = new();
    private readonly Guessing _guessing;
    private readonly Accounts _accounts;
    private double _waited;

    public SaslLoginTests()
    {
        _guessing = new Guessing(_clock);
        NewPassword.Make("s3cret", PasswordForm.Pbkdf2Sha256, 4096, out string pbkdf2);
        NewPassword.Make("old", PasswordForm.ScramSha1, 4096, out string sha1);
        _accounts = new Accounts(s_users.Append($"slow;{pbkdf2};;PS").Append($"sha1;{sha1};;PS").Select(Read),
            s_domains, "shs", _folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Proofs
        => ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "CRAM-MD5"];

    public static TheoryData<string> All
        => ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "CRAM-MD5", "PLAIN", "LOGIN"];

    [Theory]
    [MemberData(nameof(All))]
    public void A_user_with_a_plain_password_gets_in_by_each(string mechanism)
    {
        Client client = Connect();
        Assert.Equal("235 2.7.0 Authentication successful\r\n", client.Login(mechanism, "Ann@d.example", "secret"));
        Assert.Equal(("Ann@d.example", mechanism), (client.Session.AuthenticatedUser,
            client.Session.AuthenticationMechanism));
        Assert.Equal(0, _waited);
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", "stored", "pencil")]
    [InlineData("SCRAM-SHA-256", "slow", "s3cret")]
    [InlineData("SCRAM-SHA-1", "sha1", "old")]
    public void A_salted_password_can_be_proved_by_its_hash(string mechanism, string user, string password)
    {
        foreach (string one in (string[])[mechanism, mechanism + "-PLUS", "PLAIN"])
            Assert.StartsWith("235 ", Connect().Login(one, user, password), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Whatever_is_wrong_is_refused_alike_and_as_late(string mechanism)
    {
        foreach ((string user, string password) in ((string, string)[])[
            ("ann", "wrong"), ("nobody", "secret"), ("old", "wrong"), ("reader", "secret"), ("off", ""),
            ("ann@elsewhere.example", "secret")])
        {
            _waited = 0;
            Assert.Equal(Refused, Connect("192.0.2." + _accounts.CountedName(user).Length).Login(
                mechanism, user, password));
            Assert.Equal(1, _waited);
        }
    }

    [Theory]
    [InlineData("SCRAM-SHA-1", "stored", "pencil")]
    [InlineData("CRAM-MD5", "stored", "pencil")]
    [InlineData("SCRAM-SHA-256", "old", "secret")]
    public void A_password_that_is_of_no_use_for_a_mechanism_is_a_wrong_one(
        string mechanism, string user, string password)
        => Assert.Equal(Refused, Connect().Login(mechanism, user, password));

    [Theory]
    [InlineData("SCRAM-SHA-256", "ann", true)]
    [InlineData("SCRAM-SHA-256", "ANN@D.example", true)]
    [InlineData("SCRAM-SHA-256", "stored", false)]
    [InlineData("SCRAM-SHA-256-PLUS", "ann", true)]
    [InlineData("PLAIN", "ann", true)]
    [InlineData("PLAIN", "stored", false)]
    public void Rfc_4422_section_3_4_1_only_the_user_himself_is_who_it_may_act_as(
        string mechanism, string identity, bool mayAct)
        => Assert.StartsWith(mayAct ? "235 " : "535 ",
            Connect().Login(mechanism, "ann", "secret", identity), StringComparison.Ordinal);

    [Theory]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-1")]
    public void Salt_and_iterations_tell_nobody_which_users_exist(string mechanism)
    {
        string[] names = ["ann", "stored", "old", "reader", "off", "slow", "sha1",
            .. Enumerable.Range(0, 40).Select(i => $"nobody{i}")];
        foreach (string name in names)
        {
            string salt = Connect().SaltOf(mechanism, name);
            Assert.Equal(salt, Connect().SaltOf(mechanism, name));
            Assert.Equal(salt, Connect().SaltOf(mechanism, name.ToUpperInvariant() + "@d.example"));
            Assert.Matches("^s=[A-Za-z0-9+/]{22}==,i=4096$", salt);
            Assert.NotEqual(salt, Connect().SaltOf(mechanism, name + "/folder"));
            Assert.NotEqual(salt, Connect().SaltOf(mechanism, name + "@elsewhere.example"));
        }
        Assert.Equal(names.Length, names.Select(name => Connect().SaltOf(mechanism, name)).Distinct().Count());
        Assert.Equal(0, _waited);
    }

    [Fact]
    public void A_stored_salt_is_told_as_it_is()
        => Assert.Equal("s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", Connect().SaltOf("SCRAM-SHA-256", "stored"));

    [Fact]
    public void Rfc_5802_section_6_a_client_whose_offer_was_changed_is_refused()
    {
        var server = new SaslServer { EndPointBinding = new byte[32], Offered = ["SCRAM-SHA-256"] };
        Assert.Equal(Refused, Connect().Run(
            new SaslScram(ScramHash.Sha256, false, new Credentials("ann", "secret"), server)));
        Assert.Equal(1, _waited);
    }

    [Fact]
    public void The_bound_forms_are_offered_with_tls_alone()
    {
        Assert.Equal("AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN",
            Connect().Offer);
        Assert.Equal("AUTH SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN", Connect(hasBinding: false).Offer);
        Client clear = Connect(isTls: false);
        Assert.Equal("AUTH SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5", clear.Offer);
        Assert.StartsWith("538 5.7.11 ", clear.Send("AUTH PLAIN"), StringComparison.Ordinal);
        Assert.StartsWith("504 5.5.4 ", clear.Send("AUTH SCRAM-SHA-256-PLUS"), StringComparison.Ordinal);
        Assert.StartsWith("504 5.5.4 ", clear.Send("AUTH ANONYMOUS"), StringComparison.Ordinal);
        Assert.StartsWith("504 5.5.4 ", clear.Send("AUTH EXTERNAL"), StringComparison.Ordinal);
        Assert.StartsWith("235 ", clear.Login("SCRAM-SHA-1", "ann", "secret"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ann@d.example", "", "ann")]
    [InlineData("ann@d.example", "ann", "ann")]
    [InlineData("ann@d.example", "ANN@d.example", "ann")]
    [InlineData("x@elsewhere.example,ann@d.example", "", "ann")]
    [InlineData("stored@d.example,ann@d.example", "ann", "ann")]
    [InlineData("stored@d.example,ann@d.example", "", null)]
    [InlineData("ann@d.example", "stored", null)]
    [InlineData("ann@elsewhere.example", "", null)]
    [InlineData("reader@d.example", "", null)]
    [InlineData("off@d.example", "", null)]
    [InlineData("", "ann", null)]
    public void Rfc_4422_appendix_a_a_certificate_is_the_login_of_the_user_whose_address_it_has(
        string addresses, string identity, string? user)
    {
        string[] names = addresses.Split(',', StringSplitOptions.RemoveEmptyEntries);
        Client client = Connect(certificate: new VerifiedCertificate("CN=x", names, [], ""));
        Assert.EndsWith(" EXTERNAL CRAM-MD5 PLAIN LOGIN", client.Offer, StringComparison.Ordinal);
        string message = identity.Length == 0 ? "=" : Convert.ToBase64String(Encoding.UTF8.GetBytes(identity));
        Assert.StartsWith(user is null ? Refused : "235 ", client.Send($"AUTH EXTERNAL {message}"),
            StringComparison.Ordinal);
        Assert.Equal(user, client.Session.AuthenticatedUser);
    }

    [Fact]
    public void Exchanges_that_are_begun_and_left_are_no_failed_logins_and_end_the_session_all_the_same()
    {
        Client client = Connect();
        for (int i = 0; i < 20; i++)
        {
            Assert.StartsWith("334 cj1hYm", client.Send("AUTH SCRAM-SHA-256 biwsbj1hbm4scj1hYmM="),
                StringComparison.Ordinal);
            Assert.Equal("501 5.0.0 Authentication cancelled\r\n", client.Send("*"));
        }
        client.Send("AUTH SCRAM-SHA-256 biwsbj1hbm4scj1hYmM=");
        Assert.Equal("421 4.7.0 Too many errors, closing connection\r\n", client.Send("*"));
        Assert.Equal(0, client.Session.FailedLogins);
    }

    [Theory]
    [MemberData(nameof(Proofs))]
    public void Failed_proofs_shut_out_an_address_before_it_is_told_a_salt(string mechanism)
    {
        for (int i = 0; i < 10; i++)
            Assert.Equal(Refused, Connect().Login(mechanism, "nobody" + i % 2, "x"));
        Client client = Connect();
        Assert.Equal("454 4.7.0 Too many failed logins, try again later\r\n", client.Login(mechanism, "ann", "secret"));
        Assert.Equal("421 4.7.0 Too many failed logins, closing connection\r\n",
            client.Login(mechanism, "ann", "secret"));
        Assert.StartsWith("235 ", Connect("192.0.2.1").Login(mechanism, "ann", "secret"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Proofs))]
    public void The_third_failed_proof_closes(string mechanism)
    {
        Client client = Connect();
        client.Login(mechanism, "ann", "x");
        client.Login(mechanism, "ann", "y");
        Assert.Equal(Refused + "421 4.7.0 Too many failed logins, closing connection\r\n",
            client.Login(mechanism, "ann", "z"));
        Assert.Equal(6, _waited);
    }

    [Fact]
    public void A_client_that_does_not_take_the_servers_proof_is_not_logged_in()
    {
        Client client = Connect();
        var scram = new SaslScram(ScramHash.Sha256, false, new Credentials("ann", "secret"), new SaslServer());
        scram.Begin(out byte[]? first);
        string challenge = client.Send($"AUTH SCRAM-SHA-256 {Convert.ToBase64String(first!)}");
        scram.TryAnswer(Convert.FromBase64String(challenge[4..].Trim()), out byte[] proof);
        Assert.StartsWith("334 dj", client.Send(Convert.ToBase64String(proof)), StringComparison.Ordinal);
        Assert.Null(client.Session.AuthenticatedUser);
        Assert.Equal("501 5.0.0 Authentication cancelled\r\n", client.Send("*"));
        Assert.Null(client.Session.AuthenticatedUser);
        Assert.StartsWith("235 ", client.Login("CRAM-MD5", "ann", "secret"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rfc_4954_section_4_a_mechanism_whose_server_speaks_first_has_no_initial_response()
        => Assert.Equal("501 5.7.0 This mechanism has no initial response\r\n",
            Connect().Send("AUTH CRAM-MD5 dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"));

    [Fact]
    public void Rfc_4954_section_4_what_is_malformed_anywhere_in_an_exchange_ends_it()
    {
        Client client = Connect();
        foreach (string begin in (string[])["AUTH SCRAM-SHA-256", "AUTH SCRAM-SHA-1 biwsbj1hbm4scj1hYmM=",
            "AUTH CRAM-MD5", "AUTH SCRAM-SHA-256-PLUS"])
        {
            Assert.StartsWith("334 ", client.Send(begin), StringComparison.Ordinal);
            Assert.Equal(Malformed, client.Send("AAAA"));
        }
        Assert.StartsWith("250 ", client.Send("NOOP"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user=a;secret;;PS", "SCRAM-SHA-256,SCRAM-SHA-1,CRAM-MD5,PLAIN,LOGIN")]
    [InlineData($"user=a;{Stored};;PS", "SCRAM-SHA-256,PLAIN,LOGIN")]
    [InlineData($"user=a;{Digest};;PS", "PLAIN,LOGIN")]
    // one that cannot use it would be led astray by an offer
    [InlineData($"user=a;secret;;PS|user=b;{Stored};;PS", "SCRAM-SHA-256,PLAIN,LOGIN")]
    [InlineData($"user=a;secret;;PS|user=b;{Digest};;PS", "PLAIN,LOGIN")]
    [InlineData($"user=a;secret;;PS|user=b;{Digest};;P|user=c;;;PS", "SCRAM-SHA-256,SCRAM-SHA-1,CRAM-MD5,PLAIN,LOGIN")]
    [InlineData($"user=a;secret;;PS|user=b;{Digest};;PS|auth_mechanisms=cram-md5, plain", "CRAM-MD5,PLAIN")]
    [InlineData($"user=b;{Digest};;PS|auth_mechanisms=CRAM-MD5,SCRAM-SHA-256,LOGIN", "LOGIN")]
    [InlineData("user=a;secret;;PS|auth_mechanisms=SCRAM-SHA-256,OAUTHBEARER", "SCRAM-SHA-256")]
    public void Offered_is_what_the_settings_name_and_the_users_passwords_allow(string settings, string offered)
    {
        var engine = new EngineSettings(Log.None);
        foreach (string[] pair in settings.Split('|').Select(line => line.Split('=', 2)))
            Assert.Equal(Fault.None, engine.Set(pair[0], pair[1], out _));
        MechanismSet set = OfferedMechanisms.Of(engine.Current, AccountFlags.Send, hostJudges: false, false)
            & ~MechanismSet.Bound & ~MechanismSet.External;
        var names = new List<string>();
        ServerMechanisms.ForEach(set, names, static (all, name) => all.Add(Encoding.ASCII.GetString(name)));
        Assert.Equal(offered, string.Join(',', names));
    }

    [Theory]
    [InlineData("", true, false, MechanismSet.OfPasswords)]
    [InlineData("", true, true, MechanismSet.OfPasswords | MechanismSet.OfDigests)]
    [InlineData("auth_oauth=1", true, false, MechanismSet.OfPasswords | MechanismSet.OfTokens)]
    [InlineData("auth_oauth=1", false, false, MechanismSet.OfPasswords | MechanismSet.OfDigests)]
    [InlineData("auth_mechanisms=XOAUTH2,PLAIN|auth_oauth=1", true, false, MechanismSet.XOAuth2 | MechanismSet.Plain)]
    [InlineData("auth_mechanisms=XOAUTH2,CRAM-MD5", true, false, MechanismSet.CramMd5)]
    public void Tokens_are_offered_where_a_host_judges_them_and_proofs_where_it_gives_passwords(
        string settings, bool judges, bool hasSecrets, object offered)
    {
        var engine = new EngineSettings(Log.None);
        Assert.Equal(Fault.None, engine.Set("user", "a;secret;;PS", out _));
        foreach (string[] pair in settings.Split('|').Select(line => line.Split('=', 2)).Where(pair => pair.Length > 1))
            Assert.Equal(Fault.None, engine.Set(pair[0], pair[1], out _));
        Assert.Equal((MechanismSet)offered & ~MechanismSet.External, OfferedMechanisms.Of(
            engine.Current, AccountFlags.Send, judges, hasSecrets) & ~MechanismSet.External);
    }

    private static Account Read(string text)
    {
        Assert.True(Account.TryParse(text, "/", out Account account, out string error), error);
        return account;
    }

    private Client Connect(
        string address = "198.51.100.7", bool isTls = true, bool hasBinding = true,
        VerifiedCertificate? certificate = null)
    {
        var policy = new RelayPolicy(_accounts, s_domains, AddressRanges.Empty);
        var host = new HostCallback(null, RequestAction.None, false);
        var dependencies = new SmtpDependencies(new MemorySpool([]), _jobs.Enqueue, host, () => policy, Log.None)
        {
            Guessing = _guessing,
        };
        var options = new SmtpServerOptions
        { HostName = "mail.example", OfferAuth = true, Mechanisms = MechanismSet.All & ~MechanismSet.OfTokens };
        var peer = new MemoryPeer
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 4321),
            IsTls = isTls,
            EndPointBinding = isTls && hasBinding ? new byte[32] : null,
            VerifiedCertificate = certificate,
        };
        return new Client(this, new SmtpSession(options, new SmtpBackend(dependencies, null), peer), peer);
    }

    /// <summary>Speaks as our own client does; what comes late is waited for.</summary>
    private sealed class Client
    {
        private readonly SaslLoginTests _test;
        private readonly SteppedSession _stepped;

        public Client(SaslLoginTests test, SmtpSession session, MemoryPeer peer)
        {
            _test = test;
            Session = session;
            _stepped = new SteppedSession(session, peer);
            Step([]);
            Offer = Send("EHLO x").Split("\r\n").Select(line => line.Length > 4 ? line[4..] : "")
                .First(line => line.StartsWith("AUTH", StringComparison.Ordinal));
        }

        public SmtpSession Session { get; }
        public string Offer { get; }

        public string Login(string mechanism, string user, string password, string identity = "")
        {
            var server = new SaslServer { EndPointBinding = Session.Peer.EndPointBinding, Offered = Offer.Split(' ') };
            var login = new Credentials(user, password) { AuthorizationId = identity };
            Assert.Equal(Fault.None, SaslMechanisms.TryMake(mechanism, login, server, out ISaslMechanism? made, out _));
            return Run(made!);
        }

        public string Run(ISaslMechanism mechanism)
        {
            mechanism.Begin(out byte[]? initial);
            string reply = Send(initial is null
                ? $"AUTH {mechanism.Name}"
                : $"AUTH {mechanism.Name} {Convert.ToBase64String(initial)}");
            while (reply.StartsWith("334 ", StringComparison.Ordinal))
                reply = mechanism.TryAnswer(Convert.FromBase64String(reply[4..].Trim()), out byte[] answer)
                    ? Send(Convert.ToBase64String(answer))
                    : Send("*");
            Assert.True(reply[0] != '2' || mechanism.MayBelieveSuccess);
            return reply;
        }

        /// <summary>What stands behind the nonce.</summary>
        public string SaltOf(string mechanism, string user)
        {
            string first = Convert.ToBase64String(Encoding.UTF8.GetBytes($"n,,n={user},r=abc"));
            string reply = Send($"AUTH {mechanism} {first}");
            Assert.StartsWith("334 ", reply, StringComparison.Ordinal);
            string answer = Encoding.ASCII.GetString(Convert.FromBase64String(reply[4..].Trim()));
            return answer[(answer.IndexOf(',', StringComparison.Ordinal) + 1)..];
        }

        public string Send(string line) => Step(Encoding.UTF8.GetBytes(line + "\r\n"));

        private string Step(byte[] octets)
        {
            _stepped.Step(octets, default, _test._output);
            while (_stepped.Waits == Next.Wait)
            {
                if (_test._jobs.Count == 0)
                {
                    _test._clock.Turn(1);
                    _test._waited++;
                }
                while (_test._jobs.TryDequeue(out IJob? job))
                    job.Run();
                _stepped.Step([], default, _test._output);
            }
            string replies = Encoding.UTF8.GetString(_test._output.Written);
            _test._output.Clear();
            return replies;
        }
    }
}
