using System.Text;
using System.Text.RegularExpressions;
using MailModule.Engine.Serving;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery.Reports;

namespace MailModule.Tests.Engine.Serving;

/// <summary>What comes by SMTP and what is then in the spool, behind the trace fields.</summary>
public sealed class ArrivingMessageTests : IDisposable
{
    private const string Stranger = "198.51.100.7", RelayClient = "192.0.2.9";
    private const string Mbox = "From ann@a.example Sat Nov 28 19:02:03 2026\r\n";

    private readonly DsnSpool _spool = new();
    private readonly SmtpDependencies _dependencies;
    private SteppedClient? _client;

    public ArrivingMessageTests()
    {
        var domains = new LocalDomains(["example.org"], _ => false);
        Assert.True(Account.TryParse("ann;secret;/nowhere;PS", "/", out Account ann, out _));
        Assert.True(AddressRanges.TryParse(RelayClient, out AddressRanges range));
        var policy = new RelayPolicy(new Accounts([ann], domains, "shs", "/nowhere"), domains, range);
        var nobody = new HostCallback(null, RequestAction.None, Inline: false);
        _dependencies = new SmtpDependencies(_spool, job => job.Run(), nobody, () => policy, Log.None);
        _dependencies.Guessing.LateAnswers.Stop(); // nothing comes late
    }

    public void Dispose() => _client?.Dispose();

    [Theory]
    [InlineData("Subject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n")]
    [InlineData("hello, this is text\r\nmore\r\n", "\r\nhello, this is text\r\nmore\r\n")]
    [InlineData(" hello\r\n more\r\n", "\r\n hello\r\n more\r\n")]
    [InlineData(" \r\nSubject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n")]
    [InlineData(Mbox + "Subject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n")]
    [InlineData("Subject: x\r\nhello\r\n", "Subject: x\r\n\r\nhello\r\n")]
    [InlineData("..dot\r\n", "\r\n.dot\r\n")]
    public void Received_swallows_no_text_and_no_field_is_lost(string sent, string stored)
        => Assert.Equal(stored, Store(sent, login: false));

    [Theory]
    [InlineData("Subject: x\r\n\r\nbody\r\n",
        "Subject: x\r\nDate: D\r\nFrom: b@b.example\r\nMessage-ID: M\r\n\r\nbody\r\n")]
    [InlineData("Date: x\r\n\r\nbody\r\n", "Date: x\r\nFrom: b@b.example\r\nMessage-ID: M\r\n\r\nbody\r\n")]
    [InlineData("Message-ID: x\r\n\r\nbody\r\n", "Message-ID: x\r\nDate: D\r\nFrom: b@b.example\r\n\r\nbody\r\n")]
    [InlineData("date: x\r\nmessage-id: y\r\nfrom: z\r\n\r\nbody\r\n",
        "date: x\r\nmessage-id: y\r\nfrom: z\r\n\r\nbody\r\n")]
    [InlineData("Subject: x\r\n", "Subject: x\r\nDate: D\r\nFrom: b@b.example\r\nMessage-ID: M\r\n")]
    [InlineData("hello\r\n", "Date: D\r\nFrom: b@b.example\r\nMessage-ID: M\r\n\r\nhello\r\n")]
    [InlineData("", "Date: D\r\nFrom: b@b.example\r\nMessage-ID: M\r\n\r\n")]
    [InlineData("From : y\r\n\r\nbody\r\n", "From : y\r\nDate: D\r\nMessage-ID: M\r\n\r\nbody\r\n")]
    public void After_a_login_a_message_gets_the_date_the_sender_and_the_message_id_that_it_lacks(
        string sent, string stored)
        => Assert.Equal(stored, Store(sent, login: true));

