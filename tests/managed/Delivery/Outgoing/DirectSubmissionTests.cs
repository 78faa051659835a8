using System.Text.RegularExpressions;
using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>Messages sent to the recipients' own servers, over loopback.</summary>
public class DirectSubmissionTests
{
    private const string Body = "Subject: x\n\nhello\n";
    private static readonly RemoteOptions s_options = new() { HelloName = "client.example" };

    [Fact]
    public void Each_domain_is_reached_at_its_own_exchanger_and_each_recipient_is_final_once()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok", "550 5.1.1 nobody"));
        using var outbox = OutboxTo(server);
        outbox.Dns.Mx("b.example", (10, "mx.b.example")).Addresses("mx.b.example", "127.0.0.1");
        var listener = new Outbox.Listener();
        Submission submission = Prepare(outbox, "a@b.example c@B.example d@gone.example", listener);
        submission.Start();
        submission.Wait();
        Assert.Equal([(SubmissionState.Done, 0), (SubmissionState.Failed, 1), (SubmissionState.Failed, 2)],
            listener.Final.Select(one => (one.State, one.Recipient)).OrderBy(one => one.Recipient));
        Assert.Equal([(Fault.None, "2.0.0"), (Fault.RefusedPermanent, "5.1.1"), (Fault.NotFound, "5.1.2")],
            submission.Recipients.Select(one => (one.Result!.Fault, one.Result.Enhanced)));
        Assert.Equal("mx.b.example", submission.Recipients[0].Result!.Host);
        Assert.Equal([1, 1, 0], submission.Recipients.Select(one => one.Attempts));
        Assert.Equal(SubmissionState.FindHost, listener.All.First(one => one.Recipient == 2).State);
        Assert.Empty(listener.Offences);
    }

    [Fact]
    public void A_domain_that_is_slow_holds_up_no_other()
    {
        // Whichever comes first gets no answer.
        using var server = new ScriptedSmtpServer(null, [Hang], Plain("250 ok"));
        using var outbox = OutboxTo(server);
        outbox.Dns.Addresses("b.example", "127.0.0.1").Addresses("c.example", "127.0.0.1");
        using var isDone = new ManualResetEventSlim();
        var listener = new Outbox.Listener { Heard = state => Set(isDone, state == SubmissionState.Done) };
        Submission submission = Prepare(outbox, "a@b.example a@c.example", listener);
        submission.Start();
        Assert.True(isDone.Wait(Outbox.Long));
        Assert.True(server.HasHung.Wait(Outbox.Long));
        Assert.Equal(Fault.State, submission.Outcome);
        submission.Cancel();
        submission.Wait();
        Assert.Equal([SubmissionState.Done, SubmissionState.Failed], listener.Final.Select(one => one.State));
        Assert.Equal(Fault.Cancelled, submission.Outcome);
    }

    [Fact]
    public void A_smarthost_gets_the_mail_of_all_domains_on_one_connection()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok", "250 ok"));
        using var outbox = OutboxTo(server);
        outbox.Rules = new RoutingRules { Smarthost = NextHop.OfHost("127.0.0.1", server.Port) };
        Submission submission = Prepare(outbox, "a@b.example c@d.example");
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public void The_first_host_adds_what_a_message_must_have()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = OutboxTo(server);
        Submission submission = Prepare(outbox, "a@[127.0.0.1]");
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Matches(new Regex(
            @"^Received: by client\.example id [0-9a-f]{32}\r\n" +
            @"\tfor <a@\[127\.0\.0\.1\]>; \w{3}, \d\d \w{3} \d{4} [\d:]{8} [+-]\d{4}\r\n" +
            @"Date: \w{3}, .*\r\nMessage-ID: <[0-9a-f]{32}@client\.example>\r\nSubject: x\r\n\r\nhello\r\n\.\r\n$"),
            server.Texts.Single());
    }

    [Theory]
    [InlineData("Date: yesterday\nmessage-id: <mine>\n\nhello\n",
        "Date: yesterday\r\nmessage-id: <mine>\r\n\r\nhello\r\n")]
    [InlineData("hello, no header here\n", "Date: D\r\nMessage-ID: I\r\n\r\nhello, no header here\r\n")]
    [InlineData("\nhello\n", "Date: D\r\nMessage-ID: I\r\n\r\nhello\r\n")]
    [InlineData("", "Date: D\r\nMessage-ID: I\r\n\r\n")]
    public void What_the_sender_wrote_stays_as_it_is(string text, string sent)
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = OutboxTo(server);
        Submission submission = Prepare(outbox, "a@[127.0.0.1]", text: text);
        submission.Start();
        submission.Wait();
        string got = server.Texts.Single();
        got = got[(got.IndexOf("\r\n", got.IndexOf("; ", StringComparison.Ordinal), StringComparison.Ordinal) + 2)..];
        got = Regex.Replace(Regex.Replace(got, @"^Date: \w{3},.*\r\n", "Date: D\r\n"),
            @"^(Date: D\r\n)?Message-ID: <.{32}@client.example>\r\n", "$1Message-ID: I\r\n");
        Assert.Equal(sent + ".\r\n", got);
    }

    [Theory]
    [InlineData("From ann Sat Nov 28 19:02:03 2026\nSubject: x\n\nhello\n", "Subject: x\r\n\r\nhello\r\n")]
    [InlineData(" \nSubject: x\n\nhello\n", "Subject: x\r\n\r\nhello\r\n")]
    [InlineData(" hello\nmore\n", "\r\n hello\r\nmore\r\n")]
    [InlineData("Subject: x\n y\nhello\n", "Subject: x\r\n y\r\n\r\nhello\r\n")]
    [InlineData("From ann\r\nSubject: x\r\nhello", "Subject: x\r\n\r\nhello\r\n")]
    public void A_header_begins_and_ends_where_it_does(string text, string sent)
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = OutboxTo(server);
        Submission submission = Prepare(outbox, "a@[127.0.0.1]", text: text);
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        string got = server.Texts.Single();
        got = got[got.IndexOf("Message-ID: ", StringComparison.Ordinal)..];
        Assert.Equal(sent + ".\r\n", got[(got.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
    }

    [Fact]
    public void A_named_server_gets_the_text_as_it_is()
    {
        const string Text = "From ann\r\n hello\r\n";
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare(Text, server.Port);
        submission.Start();
        submission.Wait();
        Assert.Equal(Text + ".\r\n", server.Texts.Single());
    }

    [Fact]
    public void All_hosts_get_the_same_message()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"), Plain("250 ok"));
        using var outbox = OutboxTo(server);
        outbox.Dns.Addresses("b.example", "127.0.0.1").Addresses("c.example", "127.0.0.1");
        Submission submission = Prepare(outbox, "a@b.example a@c.example");
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal(2, server.Texts.Length);
        Assert.Single(server.Texts.Distinct());
        Assert.DoesNotContain("for <", server.Texts[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Our_own_users_mail_goes_into_the_spool_and_nobody_is_known_by_that_name()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = OutboxTo(server);
        var spool = new KeptSpool { IsSlow = true };
        var listener = new Outbox.Listener();
        SubmittedRecipient[] recipients =
        [
            .. Outbox.Recipients("far@[127.0.0.1]"),
            new(new Recipient(Outbox.Address("ann@a.example"), "ann"), null),
            new(new Recipient(Outbox.Address("nobody@a.example"), null),
                new MailModule.Smtp.Reply(550, "5.1.1", "No such user here")),
        ];
        var request = new SubmissionRequest
        {
            Route = SubmissionRoute.Direct,
            From = Outbox.Address("ann@a.example"),
            Recipients = recipients,
        };
        Submission submission = outbox.Prepare(request, outbox.ContentOf(Body), s_options, listener, spool);
        submission.Start();
        submission.Wait();
        KeptSpool.Message message = Assert.Single(spool.Messages);
        Assert.Equal([("ann@a.example", "ann")],
            message.Envelope.Recipients.Select(one => (one.Address.Text, one.Maildrop!)));
        Assert.StartsWith(
            "Return-Path: <ann@a.example>\r\nReceived: by client.example id spool1\r\n\tfor <ann@a.example>; ",
            message.Text, StringComparison.Ordinal);
        Assert.EndsWith(Body, message.Text, StringComparison.Ordinal);
        Assert.Equal([SubmissionState.Done, SubmissionState.Done, SubmissionState.Failed],
            submission.Recipients.Select(one => one.State));
        Assert.Contains((SubmissionState.Failed, 550, 2), listener.Final);
        Assert.Equal(3, listener.Final.Length);
        Assert.Empty(listener.Offences);
    }

    [Fact]
    public void More_recipients_than_a_server_must_take_go_in_several_transactions()
    {
        string[] second = [Line, "250 ok", .. Enumerable.Repeat((string[])[Line, "250 ok"], 50).SelectMany(one => one),
            Line, "354 go", Text, "250 taken", Line, "221 bye"];
        using var server = new ScriptedSmtpServer(
            null, [.. Plain([.. Enumerable.Repeat("250 ok", 100)])[..^2], .. second]);
        using var outbox = OutboxTo(server);
        outbox.Dns.Addresses("b.example", "127.0.0.1");
        Submission submission =
            Prepare(outbox, string.Join(' ', Enumerable.Range(0, 150).Select(i => $"u{i}@b.example")));
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal((1, 2), (server.Connections, server.Texts.Length));
    }

    [Fact]
    public void A_recipient_that_is_named_often_is_said_once_and_each_naming_has_its_result()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok", "250 ok"));
        using var outbox = OutboxTo(server);
        outbox.Dns.Addresses("b.example", "127.0.0.1");
        var listener = new Outbox.Listener();
        SubmittedRecipient[] recipients =
        [
            .. Enumerable.Range(0, 150).SelectMany(_ => Outbox.Recipients("a@b.example c@B.example")),
        ];
        var request = new SubmissionRequest
        {
            Route = SubmissionRoute.Direct,
            From = Outbox.Address("ann@a.example"),
            Recipients = recipients,
        };
        Submission submission = outbox.Prepare(request, outbox.ContentOf(Body), s_options, listener);
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal(["RCPT TO:<a@b.example>", "RCPT TO:<c@B.example>"],
            server.Lines.Where(line => line.StartsWith("RCPT", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(0, 300), listener.Final.Select(one => one.Recipient).Order());
    }

    [Theory]
    [InlineData("452 4.5.3 too many")]
    [InlineData("452 too many")]
    [InlineData("552 5.5.3 too many")]
    [InlineData("552 too many")]
    public void Recipients_beyond_what_a_server_takes_at_once_follow_in_the_next_transaction(string words)
    {
        using var server = new ScriptedSmtpServer(
            null, [.. Plain("250 ok", words)[..^2], Line, "250 ok", Line, "250 ok", Line, "354 go",
                Text, "250 taken", Line, "221 bye"]);
        using var outbox = OutboxTo(server);
        outbox.Dns.Addresses("b.example", "127.0.0.1");
        Submission submission = Prepare(outbox, "a@b.example b@b.example");
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal((1, 2), (server.Connections, server.Texts.Length));
    }

    [Fact]
    public void A_server_that_closes_after_each_message_is_asked_again()
    {
        string[] first = [.. Plain([.. Enumerable.Repeat("250 ok", 100)])[..^2], Line, "421 one is enough"];
        using var server = new ScriptedSmtpServer(null, first, Plain("250 ok"));
        using var outbox = OutboxTo(server);
        outbox.Dns.Addresses("b.example", "127.0.0.1");
        Submission submission =
            Prepare(outbox, string.Join(' ', Enumerable.Range(0, 101).Select(i => $"u{i}@b.example")));
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal(2, server.Connections);
    }

    private static Outbox OutboxTo(ScriptedSmtpServer server)
        => new() { Rules = Outbox.ToLoopback(server.Port) };

    private static Submission Prepare(
        Outbox outbox, string to, ISubmissionObserver? observer = null, string text = Body)
    {
        var request = new SubmissionRequest
        {
            Route = SubmissionRoute.Direct,
            From = Outbox.Address("ann@a.example"),
            Recipients = Outbox.Recipients(to),
        };
        return outbox.Prepare(request, outbox.ContentOf(text), s_options, observer);
    }

    private static void Set(ManualResetEventSlim what, bool isTime)
    {
        if (isTime)
            what.Set();
    }
}
