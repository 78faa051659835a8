using System.Net;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Checks;
using MailModule.Dns;
using MailModule.Tests.Dns;
using MailModule.Tests.Engine.Serving;

namespace MailModule.Tests.Authentication.Checks;

/// <summary>The checks of one message: what is asked when, how long it takes, and what comes of it.</summary>
public class MessageChecksTests
{
    private const string Message = "From: eve@author.example\r\nSubject: x\r\n\r\nx\r\n";

    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);
    private readonly TurnedTimers _clock = new();
    private readonly ScriptedDns _dns = new();

    public MessageChecksTests()
    {
        Publish("author.example", "v=spf1 ip4:198.51.100.7 -all");
        Publish("_dmarc.author.example", "v=DMARC1; p=reject");
    }

    [Fact]
    public async Task All_is_asked_at_once_and_judged_together()
    {
        MessageChecks checks = New(CheckMethods.All);
        Feed(checks, Message);
        MessageResults results = await checks.Complete(default);
        Assert.Equal(AuthResult.Pass, results.MailFrom!.Result);
        Assert.Equal(AuthResult.None, Assert.Single(results.Dkim).Result);
        Assert.Equal(AuthResult.None, results.Arc!.Result);
        Assert.Equal((AuthResult.Pass, true), (results.Dmarc!.Result, results.Dmarc.IsSpfAligned));
        Assert.Same(results, await checks.Complete(default));
        Assert.Same(results, checks.Known);
    }

    [Theory]
    [InlineData(CheckMethods.Spf)]
    [InlineData(CheckMethods.Dkim)]
    [InlineData(CheckMethods.Arc)]
    [InlineData(CheckMethods.Dmarc)]
    [InlineData(CheckMethods.None)]
    public async Task Only_what_is_wanted_is_asked(CheckMethods methods)
    {
        MessageChecks checks = New(methods);
        Feed(checks, Message);
        MessageResults results = await checks.Complete(default);
        bool isDmarc = methods == CheckMethods.Dmarc;
        Assert.Equal(methods == CheckMethods.Spf || isDmarc, results.MailFrom is not null);
        Assert.Equal(methods == CheckMethods.Dkim || isDmarc, results.Dkim.Count > 0);
        Assert.Equal(methods == CheckMethods.Arc, results.Arc is not null);
        Assert.Equal(isDmarc, results.Dmarc is not null);
        Assert.Equal(isDmarc, _dns.Asked.Contains("TXT _dmarc.author.example"));
    }

    /// <summary>What stores the message leaves the mark out, so that readers see the field.</summary>
    [Theory]
    [InlineData("\u00ef\u00bb\u00bfFrom: eve@author.example\r\n\r\n", "author.example")]
    [InlineData("\u00ef\u00bb\u00bfFrom: eve@author.example\r\nFrom: eve@other.example\r\n\r\n", "")]
    [InlineData("\u00ef\u00bb\u00bfX: y\r\nFrom: eve@author.example\r\n\r\n", "author.example")]
    [InlineData("From: eve@author.example\r\n\r\n", "author.example")]
    [InlineData("\r\nFrom: eve@author.example\r\n", "")]
    [InlineData("", "")]
    public async Task The_author_is_found_behind_a_byte_order_mark(string message, string author)
    {
        MessageChecks checks = New(CheckMethods.Dmarc);
        checks.Append(Encoding.Latin1.GetBytes(message));
        checks.End();
        Assert.Equal(author, (await checks.Complete(default)).Dmarc!.FromDomain);
    }

    [Fact]
    public async Task A_signature_that_does_not_cover_the_whole_body_speaks_for_nobody()
    {
        SignedMail.Publish(_dns, "author.example");
        string signed = SignedMail.SignBy(Message, "author.example", "h=From:Subject; l=3");
        foreach ((string text, AuthResult expected) in ((string, AuthResult)[])[
            (signed, AuthResult.Pass), (signed + "more\r\n", AuthResult.Fail)])
        {
            MessageChecks checks = New(CheckMethods.Dmarc, sender: "eve@other.example");
            Feed(checks, text);
            MessageResults results = await checks.Complete(default);
            Assert.Equal((AuthResult.Pass, expected), (results.Dkim[0].Result, results.Dmarc!.Result));
        }
    }

    [Fact]
    public async Task Without_a_client_SPF_says_nothing()
    {
        var checks = new MessageChecks(new CheckRequest { Sender = "eve@author.example" }, _dns, _clock);
        Feed(checks, Message);
        MessageResults results = await checks.Complete(default);
        Assert.Null(results.MailFrom);
        Assert.Equal(AuthResult.Fail, results.Dmarc!.Result);
    }

    [Fact]
    public async Task Of_the_null_sender_the_HELO_is_checked_once()
    {
        Publish("client.example", "v=spf1 -all");
        MessageChecks checks = New(CheckMethods.Spf, sender: "");
        MessageResults results = await checks.CompleteSpf(default);
        Assert.Equal(SpfIdentity.Helo, results.MailFrom!.Identity);
        Assert.Same(results.Helo, results.MailFrom);
        Assert.Single(_dns.Asked, question => question == "TXT client.example");
    }

    /// <summary>RFC 7208 §2.4: of the null reverse path alone the HELO says who sends.</summary>
    [Theory]
    [InlineData("", AuthResult.Pass)]
    [InlineData(null, AuthResult.Fail)]
    public async Task A_sender_that_is_not_known_is_not_the_null_one(string? sender, AuthResult expected)
    {
        Publish("client.example", "v=spf1 ip4:198.51.100.7 -all");
        Publish("_dmarc.client.example", "v=DMARC1; p=reject");
        MessageChecks checks = New(CheckMethods.All, sender: sender);
        Feed(checks, "From: eve@client.example\r\n\r\nx\r\n");
        MessageResults results = await checks.Complete(default);
        Assert.Equal(AuthResult.Pass, results.Helo!.Result);
        Assert.Equal(sender is not null, results.MailFrom is not null);
        Assert.Equal(expected, results.Dmarc!.Result);
    }

    /// <summary>The questions that follow the header are under way while the body comes.</summary>
    [Fact]
    public async Task What_the_header_names_is_asked_before_the_body_is_over()
    {
        MessageChecks checks = New(CheckMethods.All);
        int header = Message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        checks.Append(Encoding.ASCII.GetBytes(Message[..(header - 1)]));
        Assert.False(checks.IsHeaderOver);
        checks.Append(Encoding.ASCII.GetBytes(Message[(header - 1)..header]));
        Assert.True(checks.IsHeaderOver);
        Assert.Equal(header + 2 * HeaderSection.OctetsOfPlace, checks.Held);
        checks.BeginLookUps(default);
        Assert.Contains("TXT _dmarc.author.example", _dns.Asked);
        checks.Append("x\r\n"u8);
        checks.End();
        Assert.Equal(AuthResult.Pass, (await checks.Complete(default)).Dmarc!.Result);
        Assert.Single(_dns.Asked, question => question == "TXT _dmarc.author.example");
    }

    [Theory]
    [InlineData("author.example")]
    [InlineData("_dmarc.author.example")]
    [InlineData("client.example")]
    public async Task A_silent_name_server_costs_twenty_seconds_and_is_a_temporary_error(string silent)
    {
        var dns = new SilentDns(_dns, silent);
        MessageChecks checks = New(CheckMethods.All, dns);
        Feed(checks, Message);
        Task<MessageResults> coming = checks.Complete(default).AsTask();
        _clock.Turn(19.9);
        Assert.False(coming.IsCompleted);
        Assert.Equal(1, dns.Waiting);
        _clock.Turn(0.1);
        MessageResults results = await coming.WaitAsync(s_long);
        Assert.Equal(silent == "client.example" ? AuthResult.TempError : AuthResult.None, results.Helo!.Result);
        Assert.Equal(silent == "author.example" ? AuthResult.TempError : AuthResult.Pass, results.MailFrom!.Result);
        Assert.Equal(silent == "client.example" ? AuthResult.Pass : AuthResult.TempError, results.Dmarc!.Result);
        Assert.Equal(0, dns.Waiting);
    }

    [Fact]
    public void Fields_that_are_short_cost_memory_too()
    {
        byte[] header = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Range(0, 9_000).Select(i => $"{i:x}:\r\n")) + "\r\n");
        long before = GC.GetAllocatedBytesForCurrentThread();
        MessageChecks checks = New(CheckMethods.All);
        checks.Append(header);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(checks.IsHeaderOver);
        // Half of what grows is given back.
        Assert.InRange(checks.Held, allocated / 3, allocated);
    }

    /// <summary>The domain that has passed is another than the author's, and is asked for behind the end alone.
    /// </summary>
    [Theory]
    [InlineData(30, 0, AuthResult.Pass)]
    [InlineData(30, 19, AuthResult.Pass)]
    [InlineData(0, 20, AuthResult.TempError)]
    [InlineData(30, 20, AuthResult.TempError)]
    public async Task A_message_that_takes_long_to_come_costs_DMARC_no_time(
        int body, double silence, AuthResult expected)
    {
        Publish("bounce.author.example", "v=spf1 ip4:198.51.100.7 -all");
        var dns = new SilentDns(_dns, "_dmarc.bounce.author.example");
        MessageChecks checks = New(CheckMethods.All, dns, sender: "eve@bounce.author.example");
        checks.Append(Encoding.ASCII.GetBytes(Message));
        checks.BeginSpf(default);
        checks.BeginLookUps(default);
        _clock.Turn(body);
        checks.End();
        Task<MessageResults> coming = checks.Complete(default).AsTask();
        Assert.Equal(1, dns.Waiting);
        _clock.Turn(silence);
        if (silence < 20)
            dns.Speak();
        Assert.Equal(expected, (await coming.WaitAsync(s_long)).Dmarc!.Result);
        Assert.Equal(0, dns.Waiting);
    }

    [Fact]
    public async Task A_shorter_time_may_be_set_and_a_longer_one_is_not_longer()
    {
        foreach ((int seconds, double due) in ((int, double)[])[(3, 3), (60, 20)])
        {
            MessageChecks checks = New(CheckMethods.All, new SilentDns(_dns, "author.example"), seconds: seconds);
            Feed(checks, Message);
            Task<MessageResults> coming = checks.Complete(default).AsTask();
            _clock.Turn(due - 0.1);
            Assert.False(coming.IsCompleted);
            _clock.Turn(0.1);
            await coming.WaitAsync(s_long);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_does_not_want_to_know_any_more_ends_all_questions(bool disposes)
    {
        using var cancel = new CancellationTokenSource();
        var dns = new SilentDns(_dns, "author.example", "_dmarc.author.example");
        MessageChecks checks = New(CheckMethods.All, dns);
        Feed(checks, Message);
        Task<MessageResults> coming = checks.Complete(cancel.Token).AsTask();
        Assert.Equal(2, dns.Waiting);
        if (disposes)
            checks.Dispose();
        else
            await cancel.CancelAsync();
        Assert.Equal(AuthResult.TempError, (await coming.WaitAsync(s_long)).Dmarc!.Result);
        Assert.Equal(0, dns.Waiting);
    }

    [Fact]
    public async Task What_is_begun_behind_the_end_asks_nobody()
    {
        var dns = new SilentDns(_dns, "author.example", "_dmarc.author.example");
        MessageChecks checks = New(CheckMethods.All, dns);
        Feed(checks, Message);
        checks.Dispose();
        Assert.Equal(AuthResult.TempError, (await checks.Complete(default)).Dmarc!.Result);
        Assert.Equal(0, dns.Waiting);
    }

    private static void Feed(MessageChecks checks, string message)
    {
        checks.Append(Encoding.ASCII.GetBytes(message));
        checks.End();
    }

    private MessageChecks New(
        CheckMethods methods, IDns? dns = null, string? sender = "eve@author.example", int seconds = 20)
        => new(
            new CheckRequest
            {
                Methods = methods,
                Client = IPAddress.Parse("198.51.100.7"),
                Helo = "client.example",
                Sender = sender,
                HostName = "mx.example",
                Timeout = TimeSpan.FromSeconds(seconds),
            },
            dns ?? _dns, _clock);

    private void Publish(string name, string text) => _dns.Ok(name, DnsType.Txt, new TxtRecord(name, s_life, text));
}
