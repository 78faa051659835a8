using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Loopback;

/// <summary>
/// Logins that are passed on to another server (pop3_proxy): an engine of ours, or one that misbehaves.
/// </summary>
public sealed class Pop3ProxyTests : IDisposable
{
    private const string Capa = "+OK\r\nUSER\r\nPIPELINING\r\n.";
    private const string Refused = "-ERR [AUTH] authentication failed";
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly MailEngine _engine = new();
    private readonly List<IDisposable> _others = [];
    private int _port;

    public void Dispose()
    {
        _engine.Close();
        _others.ForEach(other => other.Dispose());
        _folder.Dispose();
        FaultReason.Clear();
    }

    /// <summary>Commands that let a login in, and then these.</summary>
    private static string[] In(params string[] then)
        => ["+OK hi", "<", Capa, "<", "+OK send PASS", "<", "+OK in there", .. then];

    [Theory]
    [InlineData("anna#joe#127.0.0.1:{0}", "here#pencil")]
    [InlineData("anna@joe@localhost:{0}", "here@pencil")]
    [InlineData("anna#joe#127.0.0.1:{0}#pencil", "here")]
    public void The_session_goes_on_there_and_what_quit_says_is_done(string user, string password)
    {
        (int port, string home) = StartOther("a: b\n\none\n.\n", "a: b\n\ntwo\n");
        Start($"127.0.0.1:{port}, localhost:{port}");
        using (LineClient client = Connect())
        {
            Assert.Equal("+OK 2 messages (29 octets)", client.LogIn(Name(user, port), password));
            Assert.Equal("+OK 2 29", client.Ask("STAT"));
            Assert.StartsWith("+OK capabilities", client.Ask("CAPA"), StringComparison.Ordinal);
            Assert.Contains("EXPIRE NEVER", client.Lines());
            Assert.StartsWith("+OK ", client.Ask("RETR 1"), StringComparison.Ordinal);
            Assert.Equal(["a: b", "", "one", ".."], client.Lines());
            Assert.StartsWith("-ERR ", client.Ask("STLS"), StringComparison.Ordinal);
            Assert.StartsWith("+OK", client.Ask("DELE 1"), StringComparison.Ordinal);
            Assert.Equal("+OK goodbye", client.Ask("QUIT"));
            Assert.Null(client.Line());
        }
        Assert.Single(Directory.GetFiles(home, "*", SearchOption.AllDirectories), file => file.Contains("/new/")
            || file.Contains("/cur/"));
    }

    [Fact]
    public void Commands_behind_the_password_wait_for_the_other_server()
    {
        (int port, _) = StartOther("a: b\n\none\n");
        Start($"127.0.0.1:{port}");
        using LineClient client = Connect();
        client.Send($"USER anna#joe#127.0.0.1:{port}\r\nPASS here#pencil\r\nSTAT\r\nUIDL 1\r\nNOOP\r\nQUIT\r\n");
        Assert.Equal("+OK send PASS", client.Line());
        Assert.Equal(["+OK 1 messages (13 octets)", "+OK 1 13"], [client.Line()!, client.Line()!]);
        Assert.StartsWith("+OK 1 ", client.Line(), StringComparison.Ordinal);
        Assert.Equal("+OK|+OK goodbye|", $"{client.Line()}|{client.Line()}|{client.Line()}");
    }

    [Fact]
    public void Tls_is_used_where_it_is_offered_and_the_certificate_must_be_right()
    {
        TestAuthority.Trusted.WriteRoot(_folder.In("root.pem"));
        TestAuthority.Trusted.WritePem(_folder.In("right.pem"), "localhost");
        TestAuthority.Stranger.WritePem(_folder.In("wrong.pem"), "localhost");
        _engine.Set("tls_cafile", _folder.In("root.pem"));
        (int right, _) = StartOther("right.pem", "a: b\n\none\n");
        (int wrong, _) = StartOther("wrong.pem", "a: b\n\none\n");
        Start($"localhost:{right}, localhost:{wrong}, 127.0.0.1:{right}");
        Hears("+OK 1 ", $"joe#localhost:{right}");
        Hears($"-ERR [SYS/TEMP] localhost:{wrong}: ", $"joe#localhost:{wrong}");
        Hears($"-ERR [SYS/TEMP] 127.0.0.1:{right}: ", $"joe#127.0.0.1:{right}");
        _engine.Set("pop3_proxy_check", 0);
        Hears("+OK 1 ", $"joe#localhost:{wrong}");
    }

