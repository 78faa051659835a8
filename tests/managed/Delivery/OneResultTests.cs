using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Queue;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Reports;
using MailModule.Delivery.Routing;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Tests.Delivery.Outgoing;
using MailModule.Tests.Delivery.Queue;
using MailModule.Tests.Delivery.Reports;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery;

/// <summary>
/// What a server said to a recipient, followed from the wire to all who are told of it: one object, nothing lost.
/// </summary>
public class OneResultTests
{
    private const string Refusal = "550-5.7.1 We know you.\r\n550-5.7.1 We do not want this.\r\n550 5.7.1 Go away.";

    private static readonly string[] s_refusing =
        ["220 hello", Line, "250-server\r\n250 STARTTLS", Line, "220 go", StartTls, Line, "250 server", Line, "250 ok",
            Line, Refusal, Line, "221 bye"];

    private static readonly RemoteOptions s_options = new()
    {
        HelloName = "client.example",
        StartTls = StartTlsUse.Required,
    };

    [Fact]
    public void The_queue_tells_a_reply_with_all_its_lines_in_event_view_and_dsn()
    {
        using var server = new ScriptedSmtpServer(Loop.Certificate, s_refusing);
        using Outbox outbox = OutboxTo(server);
        var reports = new DsnSpool();
        var told = new WatchedDsnSender(NewDsnSender(reports, outbox));
        using var bounced = new ManualResetEventSlim();
        QueueEvent? heard = null;
        using (MailQueue queue = NewQueue(outbox, told))
        {
            queue.SetListener(one =>
            {
                heard = one;
                if (one.Kind == QueueEventKind.Bounced)
                    bounced.Set();
            });
            queue.Start();
            queue.Enqueue(new QueueSpool.Entry("m1", DateTimeOffset.UtcNow, Notify.Default, "bob@b.example"));
            Assert.True(bounced.Wait(Outbox.Long));
        }
        AttemptResult result = heard!.Result!;
        CheckRefusal(result);
        Assert.Equal("550 5.7.1 We know you.\n550 5.7.1 We do not want this.\n550 5.7.1 Go away.", result.Text);
        Assert.Equal(("5.7.1", "mx.b.example"), (result.Status, result.Speaker));
        Assert.Same(result, Assert.Single(told.Recipients).Result);
        IReadOnlyList<(string Name, string Value)> fields =
            Assert.Single(DsnCheck.Strictly(Assert.Single(reports.Messages)).Recipients);
        Assert.Contains(("Status", "5.7.1"), fields);
        Assert.Contains(("Remote-MTA", "dns; mx.b.example"), fields);
        Assert.Contains(("Diagnostic-Code", $"smtp; {result.Text.Replace('\n', ' ')}"), fields);
    }

    [Fact]
    public void A_sending_tells_a_reply_with_all_its_lines()
    {
        using var server = new ScriptedSmtpServer(Loop.Certificate, s_refusing);
        using Outbox outbox = OutboxTo(server);
        Submission submission = Prepare(outbox, null, "bob@b.example");
        submission.Start();
        submission.Wait();
        SubmittedRecipientView view = SubmittedRecipientView.Of(submission.Recipients[0]);
        Assert.Equal((SubmissionState.Failed, 1, ""), (view.State, view.Attempts, view.QueueId));
        CheckRefusal(view.Result!);
        Assert.Equal("We know you.\nWe do not want this.\nGo away.", view.Result!.Words);
    }

