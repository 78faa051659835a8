using MailModule.Mail;
using MailModule.Smtp.Client;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

public class SameAddressesTests
{
    private const string Plain = "250 server.example\n";
    private const string Pipelining = "250-server.example\n250-PIPELINING\n250 SIZE 1000\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_address_is_said_once_and_its_answer_is_for_all_who_have_it(bool pipelined)
    {
        SmtpClientTransaction message = Message(
            "x\n", "bob@b.example", "no@b.example", "bob@B.EXAMPLE", "no@b.example", "bob@b.example", "Bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        string said = server.Say(pipelined ? Pipelining : Plain);
        foreach (string reply in (string[])["250 ok\n", "250 ok\n", "550 5.1.1 no\n", "250 ok\n"])
            said += server.Say(reply);
        Assert.Equal("RCPT TO:<bob@b.example> RCPT TO:<no@b.example> RCPT TO:<Bob@b.example>",
            string.Join(' ', said.Split('\n').Where(line => line.StartsWith("RCPT", StringComparison.Ordinal))));
        server.Say("354 go\n");
        server.Say("250 2.0.0 taken\n");
        Assert.Equal([true, false, true, false, true, true], Enumerable.Range(0, 6).Select(message.IsDelivered));
        Assert.Equal("5.1.1", message.Results[3]!.Enhanced);
    }

    [Theory]
    [InlineData(Notify.Default, Notify.Default, Notify.Default)]
    [InlineData(Notify.Never, Notify.Success, Notify.Success)]
    [InlineData(Notify.Failure, Notify.Never, Notify.Failure)]
    [InlineData(Notify.Never, Notify.Default, Notify.Default)]
    [InlineData(Notify.Default, Notify.Success, Notify.Success | Notify.Failure | Notify.Delay)]
    [InlineData(Notify.Failure, Notify.Success, Notify.Success | Notify.Failure)]
    public void An_address_is_said_with_the_reports_that_any_of_its_namings_wants(
        Notify first, Notify second, Notify said)
    {
        Recipient bob = new(Address("bob@b.example"), null);
        Recipient[] recipients =
            [bob with { Notify = first }, bob with { Notify = second, OriginalRecipient = "rfc822;x@y" }];
        var message = new SmtpClientTransaction(Address("ann@a.example"), recipients, new TextOf("x\n"));
        Assert.Equal((said, "rfc822;x@y"), (message.ToSay(0).Notify, message.ToSay(0).OriginalRecipient));
        Assert.Equal((false, true), (message.IsSaidBefore(0), message.IsSaidBefore(1)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100)]
    public void An_address_that_stands_among_many_is_found_again(int count)
    {
        string[] to = [.. Enumerable.Range(0, count).Select(i => $"u{i}@b.example"), $"u{count - 1}@b.example"];
        SmtpClientTransaction message = Message("x\n", to);
        Assert.Equal([count], Enumerable.Range(0, count + 1).Where(message.IsSaidBefore));
    }
}
