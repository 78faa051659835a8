using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>What a host hears of us, by who it is and how we come to it.</summary>
public class HostConnectorTests
{
    [Theory]
    [InlineData("554 5.3.2 not now")]
    [InlineData("220 hello", Line, "550 5.7.1 not you", Line, "550 5.7.1 not you")]
    public void What_a_smarthost_says_before_a_message_is_not_final(params string[] script)
    {
        using var server = new ScriptedSmtpServer(null, script);
        using var hosts = new LoopbackHosts();
        foreach (bool isNamed in (bool[])[false, true])
        {
            var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
            RouteHost host = LoopbackHosts.Host("smart", server) with { IsNamed = isNamed };
            AttemptResult end = hosts.Run(owner, host);
            Assert.Equal(isNamed ? AttemptResultKind.Deferred : AttemptResultKind.Failed, end.Kind);
            Assert.Equal(Fault.RefusedPermanent, end.Fault);
            Assert.StartsWith("55", end.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("530 5.7.0 Authentication required", true)]
    [InlineData("530 5.7.0 Must issue a STARTTLS command first", true)]
    [InlineData("550 5.1.8 no such sender", false)]
    public void A_smarthost_that_wants_a_login_or_tls_makes_no_mail_come_back(string answer, bool isDeferred)
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, "250 server", Line, answer, Line, "221 bye"]);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        hosts.Run(new AttemptOwner(transaction), LoopbackHosts.Host("smart", server) with { IsNamed = true });
        Assert.Equal(isDeferred ? AttemptResultKind.Deferred : AttemptResultKind.Failed, transaction.Results[0]!.Kind);
    }
}
