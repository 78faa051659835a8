using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>Messages that go into the spool, for the queue.</summary>
public class QueuedSubmissionTests
{
    private static readonly RemoteOptions s_options = new() { HelloName = "client.example" };

    [Fact]
    public void One_message_holds_all_recipients_and_is_queued_when_it_is_durable()
    {
        using var outbox = new Outbox();
        using var gate = new ManualResetEventSlim();
        var spool = new KeptSpool { CommitGate = gate };
        var listener = new Outbox.Listener();
        Submission submission = Prepare(outbox, spool, listener);
        submission.Start();
        Assert.True(spool.IsCommitting.Wait(Outbox.Long));
        Assert.False(submission.WaitForOutcome(TimeSpan.Zero));
        Assert.Empty(listener.Final);
        gate.Set();
        submission.Wait();
        KeptSpool.Message message = Assert.Single(spool.Messages);
        Assert.Equal(["a@b.example", "c@d.example"], message.Envelope.Recipients.Select(one => one.Address.Text));
        Assert.Equal((Notify.Success, "rfc822;x@y"),
            (message.Envelope.Recipients[0].Notify, message.Envelope.Recipients[0].OriginalRecipient));
        Assert.Equal((ReturnContent.Headers, "mark"), (message.Envelope.Return, message.Envelope.EnvelopeId));
        Assert.Equal([(SubmissionState.Queued, 0), (SubmissionState.Queued, 1)],
            listener.Final.Select(one => (one.State, one.Recipient)));
        Assert.Equal(["spool1", "spool1"], submission.Recipients.Select(one => one.QueueId));
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Empty(listener.Offences);
    }

    [Fact]
    public void A_recipient_that_is_named_often_stands_there_once_and_each_naming_is_queued()
    {
        using var outbox = new Outbox();
        var spool = new KeptSpool();
        var request = new SubmissionRequest
        {
            Route = SubmissionRoute.Queue,
            From = Outbox.Address("ann@a.example"),
            Recipients = [.. Outbox.Recipients("a@b.example"), .. Outbox.Recipients("c@d.example"),
                .. Outbox.Recipients("a@B.example"), .. Outbox.Recipients("a@b.example")],
        };
        var listener = new Outbox.Listener();
        Submission submission = outbox.Prepare(request, outbox.ContentOf("x\n"), s_options, listener, spool);
        submission.Start();
        submission.Wait();
        Assert.Equal(["a@b.example", "c@d.example"],
            Assert.Single(spool.Messages).Envelope.Recipients.Select(one => one.Address.Text));
        Assert.All(submission.Recipients,
            one => Assert.Equal((SubmissionState.Queued, "spool1"), (one.State, one.QueueId)));
        Assert.Equal(4, listener.Final.Length);
    }

    [Fact]
    public void Eight_bits_and_addresses_outside_ascii_are_declared()
    {
        using var outbox = new Outbox();
        var spool = new KeptSpool();
        Submission submission = Prepare(outbox, spool, null, "caf\u00e9\n", "b\u00fc@b.example");
        submission.Start();
        submission.Wait();
        Assert.True(spool.Messages.Single().Envelope is { EightBit: true, Utf8: true });
    }

