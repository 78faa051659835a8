using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Loopback;
using MailModule.Tests.Smtp.Server;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

/// <summary>Peers that are too slow, on connections whose clock a test turns.</summary>
public class ConnectionPaceTests
{
    private static readonly Pace s_pace = Pace.Of(TimeSpan.FromSeconds(600), 3 * 1024);
    private long _now = 1_000_000;

    [Theory]
    [InlineData(1, 60)]
    [InlineData(40, 300)]
    public void A_peer_that_takes_an_answer_too_slowly_is_cut_off(int octetsASecond, int most)
    {
        using var run = new LinkRun();
        ScriptedSession session = BeginLongAnswer(run, out LinkStream peer);
        int seconds = TakeUntilTheEnd(run, peer, session, octetsASecond, 1000);
        Assert.InRange(seconds, 60, most + 6);
        Assert.Equal(Fault.Timeout, session.Connection.Fault);
        Assert.Empty(session.Wrongs);
    }

    [Fact]
    public void A_peer_that_takes_an_answer_at_the_least_speed_gets_it()
    {
        using var run = new LinkRun();
        ScriptedSession session = BeginLongAnswer(run, out LinkStream peer);
        Assert.Equal(3000, TakeUntilTheEnd(run, peer, session, 52, 3000));
        Assert.False(session.Ended.IsSet);
        session.Connection.Abort();
        Assert.True(session.Ended.Wait(Loop.Long));
    }

    [Fact]
    public void A_connection_is_at_its_end_with_its_time_and_no_sooner()
    {
        using var run = new LinkRun();
        run.Set.Clock = () => _now;
        ScriptedSession? session = null;
        Connection connection = run.Begin(run.Link("memory", 1000, out LinkStream peer), one =>
        {
            one.Pace = s_pace;
            one.Expect(Expected.RestOfLine);
            return session = new ScriptedSession(one, PlainConnectionTests.Echo);
        });
        _now += 59_999;
        Sweep(run.Set);
        Assert.False(session!.Ended.IsSet);
        _now++;
        Assert.True(connection.IsOverdue(_now));
        Sweep(run.Set);
        Assert.Equal("bye Slow\n", Loop.ReadToEnd(peer));
        Assert.Equal(ExpiryReason.Slow, session.Expired);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_dripping_client_gets_421_and_is_closed_on_every_kind_of_socket(bool isTls, bool withoutEpoll)
    {
        Loop.BySocketEngine.Value = withoutEpoll;
        using Loop loop = SmtpLoop();
        using Socket socket = loop.Connect();
        using Stream stream = isTls ? Loop.AsTls(socket) : new NetworkStream(socket);
        string greeting = "220 mail.example ESMTP\r\n";
        Assert.Equal(greeting, Loop.ReadExactly(socket, greeting.Length));
        if (isTls)
            BeginTls(socket, (SslStream)stream);
        stream.Write("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx"u8);
        ReadUntil(stream, "354 Start mail input; end with <CRLF>.<CRLF>\r\n");
        _now += 61_000;
        Sweep(loop.Set);
        Assert.EndsWith("421 4.4.2 Too slow, closing connection\r\n", Loop.ReadToEnd(stream));
        lock (loop.Lines)
            Assert.Contains(loop.Lines, line => line.EndsWith("too slow, closed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_client_that_takes_nothing_of_an_answer_is_cut_off_though_the_system_has_room_for_it()
    {
        ScriptedSession? session = null;
        using var loop = new Loop(
            connection =>
            {
                connection.Pace = s_pace;
                return session = new ScriptedSession(connection, LongAnswer)
                {
                    Greeting = "hello\n",
                    OnContinue = (_, output) => Long(output),
                };
            },
            set => set.Clock = () => Volatile.Read(ref _now));
        using Socket socket = ListenerTests.Greeted(loop);
        socket.Send("go\n"u8);
        Assert.True(SpinWait.SpinUntil(() => SweptToTheEnd(loop.Set, session!), Loop.Long));
        Assert.Equal(Fault.Timeout, session!.Connection.Fault);
    }

    [Fact]
    public void A_handshake_that_drips_has_its_time_as_a_whole()
    {
        using var run = new LinkRun();
        run.Set.Clock = () => _now;
        ScriptedSession? session = null;
        run.Begin(run.Link("memory", 1000, out LinkStream peer),
            connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo),
            new TlsServerSettings(Loop.Certificate));
        byte[] hello = [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3];
        for (int second = 0; second < 40 && !session!.Ended.IsSet; second++)
        {
            Assert.InRange(second, 0, 31);
            if (second < hello.Length)
                peer.Write(hello.AsSpan(second, 1));
            _now += 1000;
            Assert.True(SpinWait.SpinUntil(() => SweepTells(run.Set, session, second), Loop.Long));
        }
        Assert.True(session!.Ended.IsSet);
    }

    // The connection may be on a worker still, which is at the octet before.
    private static bool SweepTells(ConnectionSet set, ScriptedSession session, int second)
    {
        Sweep(set);
        return second < 29 || session.Ended.IsSet;
    }

    // The system may have had room for a while.
    private bool SweptToTheEnd(ConnectionSet set, ScriptedSession session)
    {
        Volatile.Write(ref _now, _now + 1000);
        Sweep(set);
        return session.Ended.IsSet;
    }

    private static void BeginTls(Socket socket, SslStream stream)
    {
        socket.Send("EHLO c\r\nSTARTTLS\r\n"u8);
        ReadUntil(new NetworkStream(socket), "220 2.0.0 Ready to start TLS\r\n");
        stream.AuthenticateAsClient("localhost");
    }

    private static void ReadUntil(Stream stream, string end)
    {
        var said = new StringBuilder();
        while (!said.ToString().EndsWith(end, StringComparison.Ordinal))
            said.Append(Loop.ReadExactly(stream, 1));
    }

    private Loop SmtpLoop()
    {
        var options = new SmtpServerOptions { HostName = "mail.example", OfferStartTls = true };
        return new Loop(
            connection =>
            {
                connection.Pace = s_pace;
                return new SmtpSession(options, new FakeBackend(), connection);
            },
            set => set.Clock = () => Volatile.Read(ref _now),
            new TlsServerSettings(Loop.Certificate));
    }

    private ScriptedSession BeginLongAnswer(LinkRun run, out LinkStream peer)
    {
        run.Set.Clock = () => _now;
        ScriptedSession? session = null;
        run.Begin(run.Link("memory", 1000, out peer), connection =>
        {
            connection.IdleTimeout = TimeSpan.FromSeconds(600);
            connection.Pace = s_pace;
            connection.GotDone(isLoggedIn: true);
            return session = new ScriptedSession(connection, LongAnswer) { OnContinue = (_, output) => Long(output) };
        });
        peer.Write("go\n"u8);
        return session!;
    }

    private static Next LongAnswer(ScriptedSession session, string line, Output output) => Long(output);

    private static Next Long(Output output)
    {
        output.Write(new byte[50_000]);
        return Next.Write;
    }

    private int TakeUntilTheEnd(LinkRun run, Stream peer, ScriptedSession session, int octetsASecond, int most)
    {
        byte[] octets = new byte[octetsASecond];
        int seconds = 0;
        for (; seconds < most && !session.Ended.IsSet; seconds++)
        {
            peer.ReadExactly(octets);
            _now += 1000;
            Sweep(run.Set);
        }
        return seconds;
    }

    private static void Sweep(IJob set) => set.Run();
}
