using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>What handlers say of single recipients of LMTP is said of these, and only where it is so.</summary>
public class LmtpHandlerTests
{
    private const string Message = "LHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<ann@mail.example>\r\n"
        + "RCPT TO:<bob@mail.example>\r\nDATA\r\ntext\r\n.\r\n";

    [Theory]
    [InlineData(HandlerVerdict.Reject, "554 5.7.1 Message refused")]
    [InlineData(HandlerVerdict.Error, "451 4.3.0 Cannot be told now, try again later")]
    public void Who_is_told_that_he_has_a_message_has_it(int verdict, string reply)
    {
        string replies = Talk((step, session) =>
        {
            if (step != HandlerSteps.Message)
                return 0;
            Assert.Equal(Fault.Argument, session.SetRecipientReply(0, 354, null, "x"));
            Assert.Equal(Fault.None, session.SetRecipientReply(0, 250, null, "here it is"));
            Assert.Equal(Fault.None, session.SetRecipientReply(1, 452, "4.2.2", "full"));
            return verdict;
        });
        Assert.EndsWith($"\r\n{reply}\r\n452 4.2.2 full\r\n", replies, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reply_keeps_to_its_recipient_when_another_is_taken_out()
    {
        string replies = Talk((step, session) =>
        {
            if (step == HandlerSteps.Data)
                Assert.Equal(Fault.None, session.RemoveRecipient(0));
            else if (step == HandlerSteps.Message)
                Assert.Equal(Fault.None, session.SetRecipientReply(0, 552, "5.2.2", "full"));
            return step == HandlerSteps.Message ? HandlerVerdict.Done : 0;
        });
        Assert.EndsWith("\r\n250 2.6.0 Message accepted\r\n552 5.2.2 full\r\n", replies, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipient_of_the_host_does_not_share_the_lot_of_another()
    {
        int count = 0;
        string replies = Talk((step, session) =>
        {
            if (step == HandlerSteps.Message)
                Assert.Equal(Fault.None, session.SetRecipientReply(0, 552, "5.2.2", "full"));
            bool isOfHost = step == HandlerSteps.Message || (step == HandlerSteps.Rcpt && count++ == 0);
            return isOfHost ? HandlerVerdict.Done : 0;
        });
        Assert.EndsWith("\r\n250 2.6.0 Message accepted\r\n552 5.2.2 full\r\n", replies, StringComparison.Ordinal);
    }

    private static string Talk(Func<HandlerSteps, IHandlerSession, int> answer)
    {
        var table = new TestTable(HandlerSteps.Rcpt | HandlerSteps.Data | HandlerSteps.Message) { Answer = answer };
        using var run = new HandlerRun(["user=bob;secret;;PS"], ServerOptions.NoPort, SmtpProtocol.Smtp, table);
        using SteppedHost host = run.Connect(protocol: SmtpProtocol.Lmtp);
        host.Send("");
        return host.Send(Message);
    }
}
