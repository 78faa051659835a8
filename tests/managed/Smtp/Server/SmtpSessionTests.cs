using System.Text;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Smtp.Server;
using MailModule.Tests.Lines;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Server;

public class SmtpSessionTests
{
    private const string Transaction = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n";

    /// <summary>
    /// RFC 3207 §4.2: what came with STARTTLS in one piece must not be heard, before or after the handshake.
    /// </summary>
    [Fact]
    public void What_is_pipelined_after_starttls_is_never_answered()
    {
        var harness = new SmtpHarness(new SmtpServerOptions { OfferStartTls = true });
        string received = harness.Send("EHLO c\r\nSTARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@b>\r\nRCPT TO:<c@d>\r\n");
        Assert.EndsWith("220 2.0.0 Ready to start TLS\r\n", received);
        Assert.Equal("", harness.Session.Helo);
        Assert.Equal("503 5.5.1 Send EHLO or HELO first\r\n", harness.Send("MAIL FROM:<a@b>\r\n"));
        Assert.Empty(harness.Backend.Calls);
    }

    [Fact]
    public void Starttls_forgets_the_login()
    {
        var harness = new SmtpHarness(
            new SmtpServerOptions { OfferStartTls = true, OfferAuth = true, PlainAuthWithoutTls = true });
        harness.Send("EHLO c\r\nAUTH PLAIN AHVzZXIAc2VjcmV0\r\n");
        Assert.Equal(("user", "secret"), (harness.Session.AuthenticatedUser, harness.Session.AuthenticatedPassword));
        harness.Send("STARTTLS\r\n");
        Assert.True(harness.Session is { IsTls: true, SaidEhlo: false });
        Assert.True(harness.Session is { AuthenticatedUser: null, AuthenticatedPassword: null });
    }

    [Fact]
    public void A_failed_login_leaves_no_password_behind()
    {
        var harness = new SmtpHarness(new SmtpServerOptions { OfferAuth = true, PlainAuthWithoutTls = true });
        harness.Send("EHLO c\r\nAUTH PLAIN AHVzZXIAd3Jvbmc=\r\n");
        Assert.True(harness.Session is { AuthenticatedUser: null, AuthenticatedPassword: null });
    }

    [Fact]
    public void The_envelope_says_who_sent_what()
    {
        var harness = new SmtpHarness(new SmtpServerOptions { OfferAuth = true, PlainAuthWithoutTls = true });
        harness.Send(
            "EHLO client\r\nAUTH PLAIN AHVzZXIAc2VjcmV0\r\nMAIL FROM:<a@b> BODY=8BITMIME SMTPUTF8\r\nRCPT "
                + "TO:<c@d>\r\n");
        var envelope = harness.Session.Envelope;
        Assert.Equal(("a@b", "client", "user", "192.0.2.1:4321"),
            (envelope.ReversePath.Text, envelope.Helo, envelope.AuthenticatedUser, envelope.Client!.ToString()));
        Assert.True(envelope is { EightBit: true, Utf8: true });
        Assert.Equal("c@d", Assert.Single(envelope.Recipients).Address.Text);
        harness.Send("RSET\r\n");
        Assert.True(harness.Session.Envelope.ReversePath.IsNull && harness.Session.Envelope.Recipients.Count == 0);
    }