    /// <summary>RFC 4954 §5: it is not to be taken for a message of who has logged in.</summary>
    [Theory]
    [InlineData(" AUTH=<>", "Subject: x\r\n\r\nbody\r\n")]
    [InlineData(" AUTH=someone@else.example", "Subject: x\r\n\r\nbody\r\n")]
    [InlineData(" AUTH=ann@example.org",
        "Subject: x\r\nDate: D\r\nFrom: b@b.example\r\nMessage-ID: M\r\n\r\nbody\r\n")]
    public void After_a_login_a_message_of_others_stays_as_it_is(string parameter, string stored)
        => Assert.Equal(stored, Store("Subject: x\r\n\r\nbody\r\n", login: true, parameter: parameter));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void However_a_message_is_cut_the_same_is_stored(bool login)
    {
        string[] messages = ["Subject: x\r\n\r\nbody\r\n", "hello\r\nmore\r\n", " a\r\n b\r\nX: y\r\n\r\n",
            Mbox + "X : y\r\n z\r\n\r\nbody\r\n", "X: y\r\nno field\r\n", Mbox];
        foreach (string message in messages)
        {
            string whole = Store(message, login);
            for (int piece = 1; piece < 8; piece++)
                Assert.Equal(whole, Store(message, login, piece));
        }
    }

    /// <summary>RFC 5321 §6.4: whoever may relay (smtp_range) may pass on what others have written.</summary>
    [Theory]
    [InlineData(Stranger)]
    [InlineData(RelayClient)]
    public void What_a_client_without_a_login_sends_is_not_completed(string address)
        => Assert.Equal(
            "Subject: x\r\n\r\nbody\r\n",
            Store("Subject: x\r\n\r\nbody\r\n", login: false, address: address));

    /// <summary>RFC 6409 §4.3, §8: on a port for submission there is no message without a login.</summary>
    [Fact]
    public void On_a_port_that_wants_a_login_messages_are_completed()
        => Assert.StartsWith(
            "Subject: x\r\nDate: D\r\nFrom: b@b.example\r\nMessage-ID: M\r\n",
            Store("Subject: x\r\n\r\nbody\r\n", login: true, options: new SmtpServerOptions
            {
                HostName = "mx.example",
                OfferAuth = true,
                RequireAuth = true,
            }, address: RelayClient), StringComparison.Ordinal);

    [Fact]
    public void A_name_beyond_ascii_in_ehlo_leaves_an_ascii_message_ascii()
    {
        Store("Subject: x\r\n\r\nbody\r\n", login: false, hello: "m\u00fcnchen.example");
        string octets = _spool.Messages[^1].Octets;
        Assert.True(Ascii.IsValid(octets), octets);
        Assert.Contains("from m??nchen.example ([", octets, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_that_was_promised_is_of_what_the_client_sends()
    {
        string message = $"Subject: x\r\n\r\n{new string('x', 66)}\r\n";
        var options = new SmtpServerOptions { HostName = "mx.example", SizeLimit = message.Length, OfferAuth = true };
        Assert.Contains("Message-ID: M", Store(message, login: true, options: options), StringComparison.Ordinal);
    }

    // Without the trace fields; the date and the id of this host's are D and M.
    private string Store(
        string message, bool login, int piece = int.MaxValue, string hello = "client.example",
        SmtpServerOptions? options = null, string parameter = "",
        string address = Stranger)
    {
        options ??= new SmtpServerOptions { HostName = "mx.example", OfferAuth = true };
        _client?.Dispose();
        _client = new SteppedClient(address, options, new SmtpBackend(_dependencies, null));
        _client.Send($"EHLO {hello}\r\n");
        string secret = Convert.ToBase64String("\0ann\0secret"u8);
        Assert.True(!login || _client.Send($"AUTH PLAIN {secret}\r\n").StartsWith("235", StringComparison.Ordinal));
        _client.Send($"MAIL FROM:<b@b.example>{parameter}\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n");
        string text = message + ".\r\n", reply = "";
        for (int at = 0; at < text.Length; at += Math.Min(piece, text.Length - at))
            reply = _client.Send(text.Substring(at, Math.Min(piece, text.Length - at)));
        Assert.StartsWith("250 ", reply, StringComparison.Ordinal);
        string stored = _spool.Messages[^1].Octets;
        int end = stored.IndexOf("\r\n", stored.IndexOf("; ", StringComparison.Ordinal), StringComparison.Ordinal);
        stored = Regex.Replace(stored[(end + 2)..], @"^Date: \w{3}, .*\r\n", "Date: D\r\n", RegexOptions.Multiline);
        return Regex.Replace(stored, "Message-ID: <.*@mx.example>", "Message-ID: M");
    }
}
