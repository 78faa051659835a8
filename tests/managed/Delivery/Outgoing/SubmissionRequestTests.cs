using MailModule.Delivery.Outgoing;
using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Tests.Delivery.Outgoing;

public class SubmissionRequestTests
{
    [Theory]
    [InlineData("ann@a.example", null)]
    [InlineData("x@b.example", null)]
    [InlineData("nobody@a.example", "550 5.1.1 No such user here")]
    [InlineData("one@a.example", "550 5.4.6 Mail loop: this address leads to itself alone")]
    [InlineData("all@a.example", null)]
    public void A_recipient_that_can_reach_nobody_is_refused_as_at_rcpt(string address, string? refusal)
    {
        var domains = new LocalDomains(["a.example"], _ => false);
        Assert.True(Account.TryParse("ann;x;;PS", "/", out Account ann, out _));
        var policy = new RelayPolicy(new Accounts([ann], domains, "shs", "/nowhere"), domains, AddressRanges.Empty)
        {
            Lists = new MailingLists(
                [List("one@a.example;;two@a.example"), List("two@a.example;;one@a.example"),
                    List("all@a.example;;one@a.example,ann@a.example")]),
        };
        SubmittedRecipient recipient =
            SubmissionRequest.ResolveRecipient(new Recipient(Outbox.Address(address), null), policy);
        Assert.Equal(refusal, recipient.Refusal?.Join("\n"));
    }

    private static MailingList List(string text)
    {
        Assert.True(MailingList.TryParse(text, "/nowhere", out MailingList list, out string error), error);
        return list;
    }
}
