using MailModule.Dns;
using MailModule.Engine.Serving;
using MailModule.Tests.Authentication.Checks;
using MailModule.Tests.Delivery.Reports;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving;

/// <summary>SPF and DMARC of strangers' mail, the whole way: settings, octets, names, the reply, and what is stored.
/// </summary>
public sealed class AuthenticationTests : CheckedSessions
{
    private const string Author = "From: Eve <eve@author.example>\r\nSubject: x\r\n\r\nx\r\n";

    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);

    public AuthenticationTests()
    {
        foreach (string key in (string[])["spf", "dkim_verify"])
            Set(key, "1");
    }

    [Fact]
    public void What_was_found_out_stands_in_front_of_Received()
    {
        Publish("author.example", "v=spf1 ip4:198.51.100.7 -all", "v=DMARC1; p=reject");
        Assert.StartsWith("250 250 354 250 ", Send("<eve@author.example>"), StringComparison.Ordinal);
        string text = Stored();
        int[] places = [.. ((string[])["Return-Path:", "Received-SPF: pass", "Authentication-Results: example.org;",
            "Received: from", "From: Eve"]).Select(field => text.IndexOf(field, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.Contains("spf=pass smtp.mailfrom=eve@author.example", text, StringComparison.Ordinal);
        Assert.Contains("dmarc=pass", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mark", "reject", "250 250 354 250 ", null)]
    [InlineData("off", "reject", "250 250 354 250 ", null)]
    [InlineData("enforce", "none", "250 250 354 250 ", null)]
    [InlineData("enforce", "quarantine", "250 250 354 250 ", "spam")]
    [InlineData("enforce", "reject", "250 250 354 550 5.7.1 Message refused by the DMARC policy of author.example", "")]
    [InlineData("enforce", "reject; t=y", "250 250 354 250 ", "spam")]
    public void What_fails_DMARC_is_treated_as_the_setting_and_the_policy_say(
        string setting, string policy, string replies, string? folder)
    {
        Set("dmarc", setting);
        Publish("author.example", "v=spf1 -all", $"v=DMARC1; p={policy}");
        Assert.StartsWith(replies, Send("<eve@author.example>"), StringComparison.Ordinal);
        if (folder == "")
        {
            Assert.Empty(Spool.Messages);
            return;
        }
        Assert.Equal(folder is null ? "ann" : $"folder\t{folder}\tann",
            Assert.Single(Spool.Messages).Envelope.Recipients[0].Maildrop);
        Assert.Equal(setting != "off", Stored().Contains("dmarc=fail", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("TXT _dmarc.author.example", "451 4.7.1 ")]
    [InlineData("TXT author.example", "451 4.7.1 ")]
    [InlineData("", "550 5.7.1 ")]
    public void A_name_server_that_does_not_answer_has_the_sender_try_again(string failing, string reply)
    {
        Set("dmarc", "enforce");
        Publish("author.example", "v=spf1 -all", "v=DMARC1; p=reject");
        if (failing.Length > 0)
            Dns.Status(failing[4..], DnsType.Txt, DnsStatus.TimedOut);
        Assert.Contains(" " + reply, Send("<eve@author.example>"), StringComparison.Ordinal);
    }

    [Fact]
    public void SPF_alone_refuses_nothing()
    {
        Set("dmarc", "enforce");
        Publish("author.example", "v=spf1 -all", "");
        Assert.StartsWith("250 250 354 250 ", Send("<eve@author.example>"), StringComparison.Ordinal);
        Assert.Contains("spf=fail", Stored(), StringComparison.Ordinal);
        Assert.Contains("dmarc=none", Stored(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From: a@author.example\r\nFrom: b@other.example\r\n\r\nx\r\n", "550 5.7.1 Message refused: its From")]
    [InlineData("From: <a@author.example>, <b@other.example>\r\n\r\nx\r\n", "550 5.7.1 ")]
    [InlineData("From: \"bank@other.example\" <a@author.example>\r\n\r\nx\r\n", "550 5.7.1 ")]
    [InlineData("From: \"a@author.example\" <eve@other.example>\r\n\r\nx\r\n", "250 ")]
    [InlineData("Subject: nobody\r\n\r\nx\r\n", "250 ")]
    public void Odd_From_fields_are_judged_by_all_authors_that_they_name(string content, string reply)
    {
        Set("dmarc", "enforce");
        Publish("author.example", "v=spf1 -all", "v=DMARC1; p=reject");
        Assert.Contains("354 " + reply, Dialogue(Stranger, "ann", "<eve@other.example>", content),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_results_field_of_our_name_is_taken_out_and_others_stay()
    {
        Publish("author.example", "v=spf1 -all", "");
        string forged = "Authentication-Results: EXAMPLE.org 1; dmarc=pass header.from=author.example\r\n"
            + "Authentication-Results: other.example; spf=pass smtp.mailfrom=author.example\r\n";
        Assert.StartsWith("250 250 354 250 ", Dialogue(Stranger, "ann", "<eve@author.example>", forged + Author),
            StringComparison.Ordinal);
        Assert.DoesNotContain("EXAMPLE.org", Stored(), StringComparison.Ordinal);
        Assert.Contains("Authentication-Results: other.example;", Stored(), StringComparison.Ordinal);
    }

    /// <summary>Users' mail is not checked, and says nothing in our name all the same.</summary>
    [Theory]
    [InlineData("AUTH PLAIN AGFubgBzZWNyZXQ=\r\n", "", false)]
    [InlineData("AUTH PLAIN AGFubgBzZWNyZXQ=\r\n", " AUTH=<>", false)]
    [InlineData("NOOP\r\n", "", true)]
    public void A_user_forges_no_results_and_a_host_that_may_relay_is_trusted(
        string login, string parameter, bool isKept)
    {
        using SteppedClient client = From(Trusted, new SmtpBackend(Dependencies, null));
        Assert.StartsWith("2", client.Send(login), StringComparison.Ordinal);
        client.Send($"MAIL FROM:<ann@example.org>{parameter}\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
        Assert.StartsWith("250 ", client.Send(
            "Authentication-Results: example.org; dmarc=pass\r\n header.from=author.example\r\n" + Author + ".\r\n"),
            StringComparison.Ordinal);
        Assert.Equal(isKept, Stored().Contains("dmarc=pass", StringComparison.Ordinal));
        Assert.Contains("\r\nFrom: Eve", Stored(), StringComparison.Ordinal);
    }

    [Fact]
    public void From_each_message_of_a_users_session_is_taken_what_is_in_our_name_by_then()
    {
        using SteppedClient client = From(Trusted, new SmtpBackend(Dependencies, null));
        client.Send("AUTH PLAIN AGFubgBzZWNyZXQ=\r\n");
        foreach (string id in (string[])["one.example", "one.example", "two.example", "one.example", "one.example"])
        {
            Set("authserv_id", id);
            client.Send("MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
            Assert.StartsWith("250 ", client.Send("Authentication-Results: one.example; x=1\r\n"
                + "Authentication-Results: two.example; x=2\r\n" + Author + ".\r\n"), StringComparison.Ordinal);
            Assert.Equal(id == "two.example", Stored().Contains("x=1", StringComparison.Ordinal));
            Assert.Equal(id == "one.example", Stored().Contains("x=2", StringComparison.Ordinal));
            Assert.Contains("\r\nFrom: Eve", Stored(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Where_nothing_is_checked_nothing_is_said_in_our_name_and_nothing_taken_out()
    {
        Set("spf", "0");
        Set("dkim_verify", "0");
        using SteppedClient client = From(Trusted, new SmtpBackend(Dependencies, null));
        client.Send("AUTH PLAIN AGFubgBzZWNyZXQ=\r\n"
            + "MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
        client.Send("Authentication-Results: example.org; none\r\n" + Author + ".\r\n");
        Assert.Contains("Authentication-Results: example.org; none\r\n", Stored(), StringComparison.Ordinal);
    }

    /// <summary>The host has the message, at DATA or when it was asked about it: nobody waits for names any more.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_host_has_taken_is_looked_up_no_longer(bool takes)
    {
        var dns = new SilentDns(Dns, "author.example");
        Resolver = dns;
        var host = new Host(takes ? -1 : 554);
        var backend = new SmtpBackend(
            Dependencies with { Host = new HostCallback(host, RequestAction.SmtpSendMessage, Inline: false) }, null);
        using SteppedClient client = From(Stranger, backend);
        client.Send("MAIL FROM:<eve@author.example>\r\n");
        Assert.True(SpinWait.SpinUntil(() => dns.Waiting == 1, Loop.Long));
        client.Send("RCPT TO:<ann@example.org>\r\n");
        Assert.StartsWith(takes ? "354 " : "554 ", client.Send("DATA\r\n"), StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => dns.Waiting == 0, Loop.Long));
        Assert.Null(backend.Checks!.Authentication);
        if (takes)
            Assert.StartsWith("250 ", client.Send(Author + ".\r\n"), StringComparison.Ordinal);
    }

    /// <summary>In ASCII, as those look for it who seal by it.</summary>
    [Theory]
    [InlineData("mx.example.org", "mx.example.org")]
    [InlineData("b\u00fccher.example", "xn--bcher-kva.example")]
    public void The_results_have_the_name_of_authserv_id(string id, string name)
    {
        Set("authserv_id", id);
        Send("<eve@author.example>");
        Assert.Contains($"\r\nAuthentication-Results: {name};", Stored(), StringComparison.Ordinal);
        Assert.Equal(name, Settings.Current.Checks.Authentication.ServerId);
    }

    [Fact]
    public void Who_may_relay_or_has_all_checks_off_meets_nothing_and_nothing_changes()
    {
        Assert.StartsWith("250 250 354 250 ", Dialogue(Trusted, "ann", "<eve@author.example>", Author),
            StringComparison.Ordinal);
        Set("spf", "0");
        Set("dkim_verify", "0");
        Assert.StartsWith("250 250 354 250 ", Send("<eve@author.example>"), StringComparison.Ordinal);
        Assert.All(Spool.Messages, message
            => Assert.DoesNotContain("Authentication-Results", message.Octets, StringComparison.Ordinal));
        Assert.Empty(Dns.Asked);
    }

    [Theory]
    [InlineData("eve@author.example", "250 ")]
    [InlineData("nobody@", "550 ")]
    public void DMARC_is_not_enforced_on_whom_the_good_list_has(string rule, string reply)
    {
        File.WriteAllText(Path.Combine(Folder, "list"), rule + "\n");
        Set("goodlist", Path.Combine(Folder, "list"));
        Set("dmarc", "enforce");
        Publish("author.example", "v=spf1 -all", "v=DMARC1; p=reject");
        Assert.Contains("354 " + reply, Send("<eve@author.example>"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("badlist", "? $spf == 'fail'", "554 ")]
    [InlineData("badlist", "? $spf == 'pass'", "354 250 ")]
    [InlineData("antispam", "$spf == 'fail' && $dmarc == 'fail' && $dkim == 'none'", "354 554 ")]
    [InlineData("antispam", "$dmarc == 'pass'", "354 250 ")]
    [InlineData("antispam", "$auth_domain == ''", "354 554 ")]
    public void Lists_and_filters_may_ask_what_is_known_by_then(string setting, string rule, string reply)
    {
        Publish("author.example", "v=spf1 -all", "v=DMARC1; p=none");
        if (setting == "badlist")
            File.WriteAllText(Path.Combine(Folder, "list"), rule + "\n");
        Set(setting, setting == "badlist" ? Path.Combine(Folder, "list") : rule);
        Assert.Contains(" " + reply, Send("<eve@author.example>"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_null_sender_is_judged_by_the_name_of_its_HELO()
    {
        Set("dmarc", "enforce");
        Publish("client.example", "v=spf1 ip4:198.51.100.7 -all", "v=DMARC1; p=reject");
        Assert.StartsWith(
            "250 250 354 250 ",
            Dialogue(Stranger, "ann", "<>", "From: postmaster@client.example\r\n\r\nx\r\n"), StringComparison.Ordinal);
        Assert.Contains("spf=pass smtp.helo=client.example", Stored(), StringComparison.Ordinal);
    }

    [Fact]
    public void Over_LMTP_each_recipient_hears_of_the_refusal()
    {
        Set("dmarc", "enforce");
        Publish("author.example", "v=spf1 -all", "v=DMARC1; p=reject");
        using var client = new SteppedClient(Stranger, Options with
        {
            Verbs = MailModule.Smtp.Server.StateTable.Lmtp,
        }, new SmtpBackend(Dependencies, null));
        client.Send("LHLO client.example\r\nMAIL FROM:<eve@author.example>\r\n"
            + "RCPT TO:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
        string replies = client.Send(Author + ".\r\n");
        Assert.Equal(2, replies.Split("550 5.7.1 ").Length - 1);
        Assert.Empty(Spool.Messages);
    }

    [Theory]
    [InlineData("", "250 ", "dkim=pass")]
    [InlineData("body", "550 5.7.1 ", "")]
    [InlineData("subject", "550 5.7.1 ", "")]
    [InlineData("revoked", "550 5.7.1 ", "")]
    [InlineData("no answer", "451 4.7.1 ", "")]
    [InlineData("From", "550 5.7.1 ", "")]
    public void A_signature_of_the_author_is_enough_and_one_that_is_broken_is_not(
        string broken, string reply, string told)
    {
        Set("dmarc", "enforce");
        Publish("author.example", "v=spf1 -all", "v=DMARC1; p=reject");
        SignedMail.Publish(Dns, "author.example", broken == "revoked" ? "v=DKIM1; p=" : null);
        if (broken == "no answer")
            Dns.Status("sel._domainkey.author.example", DnsType.Txt, DnsStatus.Failed);
        string message = SignedMail.Sign(Author, "author.example");
        message = broken switch
        {
            "body" => message + "and more\r\n",
            "subject" => message.Replace("Subject: x", "Subject: y", StringComparison.Ordinal),
            "From" => "From: Eve <eve@author.example>\r\n" + message,
            _ => message,
        };
        Assert.Contains("354 " + reply, Dialogue(Stranger, "ann", "<bounce@other.example>", message),
            StringComparison.Ordinal);
        if (told.Length > 0)
            Assert.Contains(told, Stored(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list.example", "dmarc=pass header.from=author.example", "", "250 ")]
    [InlineData("list.example", "dmarc=fail header.from=author.example", "", "550 5.7.1 ")]
    [InlineData("other.example", "dmarc=pass header.from=author.example", "", "550 5.7.1 ")]
    [InlineData("list.example", "dmarc=pass header.from=author.example", "changed", "550 5.7.1 ")]
    [InlineData("list.example", "dmarc=pass header.from=author.example", "no answer", "451 4.7.1 ")]
    public void A_trusted_list_speaks_for_what_it_has_changed(
        string trusted, string reported, string then, string reply)
    {
        Set("arc", "1");
        Set("arc_trusted", trusted);
        Set("dmarc", "enforce");
        Publish("author.example", "v=spf1 -all", "v=DMARC1; p=reject");
        SignedMail.Publish(Dns, "list.example");
        if (then == "no answer")
            Dns.Status("sel._domainkey.list.example", DnsType.Txt, DnsStatus.TimedOut);
        string message = SignedMail.Seal(Author, "list.example", reported) + (then == "changed" ? "more\r\n" : "");
        Assert.Contains("354 " + reply, Dialogue(Stranger, "ann", "<bounce@list.example>", message),
            StringComparison.Ordinal);
        if (reply == "250 ")
            Assert.Contains("policy.dmarc=none", Stored(), StringComparison.Ordinal);
    }

    /// <summary>What is checked is what the client has sent, before lines that are none are left out of its header.
    /// </summary>
    [Fact]
    public void A_large_message_in_pieces_is_checked_as_it_goes_by()
    {
        Publish("author.example", "v=spf1 -all", "v=DMARC1; p=reject");
        SignedMail.Publish(Dns, "author.example");
        string message = SignedMail.Sign(
            Author + string.Concat(Enumerable.Repeat(new string('y', 70) + "\r\n", 5000)), "author.example");
        using SteppedClient client = From(Stranger, new SmtpBackend(Dependencies, null));
        client.Send("MAIL FROM:<eve@author.example>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n");
        for (int at = 0; at < message.Length; at += 1000)
            client.Send(message[at..Math.Min(message.Length, at + 1000)]);
        Assert.StartsWith("250 ", client.Send(".\r\n"), StringComparison.Ordinal);
        Assert.Contains("dkim=pass", Stored(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_server_that_is_silent_holds_up_its_own_message_at_its_end_alone()
    {
        Publish("author.example", "v=spf1 -all", "v=DMARC1; p=none");
        Publish("slow.example", "v=spf1 -all", "v=DMARC1; p=none");
        var dns = new SilentDns(Dns, "slow.example", "_dmarc.slow.example", "sel._domainkey.slow.example");
        Resolver = dns;
        string slow = SignedMail.Sign(Author.Replace("author", "slow", StringComparison.Ordinal), "slow.example");
        using SteppedClient client = From(Stranger, new SmtpBackend(Dependencies, null));
        Assert.Contains("354 ", client.Send(
            "MAIL FROM:<eve@slow.example>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n"), StringComparison.Ordinal);
        Task<string> held = Task.Run(() => client.Send(slow + ".\r\n"));
        // All at once.
        Assert.True(SpinWait.SpinUntil(() => dns.Waiting == 3, Loop.Long));
        for (int i = 0; i < 20; i++)
            Assert.StartsWith("250 250 354 250 ", Send("<eve@author.example>"), StringComparison.Ordinal);
        Assert.False(held.IsCompleted);
        dns.Speak();
        Assert.StartsWith("250 ", await held.WaitAsync(Loop.Long), StringComparison.Ordinal);
    }

    private string Send(string sender) => Dialogue(Stranger, "ann", sender, Author);

    private sealed class Host(int answer) : IRequestHandler
    {
        public int Invoke(IRequestStream stream, string name, RequestAction action, in RequestArguments arguments)
            => answer;
    }

    private string Stored() => Spool.Messages[^1].Octets;

    private void Publish(string domain, string spf, string dmarc)
    {
        Dns.Ok(domain, DnsType.Txt, new TxtRecord(domain, s_life, spf));
        if (dmarc.Length > 0)
            Dns.Ok($"_dmarc.{domain}", DnsType.Txt, new TxtRecord($"_dmarc.{domain}", s_life, dmarc));
    }
}
