using MailModule.Dns;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Dns;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving;

/// <summary>Zones, names, traps and filters.</summary>
public sealed class SmtpChecksTests : CheckedSessions
{
    [Fact]
    public void With_no_check_on_a_session_has_none_and_nothing_is_asked()
    {
        var backend = new SmtpBackend(Dependencies, null);
        using SteppedClient client = From(Stranger, backend);
        Assert.StartsWith("250", Message(client, "ann"), StringComparison.Ordinal);
        Assert.Null(backend.Checks);
        Assert.Empty(Dns.Asked);
    }

    [Theory]
    [InlineData("connect", "554 5.7.1 ")]
    [InlineData("rcpt", "250 550 5.7.1 ")]
    [InlineData("data", "250 250 554 5.7.1 ")]
    [InlineData("none", "250 250 354 250 ")]
    public void A_client_that_a_zone_lists_is_refused_when_it_is_due(string stage, string replies)
    {
        Set("dnsbl", "bl.example");
        Set("dnsbl_stage", stage);
        Dns.Addresses($"{Listed}.bl.example", "127.0.0.4");
        Assert.StartsWith(replies, Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        if (stage != "none")
            Assert.Contains(Lines(), line => line.Contains(
                "refused by dnsbl: bl.example says 127.0.0.4", StringComparison.Ordinal));
    }

    [Fact]
    public void The_reply_names_the_zone_and_its_reason_where_that_is_wanted()
    {
        Set("dnsbl", "bl.example");
        Set("dnsbl_text", "1");
        Set("msgspam", "No");
        Dns.Addresses($"{Listed}.bl.example", "127.0.0.4");
        Dns.Ok($"{Listed}.bl.example", DnsType.Txt, new TxtRecord("x", TimeSpan.FromMinutes(1), "see there"));
        Assert.EndsWith(
            "554 5.7.1 No: [198.51.100.7] is listed by bl.example: see there\r\n", Dialogue(Stranger, "ann"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.9")]
    [InlineData("127.255.255.254")]
    [InlineData("")]
    public void What_does_not_say_listed_refuses_nobody(string answer)
    {
        Set("dnsbl", "bl.example=127.0.0.2-127.0.0.4");
        if (answer.Length > 0)
            Dns.Addresses($"{Listed}.bl.example", answer);
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_zone_of_good_hosts_overrides_those_of_bad_ones_and_greylisting()
    {
        Set("dnsbl", "bl.example");
        Set("dnswl", "wl.example");
        Set("greylist", "1");
        Dns.Addresses($"{Listed}.bl.example", "127.0.0.4").Addresses($"{Listed}.wl.example", "127.0.10.1");
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_may_relay_or_has_logged_in_meets_no_check()
    {
        Set("dnsbl", "bl.example");
        Set("blacklist", "eve@example.net");
        Set("greylist", "1");
        Set("checkmx", "1");
        Set("antispam", "1");
        Dns.Addresses($"{Listed}.bl.example", "127.0.0.4");
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Trusted, "ann"), StringComparison.Ordinal);
        using SteppedClient client = From(Stranger, new SmtpBackend(Dependencies, null));
        string login = Convert.ToBase64String("\0ann\0secret"u8);
        Assert.StartsWith("235", client.Send($"AUTH PLAIN {login}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250", Message(client, "ann"), StringComparison.Ordinal);
    }

    [Fact]
    public void Results_are_there_for_handlers()
    {
        Set("dnsbl", "bl.example none.example");
        Set("dnsbl_stage", "none");
        Set("checkmx", "1");
        Dns.Addresses($"{Listed}.bl.example", "127.0.0.4").Mx("example.net", (1, "mx.example.net"))
            .Addresses("mx.example.net", "203.0.113.1");
        var backend = new SmtpBackend(Dependencies, null);
        using SteppedClient client = From(Stranger, backend);
        Message(client, "ann");
        Assert.True(SpinWait.SpinUntil(
            () => backend.Checks!.Results[0].Result != CheckResult.Unknown, Loop.Long)); // nothing waits for it
        Assert.Equal(
            [
                ("dnsbl", "bl.example", "127.0.0.4", CheckResult.Listed),
                ("dnsbl", "none.example", "", CheckResult.Unknown),
                ("checkmx", "example.net", "", CheckResult.NotListed),
            ],
            backend.Checks!.Results.Select(check => (check.Kind, check.Name, check.Answer, check.Result)));
    }

    [Theory]
    [InlineData("eve@example.net")]
    [InlineData("*@EXAMPLE.net")]
    public void A_sender_that_is_named_is_refused_at_MAIL(string entry)
    {
        Set("blacklist", entry);
        Assert.Equal("550 5.7.1 Sender refused\r\n", Dialogue(Stranger, "ann"));
        Assert.Contains(Lines(), line => line.Contains("refused by blacklist: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_names_a_trap_is_closed_and_not_greeted_again_until_his_time_is_over()
    {
        Set("fake", "trap@example.org");
        Set("spam_time", "100");
        Assert.Equal("250 421 4.7.0 Your address has sent spam, closing connection\r\n", Dialogue(Stranger, "TRAP"));
        Assert.StartsWith("421 4.7.0 ", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        Assert.EndsWith("queued as report0001\r\n", Dialogue("198.51.100.8", "ann"), StringComparison.Ordinal);
        Clock.Now += TimeSpan.FromSeconds(100);
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_learned_outlives_a_restart()
    {
        Checks.Memory.Open(Folder);
        Set("fake", "trap@example.org");
        Dialogue(Stranger, "trap");
        Checks.Stop();
        var next = new SenderChecks(() => Settings.Current.Checks, () => Dns, Workers.Run, Clock, Log.None);
        next.Memory.Open(Folder);
        Assert.True(next.Memory.Spammers.Contains(System.Net.IPAddress.Parse(Stranger)));
        Assert.Equal(["ann", "bob", "spammers"],
            Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("<eve@mx.example>", " 354 ")]
    [InlineData("<eve@a.example>", " 354 ")]
    [InlineData("<eve@example.org>", " 354 ")]
    [InlineData("<eve@[198.51.100.7]>", " 354 ")]
    [InlineData("<>", " 354 ")]
    [InlineData("<eve@nowhere.example>", " 550 5.1.8 ")]
    [InlineData("<eve@null.example>", " 550 5.7.27 ")]
    [InlineData("<eve@down.example>", " 451 4.1.8 ")]
    public void The_senders_domain_must_be_able_to_take_mail(string sender, string reply)
    {
        Set("checkmx", "1");
        Dns.Mx("mx.example", (1, "host.example")).Addresses("host.example", "203.0.113.1")
            .Addresses("a.example", "203.0.113.1").Mx("null.example", (0, ""))
            .Status("down.example", DnsType.Mx, DnsStatus.Failed);
        Assert.Contains(reply, Dialogue(Stranger, "ann", sender), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_the_break_filter_meets_is_refused_behind_its_dot_and_then_before()
    {
        Set("antispam", "$msg ~ 'buy now' || $in_text(pills)");
        Assert.EndsWith(" 354 554 5.7.1 Message detected as SPAM\r\n",
            Dialogue(Stranger, "ann", content: "Subject: buy now\r\n\r\nbody\r\n"), StringComparison.Ordinal);
        Assert.EndsWith(" 250 554 5.7.1 Message detected as SPAM\r\n",
            Dialogue(Stranger, "ann", content: "Subject: other\r\n\r\nbody\r\n"), StringComparison.Ordinal);
        Assert.EndsWith("queued as report0001\r\n",
            Dialogue(Stranger, "bob", content: "Subject: other\r\n\r\nx\r\n"), StringComparison.Ordinal);
        string late = $"Subject: x\r\n\r\n{new string('x', 998)}\r\n";
        late = string.Concat(late, string.Concat(Enumerable.Repeat(new string('y', 998) + "\r\n", 8)), "buy now\r\n");
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "bob", content: late), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_sends_what_the_spam_filter_meets_is_a_spammer()
    {
        Set("spamfltr", "$msg =~ /^Subject: .*cheap/i");
        Assert.EndsWith(" 354 554 5.7.1 Message detected as SPAM\r\n",
            Dialogue(Stranger, "ann", content: "Subject: very CHEAP\r\n\r\nbody\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("421 ", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        Assert.Contains(Lines(), line => line.StartsWith(
            "put on the list of spammers by spamfltr", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_waits_for_names_on_a_thread()
    {
        Set("dnsbl", "bl.example");
        Set("dnsbl_stage", "data");
        Set("dnsbl_timeout", "60");
        var slow = new HeldDns(Dns);
        var checks = new SenderChecks(() => Settings.Current.Checks, () => slow, Workers.Run, Clock, Log.None);
        SmtpDependencies dependencies = Dependencies with { Checks = checks };
        Dns.Addresses($"{Listed}.bl.example", "127.0.0.4");
        Task<string>[] dialogues = [.. Enumerable.Range(0, 20).Select(_ => Task.Factory.StartNew(() =>
        {
            using SteppedClient client = From(Stranger, new SmtpBackend(dependencies, null));
            client.Send("MAIL FROM:<eve@example.net>\r\nRCPT TO:<ann@example.org>\r\n");
            return client.Send("DATA\r\n");
        }, default, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Assert.True(SpinWait.SpinUntil(() => slow.Waiting >= 22, Loop.Long)); // of a zone two test entries
        slow.Release();
        Assert.All(await Task.WhenAll(dialogues), reply => Assert.StartsWith("554", reply, StringComparison.Ordinal));
        Assert.InRange(Workers.Threads, 0, 4);
    }

    /// <summary>Answers nothing before it is told to.</summary>
    private sealed class HeldDns(ScriptedDns inner) : IDns
    {
        private readonly TaskCompletionSource _released = new();
        private int _waiting;

        public int Waiting => Volatile.Read(ref _waiting);

        public void Release() => _released.SetResult();

        public async ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            Interlocked.Increment(ref _waiting);
            await _released.Task;
            return await inner.Ask(question, cancel);
        }
    }
}
