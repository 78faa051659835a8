using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Delivery.Signing;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>Messages of the host, signed before they leave, or as they go into the spool.</summary>
public class SignedSubmissionTests
{
    private const string Text = "From: ann@example.org\nTo: a@b.example\nSubject: x\n\nhello\n";
    private const string Signed = "Pass:rsa.example.org";
    private static readonly RemoteOptions s_options = new() { HelloName = "client.example" };
    private readonly SignedMail _mail = new();

    [Theory]
    [InlineData(SubmissionRoute.Direct)]
    [InlineData(SubmissionRoute.Server)]
    public void What_a_host_gets_is_signed_with_the_fields_that_were_added(SubmissionRoute route)
    {
        string sent = Sent(Text, route);
        Assert.Equal(Signed, _mail.Verify(sent));
        Assert.Equal(route == SubmissionRoute.Direct, sent.StartsWith("Received: ", StringComparison.Ordinal));
        Assert.Contains("\nDate: ", sent, StringComparison.Ordinal);
        Assert.Contains("\nMessage-ID: ", sent, StringComparison.Ordinal);
        Assert.EndsWith(Text, sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From: ann@else.example\n\nx\n")]
    [InlineData("Subject: x\n\nx\n")]
    [InlineData("no header\n")]
    public void A_named_server_gets_what_has_no_key_as_it_is(string text)
        => Assert.Equal(text, Sent(text, SubmissionRoute.Server));

    [Fact]
    public void A_named_server_gets_an_odd_header_as_it_is()
        => Assert.Equal("From ann Sat Nov 28 19:02:03 2026\n" + Text,
            Sent("From ann Sat Nov 28 19:02:03 2026\n" + Text, SubmissionRoute.Server));

    [Fact]
    public void An_odd_header_is_put_right_before_it_is_signed()
        => Assert.Equal(Signed,
            _mail.Verify(Sent("From ann Sat Nov 28 19:02:03 2026\n" + Text, SubmissionRoute.Direct)));

    [Theory]
    [InlineData(100)]
    [InlineData(300_000)]
    public void Eight_bit_text_is_encoded_before_it_is_signed(int length)
    {
        string text = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
            + Text + "Gr\u00fc\u00dfe\n" + string.Concat(Enumerable.Repeat("another line\n", length / 13));
        foreach (SubmissionRoute route in (SubmissionRoute[])[SubmissionRoute.Direct, SubmissionRoute.Server])
        {
            string sent = Sent(text, route);
            Assert.True(Ascii.IsValid(sent));
            Assert.Contains("Gr=C3=BC=C3=9Fe", sent, StringComparison.Ordinal);
            Assert.Equal(Signed, _mail.Verify(sent));
        }
        KeptSpool.Message kept = Queued(text);
        Assert.Equal((Signed, false), (_mail.Verify(kept.Text), kept.Envelope.EightBit));
    }

    [Fact]
    public void What_goes_into_the_spool_is_signed_behind_the_trace_fields()
    {
        string stored = Queued(Text).Text;
        Assert.Matches(@"\AReturn-Path: .*\r\nReceived: (.*\r\n[ \t])*.*\r\nDKIM-Signature: ", stored);
        Assert.Equal(Signed, _mail.Verify(stored));
    }

    /// <summary>RFC 8601 §5.</summary>
    [Theory]
    [InlineData(null, true)]
    [InlineData("mx.example", false)]
    public void Results_that_claim_to_be_ours_do_not_get_into_the_spool(string? ownId, bool isKept)
    {
        const string Forged = "Authentication-Results: MX.example;\n dmarc=pass header.from=bank.example\n";
        foreach (string text in (string[])[Forged + Text, Text.Replace("\n\n", "\n" + Forged + "\n"), Forged])
        {
            string stored = Queued(text, ownId).Text;
            Assert.Equal(isKept, stored.Contains("bank.example", StringComparison.Ordinal));
            Assert.Equal(text == Forged ? "none" : Signed, _mail.Verify(stored));
        }
    }

    [Fact]
    public void What_has_no_key_goes_into_the_spool_as_ever()
    {
        string stored = Queued(Text.Replace("example.org", "else.example", StringComparison.Ordinal)).Text;
        Assert.DoesNotContain("DKIM", stored, StringComparison.Ordinal);
        Assert.Contains("\nMessage-ID: <spool1@client.example>\r\n", stored, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_comes_from_the_host_later_is_gathered_and_then_signed()
    {
        using var outbox = new Outbox();
        var spool = new KeptSpool();
        Submission submission = outbox.Prepare(
            Request(SubmissionRoute.Queue), outbox.NewContent(), s_options, null, spool,
            content => content.Write(Encoding.UTF8.GetBytes(Text)), _mail.Options);
        submission.Start();
        submission.Wait();
        Assert.Equal(Signed, _mail.Verify(Assert.Single(spool.Messages).Text));
    }

    [Fact]
    public void A_key_that_cannot_be_used_costs_the_signature_and_not_the_message()
    {
        _mail.AddBroken("broken.example");
        string text = Text.Replace("example.org", "broken.example", StringComparison.Ordinal);
        Assert.Equal("none", _mail.Verify(Sent(text, SubmissionRoute.Direct)));
        Assert.Contains("goes unsigned", Assert.Single(_mail.Lines), StringComparison.Ordinal);
    }

    private static SubmissionRequest Request(SubmissionRoute route, int port = 0) => new()
    {
        Route = route,
        From = Outbox.Address("ann@example.org"),
        Recipients = Outbox.Recipients("a@b.example"),
        NextHop = route == SubmissionRoute.Server ? NextHop.OfHost("127.0.0.1", port) : "",
    };

    // With LF line ends.
    private string Sent(string text, SubmissionRoute route)
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = new Outbox { Rules = Outbox.ToLoopback(server.Port) };
        outbox.Dns.Addresses("b.example", "127.0.0.1");
        Submission submission = outbox.Prepare(
            Request(route, server.Port), outbox.ContentOf(text), s_options, signing: _mail.Options);
        submission.Start();
        submission.Wait();
        Assert.Equal((Fault.None, submission.OutcomeText), (submission.Outcome, submission.OutcomeText));
        string sent = Assert.Single(server.Texts);
        Assert.EndsWith("\r\n.\r\n", sent, StringComparison.Ordinal);
        return sent[..^3].Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private KeptSpool.Message Queued(string text, string? ownId = null)
    {
        using var outbox = new Outbox();
        var spool = new KeptSpool();
        Submission submission = outbox.Prepare(
            Request(SubmissionRoute.Queue), outbox.ContentOf(text), s_options, null, spool, signing: _mail.Options,
            ownId: ownId);
        submission.Start();
        submission.Wait();
        return Assert.Single(spool.Messages);
    }
}