    [Fact]
    public void Who_is_not_right_here_learns_nothing_and_no_other_server_is_asked()
    {
        using var other = new ScriptedSmtpServer(null, In());
        Start($"127.0.0.1:{other.Port}, *:{other.Port}");
        string there = $"joe#127.0.0.1:{other.Port}";
        string[] answers = [.. new[] { ($"anna#{there}", "wrong#x"), ($"nobody#{there}", "here#x"), ("anna", "wrong") }
            .Select(login =>
            {
                using LineClient client = Connect();
                return client.LogIn(login.Item1, login.Item2)!;
            })];
        Assert.All(answers, answer => Assert.Equal(Refused, answer));
        Assert.Equal(0, other.Connections);
    }

    [Theory]
    [InlineData("127.0.0.1:{0}", "joe#127.0.0.2:{0}", "-ERR [SYS/PERM] logins are not passed on to that host")]
    [InlineData("*:{0}", "joe#127.0.0.1:{0}", "-ERR [SYS/PERM] logins are not passed on to that host's address")]
    [InlineData("*:{0}", "joe#localhost:{0}", "-ERR [SYS/PERM] logins are not passed on to that host's address")]
    [InlineData("", "joe#127.0.0.1:{0}", "-ERR [SYS/PERM] logins are not passed on to that host")]
    public void Where_to_is_the_operators_to_say(string hosts, string there, string answer)
    {
        using var other = new ScriptedSmtpServer(null, In());
        Start(Name(hosts, other.Port));
        using LineClient client = Connect();
        Assert.Equal(answer, client.LogIn("anna#" + Name(there, other.Port), "here#x"));
        Assert.StartsWith("+OK 0 ", client.LogIn("anna", "here"), StringComparison.Ordinal);
        Assert.Equal(0, other.Connections);
    }

