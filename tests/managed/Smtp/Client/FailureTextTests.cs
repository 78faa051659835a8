using System.Net;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Client;

public class FailureTextTests
{
    private static readonly RemoteHost s_host = HostOf("mx.b.example");

    [Fact]
    public void A_hello_is_told_by_the_one_that_was_said()
    {
        foreach (string verb in (string[])["EHLO", "HELO", "LHLO"])
        {
            VerbByVerb caller = new();
            caller.Hear("220 hello\n");
            caller.Say(output => Hello(caller.Dialogue, verb, output));
            caller.Dialogue.Expire(ExpiryReason.Idle);
            Assert.Equal(
                (verb, $"no answer to {verb} in time"), (caller.Dialogue.StageName, caller.Dialogue.End!.Text));
        }

        static void Hello(SmtpDialogue smtp, string verb, Output output)
        {
            if (verb == "EHLO")
                smtp.Ehlo("a.example", output);
            else if (verb == "HELO")
                smtp.Helo("a.example", output);
            else
                smtp.Lhlo("a.example", output);
        }
    }

    [Fact]
    public void The_words_of_the_host_stand_with_host_stage_and_code()
    {
        var reply = new Reply(550, "5.1.1", "no such user", "at all");
        Assert.Equal(
            "mx.b.example (192.0.2.1:25) at RCPT: 550 5.1.1 no such user / 550 5.1.1 at all",
            FailureText.Of(AttemptResult.Of(reply, Fault.RefusedPermanent, SmtpStage.Rcpt, s_host)));
    }

    [Fact]
    public void A_host_that_is_an_address_stands_once()
        => Assert.StartsWith(
            "192.0.2.1:25 at the end of DATA: 554 no",
            FailureText.Of(AttemptResult.Of(
                new Reply(554, "", "no"), Fault.RefusedPermanent, SmtpStage.EndOfData, HostOf("192.0.2.1"))),
            StringComparison.Ordinal);

    [Fact]
    public void What_we_refuse_ourselves_is_not_put_into_the_mouth_of_a_host()
        => Assert.Equal(
            "refused by this engine, no other host was asked: 550 5.1.1 No such user here",
            FailureText.Of(AttemptResult.Of(
                new Reply(550, "5.1.1", "No such user here"), Fault.RefusedPermanent, SmtpStage.Rcpt, null)));

    [Theory]
    [InlineData(SmtpStage.Data, "mx.b.example (192.0.2.1:25) at DATA: the connection was lost")]
    [InlineData(SmtpStage.Greeting, "mx.b.example (192.0.2.1:25): the connection was lost")]
    internal void Where_no_host_said_anything_it_is_told_what_happened_and_where(SmtpStage stage, string expected)
        => Assert.Equal(expected, FailureText.Of(AttemptResult.Of(Fault.Closed, stage, s_host)));

    [Fact]
    public void Where_there_was_no_host_what_happened_stands_alone()
        => Assert.Equal(
            "the spool is full", FailureText.Of(AttemptResult.OfThisHost(Fault.Full, "4.3.1", "the spool is full")));

    [Fact]
    public void Every_stage_and_every_fault_has_words()
    {
        foreach (SmtpStage stage in Enum.GetValues<SmtpStage>())
            Assert.NotEmpty(FailureText.NameOf(stage));
        string[] words = [.. Enum.GetValues<Fault>().Select(FaultWords.Of)];
        Assert.Equal(words.Length, words.Distinct().Count());
    }

    private static RemoteHost HostOf(string name)
        => new(name, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 25), null, IsVerified: false, OffersDsn: false);
}
