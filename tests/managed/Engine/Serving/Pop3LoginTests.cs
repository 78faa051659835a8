using System.Net;
using System.Security.Cryptography;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>Logins over the engine's own POP3 sessions, by each way and into each folder.</summary>
public sealed class Pop3LoginTests : IDisposable
{
    private const string Refused = "-ERR [AUTH] authentication failed\r\n";

    // password "pencil", RFC 7677 §3
    private const string Stored =
        "{SCRAM-SHA-256}4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    private static readonly LocalDomains s_domains = new(["d.example"], _ => false);
    private readonly TemporaryFolder _folder = new();
    private readonly Queue<IJob> _jobs = new();
    private readonly TurnedTimers _clock = new();
    private readonly MaildirStore _store = new("h");
    private readonly PopLogins _popLogins = new(new TurnedTimers());
    private readonly Guessing _guessing;
    private readonly Accounts _accounts;
    private double _waited;

    public Pop3LoginTests()
    {
        _guessing = new Guessing(_clock);
        _accounts = new Accounts(
            new[] { "ann;secret;;PS", $"stored;{Stored};;P", "sender;secret;;S", "off;;;P", "a/b;secret;;P" }
                .Select(Read),
            s_domains, "shs", _folder.Path);
        string home = _accounts.Find("ann")!.Home;
        _store.Deliver(home, "id1", DateTimeOffset.UnixEpoch, new TextContent("a: b\n\nin the box\n"), false);
        _store.DeliverInto(home, "spam", "id2", DateTimeOffset.UnixEpoch, new TextContent("a: b\n\none\n"));
        _store.DeliverInto(home, "spam", "id3", DateTimeOffset.UnixEpoch, new TextContent("a: b\n\ntwo\n"));
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string> Ways
        => ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "CRAM-MD5", "PLAIN", "LOGIN",
            "APOP", "USER"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_user_with_a_plain_password_gets_in_by_each(string way)
    {
        Client client = Connect();
        Assert.StartsWith("+OK 1 messages (", client.Login(way, "Ann@d.example", "secret"), StringComparison.Ordinal);
        Assert.Equal((0d, "ann"), (_waited, client.Session.User));
        Assert.Equal("+OK goodbye\r\n", client.Send("QUIT"));
        Assert.StartsWith("+OK 1 ", Connect().Login("USER", "ann", "secret"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_folder_behind_the_name_is_what_is_read(string way)
    {
        Client client = Connect();
        Assert.StartsWith("+OK 2 messages (", client.Login(way, "ann/spam", "secret"), StringComparison.Ordinal);
        Assert.Equal("ann", client.Session.User);
        Client other = Connect();
        Assert.StartsWith("-ERR [IN-USE] ", other.Login(way, "ann@d.example/spam", "secret"), StringComparison.Ordinal);
        Assert.StartsWith("+OK 1 ", other.Login(way, "ann", "secret"), StringComparison.Ordinal);
        client.Lose();
        other.Lose();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Whatever_is_wrong_is_refused_alike_and_as_late(string way)
    {
        int at = 0;
        foreach ((string user, string password) in ((string, string)[])[
            ("ann", "wrong"), ("nobody", "secret"), ("sender", "secret"), ("off", "x"), ("ann@other.example", "secret"),
            ("ann/spam", "wrong"), ("nobody/spam", "secret"), ("ann/..", "secret"), ("ann/../off", "secret"),
            ("ann/", "secret"), ("/ann", "secret"), ("a/b", "wrong"), ("stored/x", "wrong")])
        {
            _waited = 0;
            Client client = Connect($"192.0.2.{++at}");
            Assert.Equal(Refused, client.Login(way, user, password));
            Assert.Equal((1d, 1), (_waited, client.Session.FailedLogins));
            Assert.Null(client.Session.Messages);
        }
    }

    [Fact]
    public void A_name_with_a_slash_that_is_a_users_own_is_no_folder()
        => Assert.StartsWith("+OK 0 ", Connect().Login("PLAIN", "a/b", "secret"), StringComparison.Ordinal);

    [Theory]
    [InlineData("ann", "+OK 1 ")]
    [InlineData("ann@d.example", "+OK 1 ")]
    [InlineData("ann/spam", "+OK 2 ")]
    [InlineData("stored", "-ERR [AUTH]")]
    [InlineData("nobody/spam", "-ERR [AUTH]")]
    [InlineData("ann/..", "-ERR [AUTH]")]
    public void Rfc_4422_section_3_4_1_whom_a_client_asks_to_act_as_is_himself_and_perhaps_a_folder(
        string identity, string answer)
    {
        foreach (string way in (string[])["PLAIN", "SCRAM-SHA-256"])
        {
            Client client = Connect();
            Assert.StartsWith(answer, client.Login(way, "ann", "secret", identity), StringComparison.Ordinal);
            client.Lose();
        }
    }

    [Fact]
    public void The_folder_of_whom_it_acts_as_counts_beside_that_of_the_name()
        => Assert.StartsWith("+OK 1 ", Connect().Login("PLAIN", "ann/spam", "secret", "ann"), StringComparison.Ordinal);

    [Theory]
    [InlineData("SCRAM-SHA-256", true)]
    [InlineData("PLAIN", true)]
    [InlineData("SCRAM-SHA-1", false)]
    [InlineData("CRAM-MD5", false)]
    [InlineData("APOP", false)]
    public void A_salted_password_can_be_proved_by_its_hash_alone(string way, bool isPossible)
        => Assert.StartsWith(isPossible ? "+OK 0 " : Refused, Connect().Login(way, "stored", "pencil"),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-1")]
    public void A_salt_tells_nobody_which_users_exist(string mechanism)
    {
        foreach (string name in (string[])["ann", "stored", "sender", "off", "nobody"])
        {
            string salt = Connect().SaltOf(mechanism, name);
            Assert.Matches("^s=[A-Za-z0-9+/]{22}==,i=4096$", salt);
            Assert.Equal(salt, Connect().SaltOf(mechanism, name.ToUpperInvariant() + "@d.example/folder"));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Failures_of_each_way_shut_out_the_address_from_all(string way)
    {
        for (int i = 0; i < 10; i++)
            Connect().Login(way, $"nobody{i}", "wrong");
        foreach (string other in (string[])["USER", "PLAIN", "SCRAM-SHA-256", "APOP"])
        {
            Client client = Connect();
            Assert.Equal("-ERR [SYS/TEMP] too many failed logins, try again later\r\n",
                client.Login(other, "ann", "secret"));
            Assert.True(client.IsClosed);
        }
        Assert.StartsWith("+OK ", Connect("192.0.2.1").Login(way, "ann", "secret"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_does_not_take_the_servers_proof_holds_no_maildrop()
    {
        Client client = Connect();
        var scram = new SaslScram(ScramHash.Sha256, false, new Credentials("ann", "secret"), new SaslServer());
        scram.Begin(out byte[]? first);
        string challenge = client.Send($"AUTH SCRAM-SHA-256 {Convert.ToBase64String(first!)}");
        scram.TryAnswer(Convert.FromBase64String(challenge[2..].Trim()), out byte[] proof);
        Assert.StartsWith("+ dj", client.Send(Convert.ToBase64String(proof)), StringComparison.Ordinal);
        Assert.Equal(Pop3State.Authorization, client.Session.State);
        Assert.Equal("-ERR authentication cancelled\r\n", client.Send("*"));
        Assert.True(client.IsClosed);
        client.Lose();
        Assert.StartsWith("+OK 1 ", Connect().Login("USER", "ann", "secret"), StringComparison.Ordinal);
    }

    [Fact]
    public void Exchanges_that_are_begun_and_left_are_no_failed_logins_and_end_the_session_all_the_same()
    {
        Client client = Connect();
        for (int i = 0; i < 19; i++)
        {
            Assert.StartsWith("+ ", client.Send("AUTH SCRAM-SHA-256 biwsbj1hbm4scj1hYmM="), StringComparison.Ordinal);
            Assert.Equal("-ERR authentication cancelled\r\n", client.Send("*"));
        }
        Assert.Equal(0, client.Session.FailedLogins);
        client.Send("AUTH CRAM-MD5");
        Assert.Equal("-ERR too many errors\r\n", client.Send("*"));
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void A_right_login_by_a_proof_is_pop_before_smtp_as_by_a_password()
    {
        Connect().Login("CRAM-MD5", "ann", "secret");
        Assert.True(_popLogins.IsRecent(IPAddress.Parse("198.51.100.7"), TimeSpan.FromMinutes(1)));
        Connect("192.0.2.1").Login("SCRAM-SHA-256", "stored", "pencil");
        Assert.False(_popLogins.IsRecent(IPAddress.Parse("192.0.2.1"), TimeSpan.FromMinutes(1)));
    }

    private static Account Read(string text)
    {
        Assert.True(Account.TryParse(text, "/", out Account account, out string error), error);
        return account;
    }

    private Client Connect(string address = "198.51.100.7")
    {
        var options = new Pop3ServerOptions
        {
            HostName = "mail.example",
            PlainAuthWithoutTls = true,
            Logins = new LoginOffer(MechanismSet.All & ~MechanismSet.OfTokens, TokenHint.None),
            NewStamp = static () => ApopExchange.NewStamp("mail.example"),
        };
        var peer = new MemoryPeer
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 4321),
            IsTls = true,
            EndPointBinding = new byte[32],
        };
        var host = new HostCallback(null, RequestAction.None, false);
        return new Client(this, SteppedPop3.Over(
            peer, _store, _folder, _jobs.Enqueue, host, () => _accounts, _guessing, options, _popLogins,
            out Pop3Session session), session);
    }

    /// <summary>Speaks as clients do; what comes late is waited for.</summary>
    private sealed class Client
    {
        private readonly Pop3LoginTests _test;
        private readonly SteppedSession _stepped;
        private readonly Output _output = new();
        private readonly string _stamp;

        public Client(Pop3LoginTests test, SteppedSession stepped, Pop3Session session)
        {
            (_test, _stepped, Session) = (test, stepped, session);
            string greeting = Step([]);
            _stamp = greeting[greeting.IndexOf('<', StringComparison.Ordinal)..].TrimEnd();
            Assert.Matches(@"^<[0-9a-f]{32}@mail\.example>$", _stamp);
        }

        public Pop3Session Session { get; }

        public bool IsClosed => _stepped.Waits == Next.Close;

        public void Lose() => _stepped.Lose(Fault.Closed);

        public string Send(string line) => Step(Encoding.UTF8.GetBytes(line + "\r\n"));

        public string Login(string way, string user, string password, string identity = "")
        {
            if (way == "USER")
                return Send($"USER {user}").StartsWith("+OK", StringComparison.Ordinal) ? Send($"PASS {password}") : "";
            if (way == "APOP")
                return Send($"APOP {user} "
                    + Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(_stamp + password))));
            var server = new SaslServer { Offered = [.. ServerMechanisms.Names], EndPointBinding = new byte[32] };
            var login = new Credentials(user, password) { AuthorizationId = identity };
            Assert.Equal(Fault.None, SaslMechanisms.TryMake(way, login, server, out ISaslMechanism? mechanism, out _));
            Assert.Equal(Fault.None, mechanism!.Begin(out byte[]? initial));
            string answer = Send($"AUTH {way}" + (initial is null ? "" : " " + Convert.ToBase64String(initial)));
            while (answer.StartsWith("+ ", StringComparison.Ordinal))
                answer = Send(mechanism.TryAnswer(Convert.FromBase64String(answer[2..].Trim()), out byte[] next)
                    ? Convert.ToBase64String(next)
                    : "*");
            return answer;
        }

        public string SaltOf(string mechanism, string user)
        {
            string first = Convert.ToBase64String(Encoding.UTF8.GetBytes($"n,,n={user},r=abc"));
            string challenge = Encoding.ASCII.GetString(Convert.FromBase64String(
                Send($"AUTH {mechanism} {first}")[2..].Trim()));
            return challenge[(challenge.IndexOf(',', StringComparison.Ordinal) + 1)..];
        }

        private string Step(byte[] octets)
        {
            _stepped.Step(octets, default, _output);
            while (_stepped.Waits == Next.Wait)
            {
                if (_test._jobs.Count == 0)
                {
                    _test._clock.Turn(1);
                    _test._waited++;
                }
                while (_test._jobs.TryDequeue(out IJob? job))
                    job.Run();
                _stepped.Step([], default, _output);
            }
            string said = Encoding.UTF8.GetString(_output.Written);
            _output.Clear();
            return said;
        }
    }
}
