using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>Messages sent to the recipients' own servers, over loopback.</summary>
public class DirectSubmissionTests
{
    private static readonly RemoteTerms Terms = new() { HelloName = "client.example" };

    [Fact]
    public void Each_domain_is_reached_at_its_own_exchanger_and_each_recipient_is_final_once()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok", "550 5.1.1 nobody"), Plain("250 ok"));
        using var outbox = new Outbox { Rules = new RoutingRules { MxPort = 0 } };
        outbox.Rules = new RoutingRules { MxPort = server.Port };
        outbox.Dns.Mx("b.example", (10, "mx.b.example")).Addresses("mx.b.example", "127.0.0.1");
        var listener = new Outbox.Listener();
        Submission submission = Prepare(outbox, "a@b.example c@b.example d@gone.example", listener);
        submission.Start();
        submission.Wait();
        Assert.Equal([(SubmissionState.Done, "a@b.example"), (SubmissionState.Error, "c@b.example"), (SubmissionState.Error, "d@gone.example")],
            listener.Final.Select(one => (one.State, one.Recipient)).OrderBy(one => one.Recipient));
        Assert.Equal([Fault.None, Fault.Refused, Fault.NotFound], submission.Recipients.Select(one => one.Outcome!.Fault));
        Assert.Equal(["", "5.1.1", "5.1.2"], submission.Recipients.Select(one => one.Outcome!.Status.Replace("2.0.0", "")));
        Assert.Equal("mx.b.example", submission.Recipients[0].Outcome!.Host!.Name);
        Assert.Empty(listener.Offences);
    }

    private static Submission Prepare(Outbox outbox, string to, ISubmissionObserver? observer = null, string text = "Subject: x\n\nhello\n")
    {
        var request = new SubmissionRequest { Way = SubmissionWay.Direct, From = Outbox.Address("ann@a.example"), Recipients = Outbox.Recipients(to) };
        return outbox.Prepare(request, outbox.TextOf(text), Terms, observer);
    }
}
