using System.Net;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Tests.Delivery.Remote;

namespace MailModule.Tests.Smtp.Client;

public class AttemptResultTests
{
    private static readonly RemoteHost s_host =
        new("mx.b.example", new IPEndPoint(IPAddress.Loopback, 25), "TLSv1.3", IsVerified: true, OffersDsn: false);

    [Theory]
    [InlineData(550, "5.1.1", Fault.RefusedPermanent, "5.1.1")]
    [InlineData(550, "", Fault.RefusedPermanent, "5.0.0")]
    [InlineData(451, "", Fault.RefusedTemporary, "4.0.0")]
    [InlineData(250, "", Fault.None, "2.0.0")]
    public void A_reply_without_a_status_gets_one_of_ours(int code, string enhanced, Fault fault, string status)
    {
        AttemptResult result =
            AttemptResult.Of(new Reply(code, enhanced, "said so"), fault, SmtpStage.EndOfData, s_host);
        Assert.Equal((status, enhanced), (result.Status, result.Enhanced));
        Assert.Equal(("mx.b.example", "TLSv1.3", true), (result.Speaker, result.Tls, result.IsVerified));
    }

    [Theory]
    [InlineData(SmtpStage.Rcpt, 452, "", true)]
    [InlineData(SmtpStage.Rcpt, 452, "4.5.3", true)]
    [InlineData(SmtpStage.Rcpt, 552, "", true)]
    [InlineData(SmtpStage.Rcpt, 552, "5.5.3", true)]
    [InlineData(SmtpStage.Rcpt, 452, "4.2.2", false)]
    [InlineData(SmtpStage.Rcpt, 552, "5.2.2", false)]
    [InlineData(SmtpStage.Rcpt, 450, "4.5.3", false)]
    [InlineData(SmtpStage.EndOfData, 552, "", false)]
    internal void Too_many_recipients_are_told_from_a_full_mailbox(
        SmtpStage stage, int code, string enhanced, bool isTooMany)
    {
        Fault fault = code < 500 ? Fault.RefusedTemporary : Fault.RefusedPermanent;
        AttemptResult result = AttemptResult.Of(new Reply(code, enhanced, "no"), fault, stage, s_host);
        Assert.Equal(isTooMany, AttemptResult.IsTooManyRecipients(result.Stage, result.Reply));
        Assert.Equal(isTooMany, result.BesideDelivered().IsLeftOver);
        Assert.Equal(isTooMany || code < 500 ? AttemptResultKind.Deferred : AttemptResultKind.Failed, result.Kind);
    }

    [Theory]
    [InlineData(450, "", false, Fault.RefusedTemporary)]
    [InlineData(550, "", true, Fault.RefusedPermanent)]
    [InlineData(552, "", true, Fault.RefusedTemporary)]
    [InlineData(552, "", false, Fault.RefusedPermanent)]
    [InlineData(552, "5.2.2", true, Fault.RefusedPermanent)]
    public void A_refusal_of_a_recipient_means_what_its_class_says_unless_it_was_one_too_many(
        int code, string enhanced, bool hasAccepted, Fault fault)
    {
        SmtpClientTransaction transaction = AttemptOwner.Transaction("hello\n", "a@b.example", "c@b.example");
        if (hasAccepted)
            transaction.ApplyRcptReply(0, new Reply(250, "", "ok"));
        transaction.ApplyRcptReply(1, new Reply(code, enhanced, "no"));
        Assert.Equal(fault, transaction.Results[1]!.Fault);
    }

    [Fact]
    public void What_is_given_up_keeps_the_status_that_it_had()
    {
        AttemptResult result = AttemptResult.Of(Fault.Closed, SmtpStage.Data, s_host);
        AttemptResult given = result.GivenUp();
        Assert.Equal((AttemptResultKind.Failed, "4.4.2", result.Text), (given.Kind, given.Status, given.Text));
        Assert.Same(given, given.GivenUp());
    }

    [Fact]
    public void Who_said_it_is_nobody_where_no_reply_decided()
    {
        AttemptResult lost = AttemptResult.Of(Fault.Closed, SmtpStage.Data, s_host);
        AttemptResult refused = AttemptResult.Of(
            new Reply(550, "", "no"), Fault.RefusedPermanent, SmtpStage.Data, s_host);
        Assert.Equal((false, "", "mx.b.example", 0), (lost.HasReply, lost.SaidBy, lost.Speaker, lost.ReplyCode));
        Assert.Equal((true, "mx.b.example", "mx.b.example"), (refused.HasReply, refused.SaidBy, refused.Speaker));
        AttemptResult kept = AttemptResult.Kept(lost.Kind, lost.Fault, 0, "4.4.2", lost.Text, lost.Speaker, null);
        Assert.Equal((false, ""), (kept.HasReply, kept.SaidBy));
    }

    [Fact]
    public void A_host_that_was_not_ready_for_mail_is_named_and_said_nothing()
    {
        var end = new AttemptResult { Kind = AttemptResultKind.Deferred, Fault = Fault.Timeout, RemoteHost = s_host };
        Assert.Equal(("mx.b.example: the host did not answer in time", "", "4.4.2"),
            (end.Text, end.Speaker, end.Status));
        Assert.Equal("the host did not answer in time", end.Words);
        Assert.Equal("mx.b.example is away", (end with { Happened = "mx.b.example is away" }).Text);
    }

    [Fact]
    public void A_long_reply_is_kept_with_the_text_that_is_told_alone()
    {
        string[] lines = [.. Enumerable.Repeat(new string('x', 500), 10)];
        AttemptResult said =
            AttemptResult.Of(new Reply(451, "4.7.1", lines), Fault.RefusedTemporary, SmtpStage.Rcpt, s_host);
        AttemptResult kept = said.Bounded();
        Assert.Null(kept.Reply);
        Assert.Equal((1024, said.Text, 451, "4.7.1"), (kept.Text.Length, kept.Text, kept.ReplyCode, kept.Status));
        Assert.Equal("mx.b.example", kept.Speaker);
        AttemptResult small = AttemptResult.Of(new Reply(451, "4.7.1", "a", "b"), Fault.RefusedTemporary,
            SmtpStage.Rcpt, s_host);
        Assert.Same(small, small.Bounded());
    }
}
