using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Tests.Dns;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>What lists in the DNS say of a client is there when handlers may decide by it.</summary>
public sealed class HandledZonesTests : IDisposable
{
    private const string Listed = "198.51.100.7", Trusted = "192.0.2.1";
    private const string Recipient = "RCPT TO:<ann@mail.example>\r\n";

    private readonly ManualResetEventSlim _mayAnswer = new();
    private readonly ScriptedDnsServer _server;
    private readonly List<string> _seen = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public HandledZonesTests() => _server = new ScriptedDnsServer(Answer);

    public void Dispose()
    {
        _mayAnswer.Set();
        _server.Dispose();
        _mayAnswer.Dispose();
    }

    [Theory]
    [InlineData(HandlerSteps.Mail, HandlerRun.Begun, "")]
    [InlineData(HandlerSteps.Rcpt, HandlerRun.Begun, Recipient)]
    [InlineData(HandlerSteps.Domain, HandlerRun.Begun, Recipient)]
    [InlineData(HandlerSteps.Lookup, HandlerRun.Begun, Recipient)]
    [InlineData(HandlerSteps.Data, HandlerRun.Begun + Recipient, "DATA\r\n")]
    [InlineData(HandlerSteps.Message, HandlerRun.Begun + Recipient + "DATA\r\n", "x\r\n.\r\n")]
    public void From_mail_on_a_step_waits_for_the_answers(HandlerSteps step, string before, string command)
    {
        using HandlerRun run = Run(step, "none");
        using SteppedHost host = run.Connect(Listed);
        host.Send("");
        host.Step(before + command);
        while (host.Wants == SteppedWant.Write)
            host.Step("");
        Assert.Equal(SteppedWant.Wait, host.Wants);
        Assert.Empty(_seen);
        _mayAnswer.Set();
        host.Send("");
        Assert.Equal(["bl.example Listed 127.0.0.4"], _seen);
    }

    [Theory]
    [InlineData("connect", "bl.example Listed 127.0.0.4")]
    [InlineData("data", "bl.example Unknown ")]
    public void A_connection_waits_where_lists_count_for_it(string stage, string expected)
    {
        using HandlerRun run = Run(HandlerSteps.Connect, stage);
        using SteppedHost host = run.Connect(Listed);
        host.Step("");
        Assert.Equal(stage == "connect", host.Wants == SteppedWant.Wait);
        _mayAnswer.Set();
        host.Send("");
        Assert.Equal([expected], _seen);
    }

    [Fact]
    public void Who_may_relay_does_not_wait_and_is_not_looked_up()
    {
        using HandlerRun run = Run(HandlerSteps.Mail, "none");
        using SteppedHost host = run.Connect(Trusted);
        host.Send("");
        Assert.Contains("\n250 2.1.0 ", host.Send(HandlerRun.Begun), StringComparison.Ordinal);
        Assert.Empty(_seen);
        Assert.Empty(_server.Questions);
    }

    [Fact]
    public void What_a_host_accepts_is_accepted_though_a_list_has_it()
    {
        _mayAnswer.Set();
        var table = new TestTable(HandlerSteps.Connect) { Answer = (_, _) => HandlerVerdict.Accept };
        using HandlerRun run = New(table, "connect");
        using SteppedHost host = run.Connect(Listed);
        Assert.Equal("220 mail.example ESMTP\r\n", host.Send(""));
    }

    private HandlerRun Run(HandlerSteps step, string stage) => New(new TestTable(step) { Answer = See }, stage);

    private HandlerRun New(TestTable table, string stage)
        => new(
            ["dnsbl=bl.example", $"dnsbl_stage={stage}", $"smtp_dns={_server.EndPoint}", "dnsbl_timeout=60"],
            ServerOptions.NoPort, SmtpProtocol.Smtp, table);

    private int See(HandlerSteps step, IHandlerSession session)
    {
        Assert.Equal(_thread, Environment.CurrentManagedThreadId);
        _seen.AddRange(session.Checks.Select(check => $"{check.Name} {check.Result} {check.Answer}"));
        return HandlerVerdict.Continue;
    }

    private void Answer(ReceivedQuery asked)
    {
        Assert.True(_mayAnswer.Wait(Loop.Long));
        if (asked.Name is "2.0.0.127.bl.example" or "7.100.51.198.bl.example")
            asked.Send(asked.Response().A(asked.Name, asked.Name[0] == '2' ? "127.0.0.2" : "127.0.0.4"));
        else
            asked.Send(asked.Response().Code(3));
    }
}