    [Fact]
    public void What_cannot_be_passed_on_is_not_offered()
    {
        Start("pop.example.org");
        using (LineClient client = Connect())
        {
            Assert.DoesNotContain("<", client.Greeting, StringComparison.Ordinal);
            Assert.StartsWith("+OK", client.Ask("CAPA"), StringComparison.Ordinal);
            Assert.Contains("SASL PLAIN LOGIN", client.Lines());
        }
        _engine.Set("pop3_proxy", 0);
        using (LineClient client = Connect())
        {
            Assert.Contains("<", client.Greeting, StringComparison.Ordinal);
            Assert.StartsWith("+OK", client.Ask("CAPA"), StringComparison.Ordinal);
            Assert.Contains(client.Lines(), line => line.Contains("SCRAM-SHA-256", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_mechanism_that_tells_the_password_is_as_good_as_pass()
    {
        using var other = new ScriptedSmtpServer(null, In("<", "+OK bye"));
        Start($"127.0.0.1:{other.Port}");
        using LineClient client = Connect();
        string name = $"anna#joe#127.0.0.1:{other.Port}";
        string message = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}\0{name}\0here#pencil"));
        Assert.Equal("+OK in there", client.Ask("AUTH PLAIN " + message));
        Assert.Equal("+OK bye", client.Ask("QUIT"));
        Assert.Equal(["CAPA", "USER joe", "PASS pencil", "QUIT"], other.Lines);
    }

    [Theory]
    [InlineData("pop3_proxy", "0")]
    [InlineData("pop3_proxy_range", "192.0.2.0/24")]
    public void Where_it_is_off_such_a_name_is_a_users_as_any(string key, string value)
    {
        using var other = new ScriptedSmtpServer(null, In());
        Start($"127.0.0.1:{other.Port}");
        _engine.Set(key, value);
        using LineClient client = Connect();
        Assert.Equal(Refused, client.LogIn($"anna#joe#127.0.0.1:{other.Port}", "here#x"));
        Assert.Equal(0, other.Connections);
    }

    [Theory]
    [InlineData("-ERR [AUTH] no such login", "-ERR [AUTH] 127.0.0.1:{0} says: no such login")]
    [InlineData("-ERR wrong", "-ERR [AUTH] 127.0.0.1:{0} says: wrong")]
    [InlineData("-ERR [IN-USE] locked", "-ERR [IN-USE] 127.0.0.1:{0} says: locked")]
    [InlineData("-ERR [LOGIN-DELAY] soon", "-ERR [LOGIN-DELAY] 127.0.0.1:{0} says: soon")]
    [InlineData("=", "-ERR [SYS/TEMP] 127.0.0.1:{0}: it closed the connection")]
    [InlineData("+OK in\r\n-ERR more", "-ERR [SYS/TEMP] 127.0.0.1:{0}: it answered before it was asked")]
    [InlineData("550 what", "-ERR [SYS/TEMP] 127.0.0.1:{0}: what the server says is no answer of POP3: \"550 what\"")]
    public void A_refusal_there_is_told_for_what_it_is(string said, string answer)
    {
        using var other = new ScriptedSmtpServer(null, ["+OK hi", "<", Capa, "<", "+OK", "<", said]);
        Start($"127.0.0.1:{other.Port}");
        using LineClient client = Connect();
        Assert.Equal(Name(answer, other.Port), client.LogIn($"anna#joe#127.0.0.1:{other.Port}", "here#pencil"));
        Assert.StartsWith("+OK 0 ", client.LogIn("anna", "here"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_is_told_of()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // and does not listen
        int port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        Start($"127.0.0.1:{port}");
        Hears($"-ERR [SYS/TEMP] 127.0.0.1:{port}: ", $"joe#127.0.0.1:{port}");
    }

    [Fact]
    public void What_is_injected_in_clear_behind_stls_is_the_end_before_any_password()
    {
        using var other = new ScriptedSmtpServer(
            null, ["+OK hi", "<", "+OK\r\nSTLS\r\nUSER\r\n.", "<", "+OK go\r\n+OK injected", "!hang"]);
        Start($"127.0.0.1:{other.Port}");
        Hears(
            $"-ERR [SYS/TEMP] 127.0.0.1:{other.Port}: it answered before it was asked", $"joe#127.0.0.1:{other.Port}");
        Assert.Equal(["CAPA", "STLS"], other.Lines);
    }

    [Fact]
    public void A_server_that_is_lost_in_a_message_ends_the_session_without_the_final_dot()
    {
        using var other = new ScriptedSmtpServer(null, In("<", "+OK 100 octets\r\nhalf of it"));
        Start($"127.0.0.1:{other.Port}");
        using LineClient client = Connect();
        Assert.Equal("+OK in there", client.LogIn($"anna#joe#127.0.0.1:{other.Port}", "here#x"));
        Assert.Equal("+OK 100 octets", client.Ask("RETR 1"));
        Assert.Equal("half of it|", $"{client.Line()}|{client.Line()}");
        Assert.Equal(["CAPA", "USER joe", "PASS x", "RETR 1"], other.Lines);
    }

    [Theory]
    [InlineData("DELE 1\r\nQUI", "DELE 1")]
    [InlineData("DELE 1\r\nQUIT", "DELE 1")]
    [InlineData("DELE 1\r\nQUIT\r\n", "DELE 1|QUIT")]
    public void A_client_that_is_lost_has_said_its_whole_lines_and_no_more(string said, string heard)
    {
        using var other = new ScriptedSmtpServer(null, In("<", "<", "+OK bye", "<"));
        Start($"127.0.0.1:{other.Port}");
        using (LineClient client = Connect())
        {
            Assert.Equal("+OK in there", client.LogIn($"anna#joe#127.0.0.1:{other.Port}", "here#x"));
            client.Send(said);
        }
        Assert.True(SpinWait.SpinUntil(() => ConnectionsGone(other), s_soon));
        Assert.Equal(heard, string.Join('|', other.Lines[3..]));
    }

    [Fact]
    public void A_client_that_takes_nothing_holds_the_server_up_and_then_gets_all()
    {
        const int Pieces = 4096, Piece = 64 * 1024; // 256 MiB
        using var other = new LargeMessageServer(Pieces, Piece);
        Start($"127.0.0.1:{other.Port}");
        using LineClient client = Connect();
        Assert.Equal("+OK in", client.LogIn($"anna#joe#127.0.0.1:{other.Port}", "here#x"));
        client.Send("RETR 1\r\n");
        long before = -1;
        Assert.True(SpinWait.SpinUntil(() => other.Sent > 0 && before == (before = Settled(other)), s_soon));
        Assert.InRange(other.Sent, 1, 64L << 20);
        Assert.Equal("+OK big", client.Line());
        Assert.Equal((long)Pieces * Piece + ".\r\n".Length, client.Count((long)Pieces * Piece + ".\r\n".Length));
        Assert.Equal("+OK bye", client.Ask("QUIT"));

        static long Settled(LargeMessageServer other)
        {
            long sent = other.Sent;
            SpinWait.SpinUntil(() => other.Sent != sent, 500);
            return other.Sent;
        }
    }

    [Fact]
    public void The_speed_of_clients_counts_there_too()
    {
        string content = string.Concat(Enumerable.Repeat("0123456789abcde\n", 256));
        using var other = new ScriptedSmtpServer(null, In("<", $"+OK\r\n{content}.", "<", "+OK bye"));
        Assert.Equal(Fault.None, _engine.Set("pop_speed", 120)); // 2 KiB a second
        Start($"127.0.0.1:{other.Port}");
        using LineClient client = Connect();
        Assert.Equal("+OK in there", client.LogIn($"anna#joe#127.0.0.1:{other.Port}", "here#x"));
        var watch = Stopwatch.StartNew();
        Assert.Equal("+OK", client.Ask("RETR 1"));
        Assert.Equal(256, client.Lines().Count);
        Assert.Equal("+OK bye", client.Ask("QUIT"));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.8, 15);
    }

    [Fact]
    public void A_server_that_takes_nothing_holds_the_client_up_and_the_stop_ends_both()
    {
        using var other = new ScriptedSmtpServer(null, In("!stall"));
        Start($"127.0.0.1:{other.Port}");
        using LineClient client = Connect();
        Assert.Equal("+OK in there", client.LogIn($"anna#joe#127.0.0.1:{other.Port}", "here#x"));
        Thread sending = Loop.InBackground(() => client.Flood("NOOP\r\n", 64 << 20));
        Assert.False(sending.Join(1000), "64 MiB of commands went somewhere");
        var watch = Stopwatch.StartNew();
        Assert.Equal(Fault.None, _engine.Stop(TimeSpan.FromSeconds(5)));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 15);
        Assert.True(sending.Join(s_soon));
    }

    [Theory]
    [InlineData("!hang", false)]
    [InlineData("!hang", true)]
    public void A_login_that_is_under_way_ends_with_the_engine_or_the_client(string step, bool isClient)
    {
        using var other = new ScriptedSmtpServer(null, [step]);
        Start($"127.0.0.1:{other.Port}");
        using LineClient client = Connect();
        client.Send($"USER anna#joe#127.0.0.1:{other.Port}\r\nPASS here#x\r\n");
        Assert.True(other.HasHung.Wait(s_soon));
        if (isClient)
            client.Reset();
        var watch = Stopwatch.StartNew();
        if (isClient)
            Assert.True(SpinWait.SpinUntil(() => ConnectionsGone(other), s_soon));
        Assert.Equal(Fault.None, _engine.Stop(TimeSpan.FromSeconds(10)));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 8);
    }

    [Fact]
    public void No_password_is_in_the_log_whatever_is_traced()
    {
        _engine.Set("log", _folder.In("mail.log"));
        _engine.Set("detail", 1);
        using var other = new ScriptedSmtpServer(null, In("<", "+OK bye"));
        Start($"127.0.0.1:{other.Port}");
        using (LineClient client = Connect())
        {
            client.LogIn($"anna#joe#127.0.0.1:{other.Port}#pencil", "wrong");
            client.LogIn($"anna@joe@elsewhere.example@pencil", "here");
            Assert.Equal("+OK in there", client.LogIn($"anna#joe#127.0.0.1:{other.Port}#pencil", "here"));
            Assert.Equal("+OK bye", client.Ask("QUIT"));
        }
        _engine.Stop(s_soon);
        string log = File.ReadAllText(_folder.In("mail.log"));
        Assert.Contains($"login of anna at 127.0.0.1:{other.Port} passed on", log, StringComparison.Ordinal);
        Assert.Contains("C: PASS ***", log, StringComparison.Ordinal);
        Assert.DoesNotContain("pencil", log, StringComparison.Ordinal);
    }

    private static string Name(string form, int port)
        => form.Replace("{0}", $"{port}", StringComparison.Ordinal);

    // The script of the one connection is at its end.
    private static bool ConnectionsGone(ScriptedSmtpServer other) => other.Ended > 0;

    private void Start(string hosts)
    {
        foreach ((string key, string value) in ((string, string)[])[
            ("mail_root", _folder.In("mail")), ("smtp_name", "mail.example"), ("user", "anna;here;;P"),
            ("pop3_proxy", "1"), ("pop3_proxy_hosts", hosts)])
            Assert.Equal(Fault.None, _engine.Set(key, value));
        var options = new ServerOptions { Addresses = "127.0.0.1", Port = ServerOptions.AnyPort };
        Assert.Equal(Fault.None, _engine.StartServer(ServerKind.Pop3, options, out StartedServer? server));
        _port = server!.Port;
    }

    private (int Port, string Home) StartOther(params string[] messages)
    {
        string? certificate = messages[0].EndsWith(".pem", StringComparison.Ordinal) ? _folder.In(messages[0]) : null;
        string root = Directory.CreateDirectory(_folder.In($"other{_others.Count}")).FullName;
        string home = Path.Combine(root, "joe");
        using (var store = new MaildirStore("h"))
            for (int i = 0; i < messages.Length; i++)
                if (messages[i].Contains('\n'))
                    Assert.Equal(Fault.None, store.Deliver(
                        home, $"id{i}", DateTimeOffset.UtcNow.AddMinutes(i - 60), new TextContent(messages[i]), false));
        var other = new MailEngine();
        _others.Add(new Closing(other));
        other.Set("mail_root", Path.Combine(root, "mail"));
        other.Set("smtp_name", "other.example");
        other.Set("user", $"joe;pencil;{home};P");
        if (certificate is not null)
        {
            other.Set("tls_cert_file", certificate);
            other.Set("tls_key_file", certificate);
            other.Set("smtp_tls", 1);
        }
        var options = new ServerOptions { Addresses = "127.0.0.1", Port = ServerOptions.AnyPort };
        Assert.Equal(Fault.None, other.StartServer(ServerKind.Pop3, options, out StartedServer? server));
        return (server!.Port, home);
    }

    private LineClient Connect() => new(_port);

    private void Hears(string start, string there)
    {
        using LineClient client = Connect();
        string? heard = client.LogIn("anna#" + there, "here#pencil");
        Assert.StartsWith(start, heard, StringComparison.Ordinal);
    }

    private sealed class Closing(MailEngine engine) : IDisposable
    {
        public void Dispose() => engine.Close();
    }
}