    [Theory]
    [InlineData("From ann Sat Nov 28 19:02:03 2026\nSubject: x\n\nhello\n", "Subject: x\n\nhello\n")]
    [InlineData("\thello\n", "\r\n\thello\n")]
    [InlineData("Subject: x\nhello\n", "Subject: x\n\r\nhello\n")]
    public void A_header_begins_and_ends_where_it_does(string text, string kept)
    {
        using var outbox = new Outbox();
        var spool = new KeptSpool();
        Submission submission = Prepare(outbox, spool, null, text);
        submission.Start();
        submission.Wait();
        string stored = spool.Messages.Single().Text;
        stored = stored[stored.IndexOf("Message-ID: ", StringComparison.Ordinal)..];
        Assert.Equal(kept, stored[(stored.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
    }

    [Fact]
    public void A_nul_of_the_host_program_does_not_reach_the_spool()
    {
        using var outbox = new Outbox();
        var spool = new KeptSpool();
        Submission submission = Prepare(outbox, spool, null, "a\0b\n\0\0.\nlast\n\0");
        submission.Start();
        submission.Wait();
        Assert.EndsWith("ab\n.\nlast\n", spool.Messages.Single().Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.Full, Fault.None)]
    [InlineData(Fault.None, Fault.Io)]
    public void What_the_disk_does_not_take_fails_for_all(Fault begin, Fault commit)
    {
        using var outbox = new Outbox();
        var spool = new KeptSpool { BeginFault = begin, CommitFault = commit };
        var listener = new Outbox.Listener();
        Submission submission = Prepare(outbox, spool, listener);
        submission.Start();
        submission.Wait();
        Fault fault = begin != Fault.None ? begin : commit;
        Assert.Equal(fault, submission.Outcome);
        Assert.Equal([(SubmissionState.Failed, -(long)fault, 0),
            (SubmissionState.Failed, -(long)fault, 1)], listener.Final);
        Assert.Empty(spool.Messages);
    }

    [Fact]
    public void A_cancel_does_not_wait_for_the_disk_and_says_that_the_message_may_be_there()
    {
        using var outbox = new Outbox();
        using var gate = new ManualResetEventSlim();
        var spool = new KeptSpool { CommitGate = gate };
        var listener = new Outbox.Listener();
        Submission submission = Prepare(outbox, spool, listener);
        submission.Start();
        Assert.True(spool.IsCommitting.Wait(Outbox.Long));
        submission.Cancel();
        submission.Wait();
        Assert.All(submission.Recipients,
            one => Assert.Equal((Fault.Cancelled, true), (one.Result!.Fault, one.Result.IsUnknown)));
        gate.Set();
        Assert.Equal(2, listener.Final.Length);
    }

    [Fact]
    public void A_cancel_before_the_commit_leaves_nothing()
    {
        using var outbox = new Outbox();
        var spool = new KeptSpool();
        using var gate = new ManualResetEventSlim();
        using var isAsked = new ManualResetEventSlim();
        Submission submission = Prepare(outbox, spool, null, fill: _ =>
        {
            isAsked.Set();
            gate.Wait();
            return Fault.None;
        });
        submission.Start();
        Assert.True(isAsked.Wait(Outbox.Long));
        submission.Cancel();
        submission.Wait();
        Assert.All(submission.Recipients,
            one => Assert.Equal((Fault.Cancelled, false), (one.Result!.Fault, one.Result.IsUnknown)));
        gate.Set();
        Assert.True(outbox.Workers.Stop(Outbox.Long));
        Assert.Empty(spool.Messages);
        Assert.False(spool.IsCommitting.IsSet);
    }

    [Fact]
    public void A_cancel_that_says_that_nothing_was_taken_leaves_nothing()
    {
        using var outbox = new Outbox();
        using var isBegun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var spool = new KeptSpool
        {
            AtBegin = () =>
            {
                isBegun.Set();
                gate.Wait();
            },
        };
        Submission submission = Prepare(outbox, spool, null);
        // Here the recipients have their results, and the group has not heard of the cancel.
        submission.Completed += _ =>
        {
            gate.Set();
            SpinWait.SpinUntil(() => spool.IsCommitting.IsSet || spool.Discarded > 0, Outbox.Long);
        };
        submission.Start();
        Assert.True(isBegun.Wait(Outbox.Long));
        submission.Cancel();
        Assert.All(submission.Recipients,
            one => Assert.Equal((Fault.Cancelled, false), (one.Result!.Fault, one.Result.IsUnknown)));
        Assert.False(spool.IsCommitting.IsSet);
        Assert.Equal(1, spool.Discarded);
    }

    private static Submission Prepare(
        Outbox outbox, KeptSpool spool, ISubmissionObserver? observer, string text = "x\n", string to = "a@b.example",
        Func<SubmissionContent, Fault>? fill = null)
    {
        var first = new Recipient(Outbox.Address(to), null)
        {
            Notify = Notify.Success,
            OriginalRecipient = "rfc822;x@y",
        };
        var request = new SubmissionRequest
        {
            Route = SubmissionRoute.Queue,
            From = Outbox.Address("ann@a.example"),
            Recipients = [new SubmittedRecipient(first, null), .. Outbox.Recipients("c@d.example")],
            Return = ReturnContent.Headers,
            EnvelopeId = "mark",
        };
        return outbox.Prepare(
            request, fill is null ? outbox.ContentOf(text) : outbox.NewContent(), s_options, observer, spool, fill);
    }
}
