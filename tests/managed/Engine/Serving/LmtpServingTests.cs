using System.Globalization;
using System.Text.RegularExpressions;
using MailModule.Engine.Serving;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery.Reports;

namespace MailModule.Tests.Engine.Serving;

/// <summary>What clients of LMTP, and those who say when, get from policy and spool.</summary>
public sealed class LmtpServingTests : IDisposable
{
    private static readonly SmtpServerOptions s_lmtp = new()
    {
        HostName = "mx.example",
        Verbs = StateTable.Lmtp,
        Times = new DeliveryTimeOffers(
            true, new FutureReleaseLimit(TimeSpan.FromHours(1), () => DateTimeOffset.UnixEpoch)),
    };

    private readonly DsnSpool _spool = new();
    private readonly SteppedClient _client;

    public LmtpServingTests()
    {
        var domains = new LocalDomains(["example.org"], _ => false);
        Account[] users = [.. ((string[])["ann", "bob", "carl"]).Select(name =>
        {
            Assert.True(Account.TryParse($"{name};secret;/nowhere;PS", "/", out Account user, out _));
            return user;
        })];
        var policy = new RelayPolicy(new Accounts(users, domains, "shs", "/nowhere"), domains, AddressRanges.Empty);
        var nobody = new HostCallback(null, RequestAction.None, Inline: false);
        var dependencies = new SmtpDependencies(_spool, job => job.Run(), nobody, () => policy, Log.None);
        _client = new SteppedClient("198.51.100.7", s_lmtp, new SmtpBackend(dependencies, null));
        Assert.Contains("ENHANCEDSTATUSCODES", _client.Send("LHLO client.example\r\n"), StringComparison.Ordinal);
    }

    public void Dispose() => _client.Dispose();

    [Fact]
    public void Each_recipient_has_a_reply_and_is_stored_once()
    {
        Begin("ann", "bob", "ann");
        Assert.Matches(@"^(250 2\.0\.0 Ok: queued as \w+\r\n)\1\1$", _client.Send("x\r\n.\r\n"));
        Assert.Equal(["ann", "bob"], Stored());
        Assert.Contains(" with LMTP ", _spool.Messages[0].Octets, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_refused_at_the_end_does_not_get_the_message_and_the_others_do()
    {
        Begin("ann", "bob", "ann", "carl", "bob");
        Assert.True(_client.Session.TrySetRecipientReply(1, new Reply(450, "4.2.1", "Busy")));
        Assert.True(_client.Session.TrySetRecipientReply(2, new Reply(250, "2.1.5", "For carl")));
        Assert.False(_client.Session.TrySetRecipientReply(3, new Reply(250, "", "Nobody")));
        string[] replies = _client.Send("x\r\n.\r\n").Split("\r\n");
        Assert.Equal(["250 2.0.0", "450 4.2.1", "250 2.0.0", "250 2.1.5", "450 4.2.1", ""],
            replies.Select(reply => reply.Length == 0 ? "" : reply[..9]));
        Assert.Equal(["ann", "carl"], Stored());
    }

    [Fact]
    public void Where_nobody_is_left_nothing_is_stored()
    {
        Begin("ann", "bob");
        _client.Session.TrySetRecipientReply(0, new Reply(450, "4.2.1", "Busy"));
        _client.Session.TrySetRecipientReply(1, new Reply(550, "5.2.1", "Gone"));
        Assert.Equal("450 4.2.1 Busy\r\n550 5.2.1 Gone\r\n", _client.Send("x\r\n.\r\n"));
        Assert.Empty(_spool.Messages);
        Assert.Equal(1, _spool.Discarded);
    }

    [Fact]
    public void A_disk_that_fails_is_told_for_each_recipient()
    {
        _spool.CommitFault = Fault.Io;
        Begin("ann", "bob");
        Assert.Matches(@"^(451 4\.3\.0 [^\r]+\r\n)\1$", _client.Send("x\r\n.\r\n"));
    }

    [Fact]
    public void A_dot_line_in_a_chunk_is_stored_as_it_is()
    {
        BeginWith("", "ann");
        Assert.StartsWith(
            "250 2.0.0 Ok", _client.Send("BDAT 16 LAST\r\nS: x\r\n\r\n.\r\n..y\r\n"), StringComparison.Ordinal);
        Assert.EndsWith("\r\nS: x\r\n\r\n.\r\n..y\r\n", _spool.Messages[0].Octets, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3600, "250")]
    [InlineData(3601, "501")]
    public void A_message_is_held_no_longer_than_is_offered(int seconds, string code)
    {
        string reply = _client.Send($"MAIL FROM:<b@b.example> HOLDFOR={seconds}\r\n");
        Assert.StartsWith(code, reply, StringComparison.Ordinal);
        _client.Send("RSET\r\n");
        DateTimeOffset until = DateTimeOffset.UtcNow.AddSeconds(seconds);
        string date = until.AddSeconds(seconds > 3600 ? 600 : -600)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        reply = _client.Send($"MAIL FROM:<b@b.example> HOLDUNTIL={date}\r\n");
        Assert.StartsWith(code, reply, StringComparison.Ordinal);
    }

    private IEnumerable<string> Stored()
        => Assert.Single(_spool.Messages).Envelope.Recipients.Select(recipient => recipient.Maildrop!);

    private void Begin(params string[] users) => BeginWith("DATA\r\n", users);

    private void BeginWith(string data, params string[] users)
    {
        string rcpts = string.Concat(users.Select(name => $"RCPT TO:<{name}@example.org>\r\n"));
        string replies = _client.Send($"MAIL FROM:<b@b.example>\r\n{rcpts}{data}");
        Assert.Equal(users.Length + 1, Regex.Count(replies, "^250 ", RegexOptions.Multiline));
    }
}
