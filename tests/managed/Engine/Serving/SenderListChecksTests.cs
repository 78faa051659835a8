using MailModule.Engine.Serving;

namespace MailModule.Tests.Engine.Serving;

/// <summary>Good, bad and gray lists, and greylisting.</summary>
public sealed class SenderListChecksTests : CheckedSessions
{
    [Theory]
    [InlineData("goodlist", "eve@", "250 250 354 250 ")]
    [InlineData("badlist", "eve@", "250 250 554 5.7.1 Message detected as SPAM\r\n")]
    [InlineData("badlist", "? $sender ~ eve && !$checkhello", "250 250 554 ")]
    [InlineData("badlist", "?? bl.example", "250 250 554 ")]
    [InlineData("badlist", "alice@", "250 250 354 250 ")]
    [InlineData("graylist", "eve@", "250 250 451 4.7.1 Message detected as SPAM, try again later\r\n")]
    public void A_list_decides_at_DATA(string list, string rule, string replies)
    {
        File.WriteAllText(Path.Combine(Folder, "list"), $"# comment\n{rule}\n");
        Set(list, Path.Combine(Folder, "list"));
        Dns.Addresses($"{Listed}.bl.example", "127.0.0.4");
        Assert.StartsWith(replies, Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        if (replies.Contains(" 554", StringComparison.Ordinal))
            Assert.Contains(Lines(), line => line.Contains(
                $"refused by badlist: {Path.Combine(Folder, "list")}:2 ", StringComparison.Ordinal));
    }

    [Fact]
    public void Good_comes_before_bad_and_bad_before_gray()
    {
        foreach (string list in (string[])["goodlist", "badlist", "graylist"])
        {
            File.WriteAllText(Path.Combine(Folder, list), "example.net\n");
            Set(list, Path.Combine(Folder, list));
        }
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(Folder, "goodlist"), "example.com and other things\n");
        Assert.Contains(" 554 ", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        File.Delete(Path.Combine(Folder, "badlist"));
        Assert.Contains(" 451 ", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_good_sender_need_not_have_a_domain_that_takes_mail_and_a_zone_in_the_good_list_says_nothing()
    {
        File.WriteAllText(Path.Combine(Folder, "goodlist"), "?? bl.example\n");
        Set("goodlist", Path.Combine(Folder, "goodlist"));
        Set("checkmx", "1");
        Assert.Contains(" 550 5.1.8 ", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        Dns.Addresses($"{Listed}.bl.example", "127.0.0.4");
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipients_own_lists_are_for_that_recipient_alone()
    {
        Set("chklists", "1");
        File.WriteAllText(Path.Combine(Folder, "ann", "badlist"), "eve@\n");
        using SteppedClient client = From(Stranger, new SmtpBackend(Dependencies, null));
        client.Send("MAIL FROM:<eve@example.net>\r\n");
        Assert.StartsWith("550 5.7.1", client.Send("RCPT TO:<ann@example.org>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250", client.Send("RCPT TO:<bob@example.org>\r\n"), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(Folder, "ann", "goodlist"), "eve@\n");
        Assert.StartsWith("250", client.Send("RCPT TO:<ann@example.org>\r\n"), StringComparison.Ordinal);
        Assert.Equal(["bob", "ann"], client.Session.Envelope.Recipients.Select(one => one.Maildrop));
    }

    [Fact]
    public void The_name_of_a_HELO_checks_out_when_it_leads_to_the_client()
    {
        File.WriteAllText(Path.Combine(Folder, "badlist"), "? !$checkhello\n");
        Set("badlist", Path.Combine(Folder, "badlist"));
        Assert.Contains(" 554 ", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        Dns.Addresses("client.example", "203.0.113.1", Stranger);
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
    }

    [Fact]
    public void Greylisting_makes_everybody_wait_once()
    {
        Set("greylist", "1");
        Assert.Equal("250 451 4.7.1 Greylisted, try again later\r\n", Dialogue(Stranger, "ann"));
        Clock.Now += TimeSpan.FromSeconds(29);
        Assert.StartsWith("250 451 ", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        Clock.Now += TimeSpan.FromSeconds(1);
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        Assert.StartsWith("250 451 ", Dialogue(Stranger, "bob"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_graylist_makes_a_sender_wait_unless_he_is_an_MX_of_his_domain()
    {
        File.WriteAllText(Path.Combine(Folder, "graylist"), "eve@\n");
        Set("graylist", Path.Combine(Folder, "graylist"));
        Assert.Contains(" 451 ", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        Clock.Now += TimeSpan.FromSeconds(30);
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        Clock.Now += TimeSpan.FromHours(48);
        Assert.Contains(" 451 ", Dialogue(Stranger, "ann"), StringComparison.Ordinal);
        Set("mxignbl", "1");
        Assert.Contains(" 451 ", Dialogue(Stranger, "bob"), StringComparison.Ordinal);
        Dns.Mx("example.net", (1, "mx.example.net")).Addresses("mx.example.net", Stranger);
        Assert.EndsWith("queued as report0001\r\n", Dialogue(Stranger, "bob"), StringComparison.Ordinal);
    }
}
