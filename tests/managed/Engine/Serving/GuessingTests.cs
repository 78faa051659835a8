using System.Net;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>
/// Who guesses passwords or recipients over the engine's own sessions, with a clock that a test turns.
/// </summary>
public sealed class GuessingTests : IDisposable
{
    private const string Stranger = "198.51.100.7";
    private const string Wrong = "AUTH PLAIN AGFubgB3cm9uZw==\r\n";
    private const string Right = "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n";
    private const string Unknown = "AUTH PLAIN AG5vYm9keQB3cm9uZw==\r\n";
    private const string Refused = "535 5.7.8 Authentication credentials invalid\r\n";

    private static readonly LocalDomains s_domains = new(["d"], _ => false);
    private readonly TemporaryFolder _folder = new();
    private readonly Queue<IJob> _jobs = new();
    private readonly TurnedTimers _clock = new();
    private readonly List<string> _lines = [];
    private readonly Guessing _guessing;

    public GuessingTests() => _guessing = new Guessing(_clock);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Wrong)]
    [InlineData(Unknown)]
    public void A_wrong_password_is_answered_late_and_an_unknown_name_alike(string login)
    {
        Client client = Smtp();
        Assert.Equal("", client.Send(login + "NOOP\r\n"));
        _clock.Turn(0.9);
        Assert.Equal("", client.Send(""));
        Assert.Empty(_jobs);
        _clock.Turn(0.1);
        Assert.Equal(Refused + "250 2.0.0 Ok\r\n", client.Send(""));
    }

    [Fact]
    public void A_right_password_is_answered_at_once()
        => Assert.StartsWith("235 ", Smtp().Send(Right), StringComparison.Ordinal);

    [Fact]
    public void Pipelined_passwords_are_tried_one_after_the_other_and_three_of_them()
    {
        Client client = Smtp();
        string received = client.Send(string.Concat(Enumerable.Repeat(Wrong + "MAIL FROM:<a@b>\r\nRSET\r\n", 400)));
        double seconds = 0;
        for (; !client.IsClosed && seconds < 100; seconds++, _clock.Turn(1))
            received += client.Send("");
        Assert.Equal(3, received.Split(Refused).Length - 1);
        Assert.EndsWith("421 4.7.0 Too many failed logins, closing connection\r\n", received, StringComparison.Ordinal);
        Assert.InRange(seconds, 6, 8);
    }

    [Fact]
    public void A_session_that_goes_away_before_its_answer_leaves_nothing_behind()
    {
        Client client = Smtp();
        client.Send(Wrong);
        client.Lose();
        Assert.Equal(1, _guessing.LateAnswers.Count);
        _clock.Turn(1);
        client.Send("");
        Assert.True(client.IsClosed);
        Assert.Equal(0, _guessing.LateAnswers.Count);
    }

    [Fact]
    public void Failures_of_smtp_and_pop3_shut_out_an_address_from_both_without_a_look_at_the_password()
    {
        FailTimes(5, () => Smtp().Send(Unknown));
        FailTimes(5, () => Pop3().Send("USER bob\r\nPASS x\r\n"));
        Client smtp = Smtp();
        Assert.Equal("454 4.7.0 Too many failed logins, try again later\r\n", smtp.Send(Right));
        Assert.Equal("421 4.7.0 Too many failed logins, closing connection\r\n", smtp.Send(Right));
        Client pop3 = Pop3();
        Assert.Equal("+OK send PASS\r\n-ERR [SYS/TEMP] too many failed logins, try again later\r\n",
            pop3.Send("USER ann\r\nPASS secret\r\n"));
        Assert.True(pop3.IsClosed);
        Assert.StartsWith("235 ", Smtp("192.0.2.1").Send(Right), StringComparison.Ordinal);
        Assert.Contains(_lines, line => line.Contains($"not tried: too many failed client={Stranger}"));
    }

    [Fact]
    public void A_name_that_is_guessed_at_from_everywhere_is_shut_out_in_all_its_spellings_but_not_for_its_owner()
    {
        Assert.StartsWith("235 ", Smtp("192.0.2.1").Send(Right), StringComparison.Ordinal);
        int at = 0;
        FailTimes(10, () => Pop3($"203.0.113.{++at}").Send($"USER {(at % 2 == 0 ? "Ann@d" : "ann")}\r\nPASS x\r\n"));
        Assert.StartsWith("454 ", Smtp().Send(Right), StringComparison.Ordinal);
        Assert.StartsWith("235 ", Smtp("192.0.2.1").Send(Right), StringComparison.Ordinal);
    }

    [Fact]
    public void A_login_that_the_host_refuses_is_a_failed_one()
    {
        var host = new HostCallback(new RefusingHost(1), RequestAction.PopLogin, Inline: false);
        FailTimes(10, () => Pop3(host: host).Send("USER ann\r\nPASS secret\r\n"));
        Assert.StartsWith("454 ", Smtp().Send(Right), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(421)]
    [InlineData(451)]
    public void A_login_that_the_host_cannot_decide_on_now_is_no_failed_one(int answer)
    {
        var host = new HostCallback(new RefusingHost(answer), RequestAction.PopLogin, Inline: false);
        for (int i = 0; i < 10; i++)
            Assert.Contains("-ERR [SYS/TEMP] ", Pop3(host: host).Send("USER ann\r\nPASS secret\r\n"));
        Assert.StartsWith("235 ", Smtp().Send(Right), StringComparison.Ordinal);
    }

    [Fact]
    public void Tries_that_began_at_the_same_time_are_counted_before_the_next_is_looked_at()
    {
        Client[] clients = [.. Enumerable.Range(0, 30).Select(_ => Smtp())];
        foreach (Client client in clients)
            client.Begin(Unknown);
        RunJobs();
        Assert.Equal(10, _lines.Count(line => line.Contains("login of nobody failed")));
    }

    [Fact]
    public void Two_hundred_recipients_are_not_asked_for_on_one_connection()
    {
        Client client = Smtp();
        client.Send("MAIL FROM:<a@b>\r\n");
        string received = client.Send(
            string.Concat(Enumerable.Range(0, 200).Select(i => $"RCPT TO:<x{i}@d>\r\nRCPT TO:<postmaster@d>\r\n")));
        Assert.Equal(5, received.Split("550 5.1.1").Length - 1);
        for (int i = 0; i < 100 && !client.IsClosed; i++)
        {
            _clock.Turn(1);
            received += client.Send("");
        }
        Assert.Equal(10, received.Split("550 5.1.1").Length - 1);
        Assert.EndsWith("421 4.7.0 Too many unknown recipients, closing connection\r\n", received,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_makes_the_count_of_recipients_begin_again()
    {
        Client client = Smtp();
        for (int i = 0; i < 5; i++)
            Assert.StartsWith("250 2.1.0 Sender ok\r\n550 5.1.1 ",
                client.Send($"MAIL FROM:<a@b>\r\nRCPT TO:<x{i}@d>\r\nRCPT TO:<c@d>\r\nRSET\r\nEHLO x\r\n"),
                StringComparison.Ordinal);
        Assert.Equal("250 2.1.0 Sender ok\r\n", client.Send("MAIL FROM:<a@b>\r\nRCPT TO:<y@d>\r\n"));
    }

    [Fact]
    public void An_address_that_goes_on_asking_over_connections_learns_less_and_later_on_each()
    {
        for (int i = 0; i < 10; i++)
            Smtp().Send("MAIL FROM:<a@b>\r\n" + string.Concat(Enumerable.Repeat("RCPT TO:<x@d>\r\n", 5)));
        Client client = Smtp();
        string received = client.Send(
            "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n" + string.Concat(Enumerable.Repeat("RCPT TO:<x@d>\r\n", 5)));
        Assert.Equal("250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n", received);
        for (int i = 0; i < 3; i++)
        {
            _clock.Turn(4.9);
            Assert.Equal("", client.Send(""));
            _clock.Turn(0.1);
            received = client.Send("");
            Assert.StartsWith("550 ", received, StringComparison.Ordinal);
        }
        Assert.Contains("\r\n421 ", received, StringComparison.Ordinal);
        client = Smtp("192.0.2.1");
        Assert.Contains("550 ", client.Send("MAIL FROM:<a@b>\r\nRCPT TO:<x@d>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_unwelcome_commands_the_second_half_is_answered_late()
    {
        Client client = Smtp();
        string received = client.Send(string.Concat(Enumerable.Repeat("FOO\r\n", 30)));
        Assert.Equal(10, received.Split("500 ").Length - 1);
        for (int i = 0; i < 9; i++, _clock.Turn(1))
            received += client.Send("");
        Assert.Equal(18, received.Split("500 ").Length - 1);
        Assert.False(client.IsClosed);
        for (int i = 0; i < 3; i++, _clock.Turn(1))
            received += client.Send("");
        Assert.Equal((20, true), (received.Split("500 ").Length - 1, client.IsClosed));
        Assert.Contains("\r\n421 ", received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1", "")]
    [InlineData(Stranger, Right)]
    public void Who_may_relay_has_larger_bounds(string address, string login)
    {
        Client client = Smtp(address);
        client.Send(login + "MAIL FROM:<a@b>\r\n");
        string received = client.Send(string.Concat(Enumerable.Repeat("RCPT TO:<x@d>\r\n", 150)));
        Assert.Equal(20, received.Split("550 5.1.1").Length - 1);
        for (int i = 0; i < 100 && !client.IsClosed; i++)
        {
            _clock.Turn(1);
            received += client.Send("");
        }
        Assert.Equal(100, received.Split("550 5.1.1").Length - 1);
        Assert.EndsWith("421 4.7.0 Too many unknown recipients, closing connection\r\n", received,
            StringComparison.Ordinal);
    }

    private static void FailTimes(int times, Func<string> tryOne)
    {
        for (int i = 0; i < times; i++)
            tryOne();
    }

    private Accounts Accounts()
        => new(new[] { "ann;secret;;PS", "c;secret;;PS" }.Select(text =>
        {
            Assert.True(Account.TryParse(text, "/", out Account account, out _));
            return account;
        }), s_domains, "realm", _folder.Path);

    private Client Smtp(string address = Stranger)
    {
        Assert.True(AddressRanges.TryParse("10.0.0.0/8", out AddressRanges relays));
        var policy = new RelayPolicy(Accounts(), s_domains, relays);
        var log = new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text));
        var dependencies = new SmtpDependencies(
            new MemorySpool([]), _jobs.Enqueue, new HostCallback(null, RequestAction.None, false), () => policy, log)
        {
            Guessing = _guessing,
        };
        var options = new SmtpServerOptions { HostName = "mail.example", OfferAuth = true, PlainAuthWithoutTls = true };
        MemoryPeer peer = Peer(address);
        var session = new SmtpSession(options, new SmtpBackend(dependencies, null), peer);
        var client = new Client(this, new SteppedSession(session, peer));
        client.Send("");
        client.Send("EHLO x\r\n");
        return client;
    }

    private Client Pop3(string address = Stranger, HostCallback? host = null)
    {
        MemoryPeer peer = Peer(address);
        host ??= new HostCallback(null, RequestAction.None, false);
        var client = new Client(this, SteppedPop3.Over(
            peer, new MaildirStore("h"), _folder, _jobs.Enqueue, host, Accounts, _guessing));
        client.Send("");
        return client;
    }

    private static MemoryPeer Peer(string address)
        => new() { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 4321) };

    private void RunJobs()
    {
        while (_jobs.TryDequeue(out IJob? job))
            job.Run();
    }

    /// <summary>Steps as far as a session goes without the clock.</summary>
    private sealed class Client(GuessingTests test, SteppedSession session)
    {
        private readonly Output _output = new();

        public bool IsClosed => session.Waits == Next.Close;

        public void Begin(string octets) => session.Step(Encoding.ASCII.GetBytes(octets), default, _output);

        public void Lose() => session.Lose(Fault.Closed);

        public string Send(string octets)
        {
            Begin(octets);
            do
            {
                test.RunJobs();
                session.Step([], default, _output);
            }
            while (test._jobs.Count > 0);
            string text = Encoding.ASCII.GetString(_output.Written);
            _output.Clear();
            return text;
        }
    }

    private sealed class RefusingHost(int answer) : IRequestHandler
    {
        public int Invoke(IRequestStream stream, string name, RequestAction action, in RequestArguments arguments)
            => answer;
    }
}
