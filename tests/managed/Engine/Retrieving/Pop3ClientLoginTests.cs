using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Pop3;
using MailModule.Primitives;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Engine.Retrieving;

/// <summary>Logins of a client: which way is taken, what follows a refusal, what never goes in clear text.</summary>
public sealed class Pop3ClientLoginTests : IDisposable
{
    // RFC 1939 §7
    private const string Stamp = "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>";
    private const string Apop = "APOP mrose c4c9334bac560ecc979e58001b3e22fb";

    private readonly Pop3ClientPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Apop_is_computed_as_the_rfc_shows()
    {
        using var server = new ScriptedSmtpServer(null, [Stamp, Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal("<1896.697170952@dbc.mtview.ca.us>", client.Heard.Stamp);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Apop("mrose", "tanstaaf")));
        Assert.Equal([Apop], server.Lines);
    }

    [Fact]
    public void Without_a_stamp_there_is_no_apop()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.NotSupported, Say(client, one => one.Apop("mrose", "tanstaaf")).Fault);
        Assert.Equal(Fault.Argument, Say(client, one => one.Apop("m rose", "tanstaaf")).Fault);
    }

    [Fact]
    public void Apop_goes_before_what_tells_the_password_and_the_next_is_tried_where_it_is_refused()
    {
        // RFC 3206 §6: a server that has AUTH-RESP-CODE would say [AUTH] if it were the password
        using var server = new ScriptedSmtpServer(null, [Stamp, Line, "+OK", "USER", "SASL PLAIN", "AUTH-RESP-CODE",
            ".", Line, "-ERR unknown command", Line, "-ERR unknown command", Line, "+OK", Line, "+OK in"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Ok), Login(client));
        Assert.Equal(["CAPA", Apop, "AUTH PLAIN AG1yb3NlAHRhbnN0YWFm", "USER mrose", "PASS tanstaaf"], server.Lines);
    }

    [Fact]
    public void A_password_that_plain_has_told_is_not_told_again_when_it_was_wrong()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", "USER", "SASL LOGIN PLAIN", ".",
            Line, "-ERR [AUTH] wrong", Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Err), Login(client));
        Assert.Equal("AUTH", client.Heard.Reply.Code);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
        Assert.Equal(3, server.Lines.Length);
    }

    [Theory]
    [InlineData("-ERR [AUTH] wrong")]
    [InlineData("-ERR wrong")]
    public void A_wrong_password_is_said_twice_at_most_the_second_time_as_it_is(string refusal)
    {
        // The server's secret for APOP may be another than the password.
        using var server = new ScriptedSmtpServer(null, [Stamp, Line, "+OK", "USER", "SASL PLAIN LOGIN", ".",
            Line, refusal, Line, "+OK", Line, refusal, Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Err), Login(client));
        Assert.Equal(["CAPA", Apop, "USER mrose", "PASS tanstaaf"], server.Lines);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
    }

    [Fact]
    public void A_proof_that_was_refused_is_not_given_by_another_mechanism()
    {
        using var server = new ScriptedSmtpServer(null, [Stamp, Line, "+OK", "USER", "SASL CRAM-MD5 PLAIN", ".",
            Line, "+ PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+", Line, "-ERR wrong",
            Line, "+OK", Line, "-ERR wrong", Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Err), Login(client, Pop3LoginLimits.NoApop));
        Assert.Equal(5, server.Lines.Length);
        Assert.Equal(["USER mrose", "PASS tanstaaf"], server.Lines[^2..]);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
    }

    [Fact]
    public void A_mechanism_that_is_not_begun_says_nothing_of_the_password()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", "USER", "SASL CRAM-MD5 PLAIN LOGIN", ".",
            Line, "-ERR what", Line, "-ERR what", Line, "+OK", Line, "+OK in", Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Ok), Login(client));
        Assert.Equal(
            ["CAPA", "AUTH CRAM-MD5", "AUTH PLAIN AG1yb3NlAHRhbnN0YWFm", "USER mrose", "PASS tanstaaf"],
            server.Lines);
    }

    [Fact]
    public void A_server_that_closes_after_a_refusal_without_a_code_has_refused_it_too()
    {
        using var server = new ScriptedSmtpServer(null, [Stamp, Line, "+OK", "USER", ".", Line, "-ERR wrong", Line]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Err), Login(client));
        Assert.Equal("wrong", client.Heard.Reply.Text);
    }

    [Fact]
    public void A_server_that_closes_after_a_wrong_password_has_refused_it()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", "USER", "SASL CRAM-MD5 PLAIN", ".",
            Line, "-ERR [AUTH] wrong", Line]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Err), Login(client));
        Assert.Equal("AUTH", client.Heard.Reply.Code);
        Assert.Equal(Fault.State, Say(client, one => one.Noop()).Fault);
    }

    [Theory]
    [InlineData("IN-USE")]
    [InlineData("SYS/TEMP")]
    [InlineData("LOGIN-DELAY")]
    public void Trouble_that_is_none_of_the_way_ends_the_login(string code)
    {
        using var server = new ScriptedSmtpServer(null, [Stamp, Line, "-ERR", Line, $"-ERR [{code}] later", Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Err), Login(client));
        Assert.True(client.Heard.Reply.IsTemporary);
        Assert.Equal(["CAPA", Apop], server.Lines);
    }

    [Theory]
    [InlineData(Pop3LoginLimits.NoApop | Pop3LoginLimits.NoSasl, "USER mrose")]
    [InlineData(Pop3LoginLimits.NoApop | Pop3LoginLimits.NoUser, "AUTH PLAIN AG1yb3NlAHRhbnN0YWFm")]
    [InlineData(Pop3LoginLimits.NoSasl | Pop3LoginLimits.NoUser, Apop)]
    public void What_may_not_be_used_is_not(Pop3LoginLimits limits, string said)
    {
        using var server = new ScriptedSmtpServer(
            null, [Stamp, Line, "+OK", "USER", "SASL PLAIN", ".", Line, "-ERR [SYS/PERM] no", Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Err), Login(client, limits));
        Assert.Equal(["CAPA", said], server.Lines);
    }

    [Fact]
    public void Nothing_that_may_be_used_is_no_login()
    {
        using var server = new ScriptedSmtpServer(null, [Stamp, Line, "+OK", "TOP", ".", Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.NotSupported, Login(client, Pop3LoginLimits.NoApop).Fault);
        Assert.Equal(["CAPA"], server.Lines);
    }

    [Fact]
    public void In_clear_text_nothing_goes_that_tells_the_password_save_by_leave()
    {
        // Beyond a proxy no server is on this machine.
        string[] script = [Stamp, Line, "+OK", "USER", "SASL PLAIN CRAM-MD5", ".", Line, "+OK", Hang];
        using var server = new ScriptedSmtpServer(null, script);
        using var proxy = new ScriptedProxy(
            new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, server.Port), 3, new byte[] { 5, 0 }, 10,
            new byte[] { 5, 0, 0, 1, 0, 0, 0, 0, 0, 0 }, ScriptedProxy.Relay);
        using Pop3Client client = _place.Connected(
            server, new ClientSetup { Proxy = $"socks5://127.0.0.1:{proxy.Port}" });
        Assert.Equal(Fault.Tls, Login(client).Fault);
        Assert.Equal(Fault.Tls, Say(client, one => one.Pass("tanstaaf")).Fault);
        Assert.Equal(Fault.Tls, Say(client, one => one.Apop("mrose", "tanstaaf")).Fault);
        Assert.Equal(Fault.Tls, Say(client, one => one.Auth(null, "mrose", "tanstaaf")).Fault);
        Assert.Equal(["CAPA"], server.Lines);
        Assert.Equal((Fault.None, Pop3Status.Ok), Login(client, Pop3LoginLimits.ClearPassword));
        Assert.Equal(["CAPA", Apop], server.Lines);
    }

    [Fact]
    public void An_exchange_that_the_server_breaks_is_cancelled_and_the_connection_stays()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", "SASL SCRAM-SHA-256 PLAIN", ".", Line,
            "+ bm9uc2Vuc2U=", Line, "-ERR cancelled", Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.Protocol, Say(client, one => one.Auth(null, "mrose", "tanstaaf")).Fault);
        Assert.Equal(ClientStage.Auth, client.Failure!.Stage);
        Assert.Equal("*", server.Lines[^1]);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
    }

    [Fact]
    public void A_server_that_does_not_prove_the_password_is_left()
    {
        using var server = new ScriptedSmtpServer(
            null, ["+OK", Line, "+OK", "SASL SCRAM-SHA-256", ".", Line, "+OK welcome", Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.Protocol, Login(client).Fault);
        Assert.Equal(Fault.State, Say(client, one => one.Noop()).Fault);
    }

    [Fact]
    public void Cram_md5_answers_the_challenge()
    {
        // RFC 2195 §2
        using var server = new ScriptedSmtpServer(null, ["+OK", Line,
            "+ PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+", Line, "+OK", Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Auth("CRAM-MD5", "tim", "tanstaaftanstaaf")));
        Assert.Equal(["AUTH CRAM-MD5", "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"], server.Lines);
        Assert.Equal("<1896.697170952@postoffice.reston.mci.net>", client.Heard.Challenge);
    }

    [Fact]
    public void A_long_initial_response_comes_after_an_empty_challenge()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+", Line, "+OK", Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Ok),
            Say(client, one => one.Auth("PLAIN", "mrose", new string('p', 200))));
        Assert.Equal("AUTH PLAIN", server.Lines[0]);
        Assert.Equal(276, server.Lines[1].Length);
    }

    [Fact]
    public void A_mechanism_of_the_hosts_own_goes_step_by_step()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+ bW9yZQ==", Line, "+OK", Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Challenge), Say(client, one => one.AuthRaw("X-OWN", "=")));
        Assert.Equal(("more", "bW9yZQ=="), (client.Heard.Challenge, client.Heard.Reply.Text));
        Assert.Equal(Fault.State, Say(client, one => one.Noop()).Fault);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.AuthRespond("eWVz")));
        Assert.Equal(Fault.State, Say(client, one => one.AuthRespond("eWVz")).Fault);
        Assert.Equal(["AUTH X-OWN =", "eWVz"], server.Lines);
    }

    [Fact]
    public void No_token_is_the_hosts_own_no()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", "SASL XOAUTH2", ".", Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.Cancelled, Say(client, one => one.AuthToken(null, "fred", () => null)).Fault);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.AuthToken(null, "fred", () => "token")));
        Assert.StartsWith("AUTH XOAUTH2 ", server.Lines[^1], StringComparison.Ordinal);
    }

    private static (Fault Fault, Pop3Status Status) Say(Pop3Client client, Func<Pop3Client, Fault> verb)
        => Pop3ClientPlace.Say(client, verb);

    private static (Fault Fault, Pop3Status Status) Login(
        Pop3Client client, Pop3LoginLimits limits = Pop3LoginLimits.None)
        => Say(client, one => one.Login("mrose", "tanstaaf", limits));
}
