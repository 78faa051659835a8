using System.Net;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>How fast clients of POP3 get messages (<c>pop_speed</c>, <c>pop_spdusr</c>), by a clock that is turned.
/// </summary>
public sealed class ClientSpeedsTests : IDisposable
{
    private const int Large = 100_000;

    private static readonly IPAddress s_one = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress s_other = IPAddress.Parse("192.0.2.2");

    private readonly TemporaryFolder _folder = new();
    private readonly TurnedTimers _clock = new();
    private readonly Queue<IJob> _jobs = new();
    private readonly MaildirStore _store = new("h");
    private readonly Guessing _guessing;
    private readonly ClientSpeeds _speeds;
    private SpeedLimit _limit = new(1000, 0);

    public ClientSpeedsTests()
    {
        _guessing = new Guessing(_clock);
        _speeds = new ClientSpeeds(_clock, () => _limit);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void An_address_gets_a_seconds_worth_ahead_of_the_average()
    {
        _speeds.Begin(s_one);
        Assert.Equal(1000, _speeds.Piece);
        _speeds.Add(s_one, 1000);
        Assert.Equal(TimeSpan.Zero, _speeds.WaitOf(s_one));
        _speeds.Add(s_one, 1000);
        Assert.Equal(TimeSpan.FromSeconds(1), _speeds.WaitOf(s_one));
        Assert.Equal(TimeSpan.Zero, _speeds.WaitOf(s_other));
        _clock.Turn(0.5);
        Assert.Equal(TimeSpan.FromSeconds(0.5), _speeds.WaitOf(s_one));
        _clock.Turn(100);
        _speeds.Add(s_one, 2000);
        Assert.Equal(TimeSpan.FromSeconds(1), _speeds.WaitOf(s_one));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void Sessions_of_one_address_share_its_speed_and_others_do_not(string one, string other, bool shares)
    {
        _speeds.Begin(IPAddress.Parse(one));
        _speeds.Begin(IPAddress.Parse(other));
        _speeds.Add(IPAddress.Parse(one), 5000);
        Assert.Equal(shares ? TimeSpan.FromSeconds(4) : TimeSpan.Zero, _speeds.WaitOf(IPAddress.Parse(other)));
    }

    [Fact]
    public void Who_comes_back_owes_what_it_owed_and_is_forgotten_later()
    {
        _speeds.Begin(s_one);
        _speeds.Add(s_one, 5000);
        _speeds.End(s_one);
        Assert.Equal(1, _speeds.Count);
        _speeds.Begin(s_one);
        Assert.Equal(TimeSpan.FromSeconds(4), _speeds.WaitOf(s_one));
        _clock.Turn(5);
        _speeds.End(s_one);
        Assert.Equal(0, _speeds.Count);
    }

    [Fact]
    public void Many_addresses_that_owe_nothing_any_more_are_not_kept()
    {
        for (int i = 0; i < 5000; i++)
        {
            var client = new IPAddress([10, 0, (byte)(i >> 8), (byte)i]);
            _speeds.Begin(client);
            _speeds.Add(client, 1000);
            _speeds.End(client);
            _clock.Turn(0.01);
        }
        Assert.InRange(_speeds.Count, 1, 1025);
    }

    [Fact]
    public void The_limit_counts_only_while_so_many_others_are_logged_in()
    {
        _limit = new SpeedLimit(1000, 2);
        _speeds.Begin(s_one);
        _speeds.Begin(s_other);
        _speeds.Add(s_one, 5000);
        Assert.Equal((int.MaxValue, TimeSpan.Zero), (_speeds.Piece, _speeds.WaitOf(s_one)));
        _speeds.Begin(s_other);
        Assert.Equal((1000, TimeSpan.Zero), (_speeds.Piece, _speeds.WaitOf(s_one)));
        _speeds.Add(s_one, 5000);
        Assert.Equal(TimeSpan.FromSeconds(4), _speeds.WaitOf(s_one));
        _speeds.End(s_other);
        Assert.Equal(TimeSpan.Zero, _speeds.WaitOf(s_one));
    }

    [Theory]
    [InlineData("RETR 1\r\n", Large)]
    [InlineData("TOP 1 999999\r\n", Large)]
    [InlineData("RETR 2\r\nRETR 2\r\nRETR 3\r\nRETR 2\r\nRETR 3\r\n", 10_000)]
    public void A_session_gets_its_messages_at_the_speed_of_the_limit(string commands, int octets)
    {
        Client client = LogIn("192.0.2.1");
        var text = new StringBuilder(client.Send(commands));
        int seconds = 0;
        for (; client.Waits == Next.Wait; seconds++)
        {
            Assert.InRange(text.Length, 0, (seconds + 4) * 1000);
            _clock.Turn(1);
            text.Append(client.Send(""));
            Assert.True(seconds < 1000);
        }
        Assert.InRange(seconds, octets / 1000 - 3, octets / 1000 + 4);
        Assert.EndsWith("\r\n.\r\n", text.ToString(), StringComparison.Ordinal);
        Assert.InRange(text.Length, octets - 500, octets + 500);
    }

    [Fact]
    public void Without_a_limit_nobody_waits_and_one_that_is_set_counts_at_once()
    {
        _limit = default;
        Client client = LogIn("192.0.2.1");
        Assert.EndsWith("\r\n.\r\n", client.Send("RETR 2\r\nRETR 1\r\n"), StringComparison.Ordinal);
        _limit = new SpeedLimit(1000, 0);
        Assert.DoesNotContain("\r\n.\r\n", client.Send("RETR 1\r\n"), StringComparison.Ordinal);
        Assert.Equal(Next.Wait, client.Waits);
    }

    [Fact]
    public void Two_sessions_of_an_address_share_the_speed_and_what_waits_goes_on_when_the_server_stops()
    {
        Client first = LogIn("192.0.2.1"), second = LogIn("192.0.2.1", "bob"), other = LogIn("192.0.2.2", "cat");
        first.Send("RETR 1\r\n");
        Assert.Equal((Next.Wait, Next.Read), (first.Waits, second.Waits));
        second.Send("RETR 2\r\n");
        Assert.Equal(Next.Wait, second.Waits);
        Assert.EndsWith("\r\n.\r\n", other.Send("RETR 2\r\n"), StringComparison.Ordinal);
        _guessing.LateAnswers.Stop();
        Assert.EndsWith("\r\n.\r\n", second.Send(""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_that_is_gone_does_not_count()
    {
        _limit = new SpeedLimit(1000, 1);
        Client first = LogIn("192.0.2.1"), second = LogIn("192.0.2.2", "bob");
        Assert.Equal(1000, _speeds.Piece);
        second.Lose();
        Assert.Equal(int.MaxValue, _speeds.Piece);
        first.Lose();
        Assert.Equal(0, _speeds.Count);
    }

    private Client LogIn(string address, string user = "ann")
    {
        string[] texts = [TextOf(Large), TextOf(1000), TextOf(3500)];
        for (int i = 0; i < texts.Length; i++)
            Assert.Equal(Fault.None, _store.Deliver(
                _folder.In(user), $"id{i}", DateTimeOffset.FromUnixTimeSeconds(i), new TextContent(texts[i]), false));
        var peer = new MemoryPeer { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 4321) };
        var client = new Client(this, SteppedPop3.Over(
            peer, _store, _folder, _jobs.Enqueue, new HostCallback(null, RequestAction.None, false), Accounts,
            _guessing, _speeds));
        client.Send("");
        Assert.Contains("+OK 3 messages", client.Send($"USER {user}\r\nPASS secret\r\n"), StringComparison.Ordinal);
        return client;
    }

    private static string TextOf(int length)
        => "a: b\n\n" + string.Concat(Enumerable.Repeat(new string('x', 49) + "\n", length / 51));

    private Accounts Accounts() => new(
        [.. new[] { "ann", "bob", "cat" }.Select(name =>
        {
            Assert.True(Account.TryParse($"{name};secret;;P", "/", out Account account, out _));
            return account;
        })],
        new LocalDomains(["d"], _ => false), "realm", _folder.Path);

    /// <summary>Steps as far as a session goes without the clock.</summary>
    private sealed class Client(ClientSpeedsTests test, SteppedSession session)
    {
        private readonly Output _output = new();

        public Next Waits => session.Waits;

        public void Lose()
        {
            session.Lose(Fault.Closed);
            Send("");
        }

        public string Send(string octets)
        {
            var text = new StringBuilder();
            session.Step(Encoding.ASCII.GetBytes(octets), default, _output);
            do
            {
                Take(text);
                while (test._jobs.TryDequeue(out IJob? job))
                    job.Run();
                session.Step([], default, _output);
            }
            while (test._jobs.Count > 0 || session.Waits == Next.Write);
            Take(text);
            return text.ToString();
        }

        private void Take(StringBuilder text)
        {
            text.Append(Encoding.ASCII.GetString(_output.Written));
            _output.Clear();
        }
    }
}
