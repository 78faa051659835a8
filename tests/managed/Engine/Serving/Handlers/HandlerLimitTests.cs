using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>What a verdict of a handler does not decide stays as it is without.</summary>
public class HandlerLimitTests
{
    [Theory]
    [InlineData("", "250 2.1.5 Recipient ok\r\n")]
    [InlineData("fake=ann@other.example", "421 ")]
    public void Whose_a_domain_is_says_nothing_for_a_client(string setting, string reply)
    {
        var table = new TestTable(HandlerSteps.Domain) { Answer = (_, _) => HandlerVerdict.Local };
        string[] settings = setting.Length > 0 ? [setting] : [];
        using var run = new HandlerRun(settings, ServerOptions.NoPort, SmtpProtocol.Smtp, table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Contains("\r\n" + reply, host.Send(HandlerRun.Begun + "RCPT TO:<ann@other.example>\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_postmaster_is_never_sent_on()
    {
        bool isLocal = false;
        var table = new TestTable(HandlerSteps.Domain | HandlerSteps.Lookup)
        {
            Answer = (step, _) =>
            {
                isLocal |= step == HandlerSteps.Lookup;
                return step == HandlerSteps.Domain ? HandlerVerdict.Forward : 0;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send(HandlerRun.Begun + "RCPT TO:<postmaster>\r\n");
        Assert.True(isLocal);
    }

    [Theory]
    [InlineData(HandlerVerdict.Error, "451 4.3.0 Cannot be told now, try again later\r\n")]
    [InlineData(HandlerVerdict.Reject, "334 ")]
    public void A_secret_that_cannot_be_told_now_is_no_wrong_password(int verdict, string reply)
    {
        var table = new TestTable(HandlerSteps.Secret) { Answer = (_, _) => verdict };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send("EHLO me\r\n");
        // RFC 7677 §3: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
        Assert.StartsWith(reply, host.Send("AUTH SCRAM-SHA-256 biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=\r\n"),
            StringComparison.Ordinal);
    }
}