    [Fact]
    public void Two_recipients_of_one_address_in_a_sending_share_an_answer_and_are_told_apart_by_their_place()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok", "550 5.1.1 nobody"));
        using Outbox outbox = OutboxTo(server);
        var listener = new Outbox.Listener();
        RemoteOptions clear = s_options with { StartTls = StartTlsUse.Never };
        Submission submission =
            Prepare(outbox, listener, clear, "bob@b.example", "no@b.example", "bob@b.example", "no@b.example");
        submission.Start();
        submission.Wait();
        SubmissionState[] states =
            [SubmissionState.Done, SubmissionState.Failed, SubmissionState.Done, SubmissionState.Failed];
        Assert.Equal(states, submission.Recipients.Select(one => one.State));
        Assert.Equal(states.Index().Select(one => (one.Item, one.Index)),
            listener.Final.Select(one => (one.State, one.Recipient)).OrderBy(one => one.Recipient));
        Assert.Equal([250, 550, 250, 550], submission.Recipients.Select(one => one.Result!.ReplyCode));
        Assert.Equal(states.Index(),
            submission.Recipients.Select(SubmittedRecipientView.Of).Select(one => (one.Index, one.State)));
        Assert.Equal(2, server.Lines.Count(line => line.StartsWith("RCPT", StringComparison.Ordinal)));
        Assert.Empty(listener.Offences);
    }

    [Fact]
    public void Two_recipients_of_one_address_in_the_queue_share_an_answer_and_are_told_apart_by_their_place()
    {
        using var bench = new QueueBench();
        var heard = new List<QueueEvent>();
        using var all = new CountdownEvent(5); // queued three times, delivered twice
        bench.Queue.SetListener(one =>
        {
            heard.Add(one);
            all.Signal();
        });
        var asked = new List<string>();
        bench.Network.Answers["one.test"] = address =>
        {
            asked.Add(address);
            return address == "no@one.test" ? new Reply(550, "5.1.1", "not this one") : 250;
        };
        bench.Dsns.Fault = Fault.Full;
        bench.Add("m1", "me@here.test", "a@one.test", "no@one.test", "a@one.test");
        bench.Turn();
        Assert.Equal(["a@one.test", "no@one.test"], asked);
        Assert.Equal(["m1 1 3 soon"], bench.Spool.Marks);
        Assert.Equal([(1, QueueState.Done, 250), (2, QueueState.Failed, 550), (3, QueueState.Done, 250)],
            new[] { 0, 1, 2 }.Select(i => bench.Find("m1", i))
                .Select(one => (one.Index, one.State, one.Result!.ReplyCode)));
        Assert.True(all.Wait(Outbox.Long));
        Assert.Equal(
            [(1, QueueEventKind.Queued), (2, QueueEventKind.Queued), (3, QueueEventKind.Queued),
                (1, QueueEventKind.Delivered), (3, QueueEventKind.Delivered)],
            heard.Select(one => (one.Index, one.Kind)));
    }

    [Fact]
    public void A_note_has_of_a_result_what_it_always_had()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => new Reply(451, "4.7.1", "not", "now");
        DateTimeOffset now = bench.Clock.GetUtcNow();
        QueueSpool.Entry entry = bench.Add("m1", "a@one.test");
        using var octets = new MemoryStream();
        using var writer = new BinaryWriter(octets, Encoding.UTF8);
        writer.Write([1, 0, 1, 0, 1]); // version, flags, count, index, attempts
        writer.Write((now + TimeSpan.FromMinutes(1)).UtcTicks);
        writer.Write([0, 1, 1, (byte)Fault.RefusedTemporary]); // not for good, a result, deferred
        writer.Write7BitEncodedInt(451);
        foreach (string text in new[] { "4.7.1", "451 4.7.1 not\n451 4.7.1 now", "mx.one.test", "" })
            writer.Write(text);
        writer.Write(now.UtcTicks);
        writer.Flush();
        Assert.Equal(octets.ToArray(), entry.Note.ToArray());
    }

    private static void CheckRefusal(AttemptResult result)
    {
        Assert.Equal(["We know you.", "We do not want this.", "Go away."], result.Reply!.Lines);
        Assert.Equal((550, "5.7.1", Fault.RefusedPermanent), (result.ReplyCode, result.Enhanced, result.Fault));
        Assert.Equal((SmtpStage.Rcpt, AttemptResultKind.Failed), (result.Stage, result.Kind));
        Assert.Equal(("mx.b.example", "127.0.0.1"), (result.Host, result.Address!.Address.ToString()));
        Assert.StartsWith("TLSv1.", result.Tls, StringComparison.Ordinal);
        Assert.False(result.IsVerified);
    }

    private static Outbox OutboxTo(ScriptedSmtpServer server)
    {
        var outbox = new Outbox { Rules = Outbox.ToLoopback(server.Port) };
        outbox.Dns.Mx("b.example", (10, "mx.b.example")).Addresses("mx.b.example", "127.0.0.1");
        return outbox;
    }

    private static Submission Prepare(Outbox outbox, ISubmissionObserver? observer, params string[] to)
        => Prepare(outbox, observer, s_options, to);

    private static Submission Prepare(
        Outbox outbox, ISubmissionObserver? observer, RemoteOptions options, params string[] to)
    {
        var request = new SubmissionRequest
        {
            Route = SubmissionRoute.Direct,
            From = Outbox.Address("ann@a.example"),
            Recipients = [.. to.Select(one => new SubmittedRecipient(new Recipient(Outbox.Address(one), null), null))],
        };
        return outbox.Prepare(request, outbox.ContentOf("Subject: x\n\nhello\n"), options, observer);
    }

    private static MailQueue NewQueue(Outbox outbox, IDsnSender dsnSender)
    {
        IRouter router = outbox.NewRouter();
        return new MailQueue(new QueueDependencies
        {
            Spool = new QueueSpool([]),
            RemoteDelivery = outbox.NewRemoteDelivery(router, s_options),
            DsnSender = dsnSender,
            Workers = outbox.Workers,
            NextHopOf = router.NextHopOf,
            ContentOf = entry => new RemoteContent(entry, outbox.Workers, Log.None),
            VerdictOf = _ => default,
        });
    }

    private static DsnSender NewDsnSender(ISpool spool, Outbox outbox) => new(new DsnDependencies
    {
        Spool = spool,
        Workers = outbox.Workers,
        HostName = () => "mail.example",
        VerdictOf = _ => new RelayVerdict(null, RelayRefusal.None),
    });

    /// <summary>Keeps whom it is about.</summary>
    private sealed class WatchedDsnSender(IDsnSender inner) : IDsnSender
    {
        public List<DsnRecipient> Recipients { get; } = [];

        public void Send(
            ISpoolEntry original, DsnKind kind, IReadOnlyList<DsnRecipient> recipients, Action<Fault> committed)
        {
            Recipients.AddRange(recipients);
            inner.Send(original, kind, recipients, committed);
        }
    }
}
