using System.Text;
using MailModule.Delivery.Signing;
using MailModule.Engine.Serving;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Spool;
using MailModule.Tests.Delivery.Signing;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>Which messages that come by SMTP are signed, the whole way from the client's octets to the spool.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SignedSessionTests : IDisposable
{
    private const string Stranger = "198.51.100.7", RelayClient = "192.0.2.9";
    private const string Text = "From: ann@example.org\r\nSubject: x\r\n\r\nbody\r\n";
    private const string Signed = "Pass:rsa.example.org", Unsigned = "none";

    private readonly TemporaryFolder _folder = new();
    private readonly Workers _workers = new(4);
    private readonly List<ISpoolEntry> _entries = [];
    private readonly SignedMail _mail = new();
    private readonly SpoolRun _run;
    private readonly SmtpDependencies _dependencies;

    public SignedSessionTests()
    {
        _run = new SpoolRun(new SpoolOptions { Directory = _folder.In("spool"), RunJob = _workers.Run }, Keep);
        var domains = new LocalDomains(["example.org"], _ => false);
        Assert.True(Account.TryParse("ann;secret;/nowhere;PS", "/", out Account ann, out _));
        Assert.True(AddressRanges.TryParse(RelayClient, out AddressRanges range));
        var policy = new RelayPolicy(new Accounts([ann], domains, "shs", "/nowhere"), domains, range);
        var nobody = new HostCallback(null, RequestAction.None, Inline: false);
        _dependencies = new SmtpDependencies(_run.Spool, _workers.Run, nobody, () => policy, Log.None)
        {
            Signing = () => _mail.Options,
        };
        _dependencies.Guessing.LateAnswers.Stop(); // nothing comes late
    }

    public void Dispose()
    {
        Assert.True(_workers.Stop(Loop.Long));
        _workers.Dispose();
        _run.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Stranger, true, "", Signed)]
    [InlineData(RelayClient, false, "", Signed)]
    [InlineData(RelayClient, true, "", Signed)]
    [InlineData(Stranger, false, "", Unsigned)]
    [InlineData(Stranger, true, " AUTH=<>", Unsigned)]
    [InlineData(RelayClient, false, " AUTH=<>", Unsigned)]
    [InlineData(Stranger, true, " AUTH=eve@else.example", Unsigned)]
    [InlineData(Stranger, true, " AUTH=ann@example.org", Signed)]
    public void Who_may_relay_and_says_nothing_else_is_signed_for(
        string address, bool login, string parameter, string verified)
        => Assert.Equal(verified, _mail.Verify(Behind(Store(Text, address, login, parameter))));

    [Theory]
    [InlineData("From: ann@else.example\r\n\r\nx\r\n")]
    [InlineData("From: ann@example.org, eve@else.example\r\n\r\nx\r\n")]
    [InlineData("Sender: ann@example.org\r\nFrom: eve@else.example\r\n\r\nx\r\n")]
    public void Who_has_logged_in_gets_no_signature_for_others(string text)
        => Assert.Equal(Unsigned, _mail.Verify(Behind(Store(text, Stranger, login: true))));

    /// <summary>RFC 6409 §8: fields that are added here are signed with the rest.</summary>
    [Fact]
    public void The_signature_holds_with_the_fields_that_were_added()
    {
        string stored = Store("Subject: x\r\n\r\nx\r\n", Stranger, login: true);
        Assert.Contains("\nFrom: ann@example.org\n", stored, StringComparison.Ordinal);
        Assert.Contains("\nDate: ", stored, StringComparison.Ordinal);
        Assert.Contains("\nMessage-ID: ", stored, StringComparison.Ordinal);
        Assert.Equal(Signed, _mail.Verify(Behind(stored)));
    }

    [Fact]
    public void A_large_message_is_signed_and_what_is_left_of_the_room_is_a_comment_of_received()
    {
        var text = new StringBuilder(Text);
        while (text.Length < 1_000_000)
            text.Append("a line of text\r\n");
        string stored = Store(text.ToString(), Stranger, login: true);
        Assert.Equal(Signed, _mail.Verify(Behind(stored)));
        int received = stored.IndexOf("\nReceived: ", StringComparison.Ordinal);
        Assert.InRange(received, stored.IndexOf("\nDKIM-Signature: ", StringComparison.Ordinal), 3000);
        Assert.DoesNotContain("X-Reserved", stored, StringComparison.Ordinal);
    }

    [Fact]
    public void Eight_bit_text_is_encoded_first_and_the_reply_names_the_message_that_is_kept()
    {
        const string Mime = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n";
        string stored = Store(
            "From: ann@example.org\r\n" + Mime + "\r\nGr\u00fc\u00dfe\r\n", Stranger, login: true, " BODY=8BITMIME");
        Assert.True(Ascii.IsValid(stored), stored);
        Assert.Equal(Signed, _mail.Verify(Behind(stored)));
        Assert.Contains($" {_entries[^1].Id}", _reply, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_of_one_session_are_signed_one_by_one()
    {
        using SteppedClient client = Connect(Stranger, login: true);
        for (int i = 0; i < 3; i++)
            Assert.Equal(Signed, _mail.Verify(Behind(Send(client, Text + i + "\r\n", ""))));
    }

    [Fact]
    public void A_search_for_keys_that_fails_costs_the_signature_and_not_the_message()
    {
        using SteppedClient client = Connect(Stranger, login: true);
        _mail.Searching = _ => throw new InvalidOperationException("no keys");
        Assert.Equal(Unsigned, _mail.Verify(Behind(Send(client, Text, ""))));
        _mail.Searching = _ => { };
        Assert.Equal(Signed, _mail.Verify(Behind(Send(client, Text, ""))));
        Assert.Contains("goes unsigned", Assert.Single(_mail.Lines), StringComparison.Ordinal);
    }

    /// <summary>Keys are files: who receives looks at none, and signing takes its time.</summary>
    [Fact]
    public void Keys_are_read_on_a_worker()
    {
        bool? isWorker = null;
        _mail.Searching = _ => isWorker = Workers.IsCurrent;
        Store(Text, Stranger, login: true);
        Assert.True(isWorker);
    }

    private string _reply = "";

    private string Store(string text, string address, bool login, string parameter = "")
    {
        using SteppedClient client = Connect(address, login);
        return Send(client, text, parameter);
    }

    private SteppedClient Connect(string address, bool login)
    {
        var options = new SmtpServerOptions { HostName = "mx.example.org", OfferAuth = true };
        var client = new SteppedClient(address, options, new SmtpBackend(_dependencies, null));
        client.Send("EHLO client.example\r\n");
        string secret = Convert.ToBase64String("\0ann\0secret"u8);
        Assert.True(!login || client.Send($"AUTH PLAIN {secret}\r\n").StartsWith("235", StringComparison.Ordinal));
        return client;
    }

    private string Send(SteppedClient client, string text, string parameter)
    {
        client.Send($"MAIL FROM:<ann@example.org>{parameter}\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n");
        _reply = client.Send(text + ".\r\n");
        Assert.StartsWith("250 ", _reply, StringComparison.Ordinal);
        _run.Spool.Flush();
        lock (_entries)
            return SpoolRun.Read(_entries[^1].Content);
    }

    private void Keep(ISpoolEntry entry)
    {
        lock (_entries)
            _entries.Add(entry);
    }

    private static string Behind(string stored) => stored[(stored.IndexOf('\n', StringComparison.Ordinal) + 1)..];
}