    [Fact]
    public void All_replies_to_one_input_leave_together()
    {
        var harness = new SmtpHarness();
        harness.Send("EHLO c\r\n");
        Assert.Equal(
            "250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n354 Start mail input; end with <CRLF>.<CRLF>\r\n",
            harness.Send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"));
        Assert.Equal(
            "250 2.6.0 Message accepted\r\n250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n354 Start mail input; end "
                + "with <CRLF>.<CRLF>\r\n", harness.Send("x\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"));
    }

    [Fact]
    public void Output_does_not_pile_up_however_much_is_pipelined()
    {
        var harness = new SmtpHarness();
        string received = harness.Send("EHLO c\r\n" + string.Concat(Enumerable.Repeat("NOOP\r\n", 10_000)));
        Assert.EndsWith("250 2.0.0 Ok\r\n", received);
        Assert.Equal(10_000, received.Split("250 2.0.0 Ok").Length - 1);
        Assert.True(harness.LongestOutput < 17 * 1024);
    }

    [Theory]
    [InlineData(ExpiryReason.Idle, "421 4.4.2 ")]
    [InlineData(ExpiryReason.Stopping, "421 4.3.2 ")]
    [InlineData(ExpiryReason.Fault, "421 4.3.0 ")]
    internal void Expiry_says_421(ExpiryReason reason, string reply)
    {
        var output = new Output();
        new SmtpHarness().Session.Expire(reason, output);
        Assert.StartsWith(reply, Encoding.ASCII.GetString(output.Written));
    }

    /// <summary>The connection is lost while the backend thinks; its answer comes, but no Advance after it.</summary>
    [Theory]
    [InlineData("EHLO c\r\n", "MAIL FROM:<a@b>\r\n", 1)]
    [InlineData("EHLO c\r\n", "MAIL FROM:<refused@b>\r\n", 0)]
    [InlineData("EHLO c\r\nMAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", 1)]
    [InlineData(Transaction, "DATA\r\n", 1)]
    [InlineData(Transaction + "DATA\r\n", "x\r\n.\r\n", 0)]
    [InlineData("EHLO c\r\nMAIL FROM:<noend@d>\r\nRCPT TO:<c@d>\r\nDATA\r\n", "x\r\n.\r\n", 1)]
    public void A_lost_connection_discards_what_was_not_kept(string before, string last, int discarded)
    {
        var harness = new SmtpHarness(backend: new FakeBackend { Answers = Answers.Late });
        harness.Send(before);
        ReadOnlySpan<byte> input = Encoding.ASCII.GetBytes(last);
        Assert.Equal(Next.Wait, harness.Session.Advance(ref input, new Output()));
        harness.Backend.RunLater();
        harness.Close();
        Assert.Equal(discarded, harness.Backend.Discarded);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("EHLO c\r\n", 0)]
    [InlineData("EHLO c\r\nMAIL FROM:<a@b>\r\n", 1)]
    [InlineData(Transaction, 1)]
    [InlineData(Transaction + "DATA\r\n", 1)]
    [InlineData(Transaction + "DATA\r\ntext\r\n.\r", 1)]
    [InlineData(Transaction + "DATA\r\ntext\r\n.\r\n", 0)]
    public void A_connection_that_ends_discards_an_open_transaction(string said, int discarded)
    {
        var harness = new SmtpHarness();
        harness.Send(said);
        harness.Close();
        Assert.Equal((discarded, 1), (harness.Backend.Discarded, harness.Backend.Closings));
    }

    [Fact]
    public void Garbage_in_every_state_ends_nothing_but_the_session()
    {
        string[] states = ["", "EHLO c\r\n", "EHLO c\r\nMAIL FROM:<a@b>\r\n", Transaction, Transaction + "DATA\r\n",
            Transaction + "BDAT 2\r\n\r\n", Transaction + "BDAT 20\r\nx", Transaction + "BDAT 20 LAST\r\nx",
            "BDAT 20\r\nx",
            "EHLO c\r\nAUTH PLAIN\r\n", "EHLO c\r\nAUTH LOGIN\r\n", "EHLO c\r\nAUTH LOGIN dXNlcg==\r\n",
            "EHLO c\r\nAUTH CRAM-MD5\r\n", "EHLO c\r\nAUTH SCRAM-SHA-256\r\n",
            "EHLO c\r\nAUTH SCRAM-SHA-1 biwsbj11c2VyLHI9eA==\r\n", "EHLO c\r\nAUTH OAUTHBEARER\r\n",
            $"EHLO c\r\nAUTH XOAUTH2 {WrongToken}\r\n"];
        var random = new Random(5321);
        for (int i = 0; i < 4000; i++)
        {
            bool isLmtp = random.Next(4) == 0;
            var harness = new SmtpHarness(
                isLmtp ? LenientLmtp : Lenient,
                new FakeBackend
                {
                    Answers = (Answers)random.Next(3),
                    IsSlow = random.Next(2) == 0,
                    Secret = new StoredSecret(new LoginKey(), null, "user"),
                });
            string state = states[random.Next(states.Length)];
            harness.Send(isLmtp ? state.Replace("EHLO", "LHLO", StringComparison.Ordinal) : state);
            string garbage = Garbage(random);
            foreach (Range cut in Texts.Cuts(random, garbage.Length))
            {
                harness.Send(garbage[cut]);
                Assert.True(harness.Kept <= StateTable.AuthLineLimit && harness.LongestOutput < 17 * 1024);
                if (harness.IsClosed)
                    break;
            }
            if (!harness.IsClosed)
                harness.Close();
            Assert.Equal(1, harness.Backend.Closings);
        }
    }

    private static readonly SmtpServerOptions Lenient = new()
    {
        OfferAuth = true,
        PlainAuthWithoutTls = true,
        Mechanisms = MechanismSet.All,
        OfferStartTls = true,
        SizeLimit = 500,
        Limits = new SmtpServerLimits { Recipients = 3, Hops = 2, Errors = 8 },
        Times = new DeliveryTimeOffers(
            true, new FutureReleaseLimit(TimeSpan.FromHours(1), () => DateTimeOffset.UnixEpoch)),
    };

    // user=user^Aauth=Bearer wrong^A^A
    private const string WrongToken = "dXNlcj11c2VyAWF1dGg9QmVhcmVyIHdyb25nAQE=";

    private static readonly SmtpServerOptions LenientLmtp = Lenient with { Verbs = StateTable.Lmtp };

    private static readonly string[] Pieces =
    [
        "EHLO x", "HELO ", "MAIL FROM:<", "a@b", ">", " SIZE=", "99", " BODY=8BITMIME", " SMTPUTF8", " RET=HDRS",
            " ENVID=a+20b", " NOTIFY=NEVER", " NOTIFY=SUCCESS,DELAY", " ORCPT=rfc822;", "+2B", "RCPT TO:<", "nobody@d",
            "BDAT ", "5", "0", " LAST", "LHLO x", " BY=", "60;R", " HOLDFOR=", " HOLDUNTIL=", "SAML FROM:<", "TURN",
            "DATA", "RSET", "NOOP", "VRFY x", "EXPN y", "HELP", "AUTH PLAIN ", "AUTH LOGIN", "AUTH SCRAM-SHA-256 ",
        "AUTH CRAM-MD5", "biwsbj11c2VyLHI9eA==", "AQ==", WrongToken,
        "AHVzZXIAc2VjcmV0", "*", "STARTTLS", "Received: x", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n.\r\n", ".", "\r",
            "\n", "\0", "\u00ff", "\"", "\\", "@", ":", " ", "=",
        "MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "DATA\r\n", "MAIL FROM:<noend@b>\r\n", "MAIL FROM:<nodata@b>\r\n",
            new('x', 700), new('y', 13_000),
    ];

    private static string Garbage(Random random)
    {
        var text = new StringBuilder();
        for (int pieces = random.Next(60); pieces > 0; pieces--)
            text.Append(random.Next(8) == 0
                ? ((char)random.Next(256)).ToString()
                : Pieces[random.Next(random.Next(20) == 0 ? Pieces.Length : Pieces.Length - 2)]);
        return text.ToString();
    }
}
