using System.Net;
using System.Net.Sockets;
using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Pooling;
using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using Submission = MailModule.Delivery.Outgoing.Submission;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>
/// A cancel about when the end of a message leaves: either it does not leave, or the result says that the message may
/// have been taken. The test is the way out.
/// </summary>
public sealed class CancelAtTheEndTests : IRemoteDelivery, IDeliveryAttempt, IDisposable
{
    private readonly Outbox _outbox = new();
    private readonly ManualResetEventSlim _hasBegun = new();
    private readonly Submission _submission;
    private IAttemptOwner _owner = null!;

    public CancelAtTheEndTests()
    {
        var request = new SubmissionRequest
        {
            Route = SubmissionRoute.Server,
            From = Outbox.Address("ann@a.example"),
            Recipients = Outbox.Recipients("bob@b.example, carl@c.example"),
            NextHop = "server.example",
        };
        var dependencies = new SubmissionDependencies
        {
            Workers = _outbox.Workers,
            RemoteDelivery = this,
            NextHopOf = (domain, _) => domain,
            HostName = "client.example",
        };
        _submission = new Submission(request, _outbox.ContentOf("x\n"), null, null, dependencies);
    }

    bool IDeliveryAttempt.WasReady => true;

    public void Dispose()
    {
        _owner?.Ended(this, ConnectionPool.NewEnd(Fault.Cancelled, "", "cancelled"));
        _outbox.Dispose();
        _hasBegun.Dispose();
    }

    [Fact]
    public void After_a_cancel_no_message_may_end()
    {
        SmtpClientTransaction transaction = Begin();
        _submission.Cancel();
        Assert.False(_owner.MayEnd(this, transaction, transaction.Open));
        AssertUnknown(false, false);
    }

    [Fact]
    public void A_cancel_behind_the_end_says_for_whom_the_message_may_be_taken()
    {
        SmtpClientTransaction transaction = Begin();
        transaction.ApplyRcptReply(0, new Reply(550, "5.1.1", "nobody"));
        Assert.True(_owner.MayEnd(this, transaction, transaction.Open));
        _submission.Cancel();
        AssertUnknown(false, true);
    }

    [Fact]
    public void A_cancel_between_the_answer_and_the_result_does_not_hide_that_the_message_was_taken()
    {
        SmtpClientTransaction transaction = Begin();
        Assert.True(_owner.MayEnd(this, transaction, transaction.Open));
        transaction.ApplyReply(new Reply(250, "2.0.0", "taken"), SmtpStage.EndOfData);
        _submission.Cancel();
        _owner.Completed(this, transaction);
        AssertUnknown(true, true);
    }

    [Fact]
    public void What_came_back_untried_is_not_thought_to_be_taken()
    {
        SmtpClientTransaction transaction = Begin();
        Assert.True(_owner.MayEnd(this, transaction, transaction.Open));
        _owner.Returned(this, transaction);
        _submission.Cancel();
        AssertUnknown(false, false);
    }

    /// <summary>The way out hears of a cancel when the recipients have their results, and not before.</summary>
    [Fact]
    public void The_final_dot_does_not_leave_once_a_result_says_that_nothing_was_taken()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        using var isCancelled = new ManualResetEventSlim();
        using var isSeen = new ManualResetEventSlim();
        listener.Start();
        Submission submission = _outbox.Prepare("x\n", ((IPEndPoint)listener.LocalEndpoint).Port);
        submission.Completed += _ =>
        {
            isCancelled.Set();
            isSeen.Wait(Outbox.Long);
        };
        submission.Start();
        using TcpClient server = listener.AcceptTcpClient();
        server.ReceiveTimeout = (int)Outbox.Long.TotalMilliseconds;
        using var reader = new StreamReader(server.GetStream());
        foreach (string reply in (string[])["220 hello", "250 server", "250 ok", "250 ok"])
        {
            server.GetStream().Write(System.Text.Encoding.ASCII.GetBytes(reply + "\r\n"));
            Assert.NotNull(reader.ReadLine());
        }
        var cancel = new Thread(submission.Cancel);
        cancel.Start();
        Assert.True(isCancelled.Wait(Outbox.Long));
        Assert.False(submission.Recipients[0].Result!.IsUnknown);
        server.GetStream().Write("354 go\r\n"u8);
        var text = new List<string>();
        while (text.LastOrDefault() != "." && reader.ReadLine() is { } line)
            text.Add(line);
        isSeen.Set();
        cancel.Join();
        Assert.DoesNotContain(".", text);
    }

    IDeliveryAttempt IRemoteDelivery.Begin(string nextHop, IAttemptOwner owner)
    {
        _owner = owner;
        _hasBegun.Set();
        return this;
    }

    void IDeliveryAttempt.Cancel()
    {
    }

    void IDeliveryAttempt.GiveUpWaiting()
    {
    }

    private SmtpClientTransaction Begin()
    {
        _submission.Start();
        Assert.True(_hasBegun.Wait(Outbox.Long));
        return _owner.NextTransaction(this)!;
    }

    private void AssertUnknown(params bool[] expected)
    {
        Assert.Equal(expected, _submission.Recipients.Select(one => one.Result!.IsUnknown));
        Assert.All(_submission.Recipients, one => Assert.Equal(Fault.Cancelled, one.Result!.Fault));
    }
}
