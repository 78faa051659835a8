using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

public class SmtpClientSessionTests
{
    private const string Plain = "250 server.example\n";
    private const string Pipelining = "250-server.example\n250-PIPELINING\n250 SIZE 1000\n";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_message_goes_in_lock_step_where_pipelining_is_not_offered(int cut)
    {
        SmtpClientTransaction message = Message("Subject: x\n\n.dot\n", "bob@b.example", "eve@b.example");
        var server = new ClientDialogue(cut: cut, work: message);
        Assert.Equal("EHLO client.example\n", server.Say("220-hello\n220 there\n"));
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Say(Plain));
        Assert.Equal("RCPT TO:<bob@b.example>\n", server.Say("250 ok\n"));
        Assert.Equal("RCPT TO:<eve@b.example>\n", server.Say("251 will forward\n"));
        Assert.Equal("DATA\n", server.Say("252 will try\n"));
        Assert.Equal("Subject: x\n\n..dot\n.\n", server.Say("354 go\n"));
        Assert.Equal("QUIT\n", server.Say("250 2.0.0 taken as 17\n"));
        server.Say("221 bye\n");
        Assert.Equal(Next.Close, server.Last);
        server.Lose();
        Assert.Equal(Fault.None, server.Fault);
        Assert.All(message.Results, result => Assert.Equal(AttemptResultKind.Delivered, result!.Kind));
        Assert.Equal("2.0.0", message.Results[0]!.Reply!.Enhanced);
        Assert.Equal([0, 17], server.Progress);
    }

    [Fact]
    public void Dots_that_the_grammar_does_not_have_go_out_in_quotes()
    {
        var recipients = new[] { "b..ob@b_b.example", ".bob@b.example", "\"b..\"@b.example" }
            .Select(text => new MailModule.Mail.Recipient(Address(text), null)).ToList();
        var server = new ClientDialogue(
            work: new SmtpClientTransaction(Address("ann.@a.example"), recipients, new TextOf("x\n")));
        server.Say("220 hello\n");
        Assert.Equal("MAIL FROM:<\"ann.\"@a.example>\n", server.Say(Plain));
        Assert.Equal("RCPT TO:<\"b..ob\"@b_b.example>\n", server.Say("250 ok\n"));
        Assert.Equal("RCPT TO:<\".bob\"@b.example>\n", server.Say("250 ok\n"));
        Assert.Equal("RCPT TO:<\"b..\"@b.example>\n", server.Say("250 ok\n"));
    }

    [Fact]
    public void No_nul_is_written_to_another_host_and_a_dot_behind_one_is_doubled()
    {
        var server = new ClientDialogue(work: Message("a\0b\n\0.\nMAIL FROM:<eve@b.example>\n", "bob@b.example"));
        server.Say("220 hello\n");
        server.Say(Plain);
        server.Say("250 ok\n");
        server.Say("250 ok\n");
        Assert.Equal("ab\n..\nMAIL FROM:<eve@b.example>\n.\n", server.Say("354 go\n"));
    }

    [Fact]
    public void Mail_recipients_and_data_leave_in_one_write_where_pipelining_is_offered()
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example", "eve@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        Assert.Equal("MAIL FROM:<ann@a.example> SIZE=2\nRCPT TO:<bob@b.example>\nRCPT TO:<eve@b.example>\nDATA\n",
            server.Say(Pipelining));
        Assert.Equal("x\n.\n", server.Say("250 ok\n550 5.1.1 no\n250 ok\n354 go\n"));
        server.Say("250 ok\n");
        Assert.Equal(Fault.RefusedPermanent, message.Results[0]!.Fault);
        Assert.Equal("5.1.1", message.Results[0]!.Reply!.Enhanced);
        Assert.True(message.IsDelivered(1));
    }

    public static TheoryData<int, int, int, bool> Replies()
    {
        var all = new TheoryData<int, int, int, bool>();
        int[] codes = [250, 450, 550];
        foreach (bool pipelined in (bool[])[false, true])
            foreach (int a in codes)
                foreach (int b in codes)
                    foreach (int c in codes)
                        all.Add(a, b, c, pipelined);
        return all;
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public void Each_recipient_has_its_own_result(int first, int second, int third, bool pipelined)
    {
        int[] codes = [first, second, third];
        SmtpClientTransaction message = Message("x\n", "a@b.example", "b@b.example", "c@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say(pipelined ? Pipelining : Plain);
        server.Say("250 ok\n");
        string last = "";
        foreach (int code in codes)
            last = server.Say($"{code} so\n");
        bool anybody = codes.Contains(250);
        if (pipelined)
            last = server.Say(anybody ? "354 go\n" : "554 nobody\n");
        else if (anybody)
            last = server.Say("354 go\n");
        if (anybody)
            last = server.Say("250 taken\n");
        Assert.Equal("QUIT\n", last);
        for (int i = 0; i < 3; i++)
        {
            Fault expected = codes[i] switch
            {
                250 => Fault.None,
                450 => Fault.RefusedTemporary,
                _ => Fault.RefusedPermanent,
            };
            Assert.Equal(expected, message.Results[i]!.Fault);
        }
        Assert.Equal(1, server.CompletedCount);
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public void What_a_loss_before_the_text_leaves_is_failed_and_known(int first, int second, int third, bool pipelined)
    {
        SmtpClientTransaction message = Message("x\n", "a@b.example", "b@b.example", "c@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say(pipelined ? Pipelining : Plain);
        server.Say("250 ok\n");
        server.Say($"{first} so\n");
        server.Say($"{second} so\n");
        Assert.NotEqual(0, third);
        server.Lose();
        Assert.Equal(Fault.Closed, message.Results[2]!.Fault);
        Assert.Equal(first == 250 ? Fault.Closed : first == 450 ? Fault.RefusedTemporary : Fault.RefusedPermanent,
            message.Results[0]!.Fault);
        Assert.DoesNotContain(message.Results, result => result!.IsUnknown);
        Assert.True(server.HasEnded);
    }

    [Fact]
    public void A_loss_after_the_final_dot_is_unknown()
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example", "eve@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say(Pipelining);
        server.Say("250 ok\n250 ok\n550 no\n354 go\n");
        server.Lose();
        Assert.True(message.Results[0]!.IsUnknown);
        Assert.False(message.Results[1]!.IsUnknown);
        Assert.Equal(Fault.Closed, message.Results[0]!.Fault);
    }

    [Fact]
    public void A_refused_mail_command_refuses_every_recipient_in_its_words()
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example", "eve@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say(Pipelining);
        Assert.Equal("QUIT\n", server.Say("451 4.7.1 later\n503 first\n503 first\n503 first\n"));
        Assert.All(message.Results,
            result => Assert.Equal((Fault.RefusedTemporary, 451), (result!.Fault, result.ReplyCode)));
    }

    [Fact]
    public void Data_granted_to_nobody_is_ended_at_once()
    {
        SmtpClientTransaction message = Message("secret\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say(Pipelining);
        Assert.Equal(".\n", server.Say("250 ok\n550 no\n354 go\n"));
        Assert.Equal("QUIT\n", server.Say("554 no valid recipients\n"));
        Assert.Equal(Fault.RefusedPermanent, message.Results[0]!.Fault);
    }

    [Fact]
    public void A_refused_data_command_refuses_whom_rcpt_accepted()
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example", "eve@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say(Pipelining);
        server.Say("250 ok\n550 no\n250 ok\n452 full\n");
        Assert.Equal((550, 452), (message.Results[0]!.Reply!.Code, message.Results[1]!.Reply!.Code));
    }

    [Theory]
    [InlineData("500 what\n")]
    [InlineData("502 5.5.1 no\n")]
    [InlineData("550 no\n")]
    public void A_server_without_ehlo_is_greeted_with_helo(string refusal)
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        Assert.Equal("HELO client.example\n", server.Say(refusal));
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Say("250 old.example\n"));
    }

    [Theory]
    [InlineData("554 5.3.2 not here\n", Fault.RefusedPermanent, 554)]
    [InlineData("421 4.3.2 later\n", Fault.RefusedTemporary, 421)]
    [InlineData("450 later\n", Fault.RefusedTemporary, 450)]
    [InlineData("250 hello\n", Fault.Protocol, 250)]
    public void A_greeting_that_is_no_220_ends_it_before_any_transaction(string greeting, Fault fault, int code)
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say(greeting);
        Assert.Equal(Next.Close, server.Last);
        server.Lose();
        Assert.Equal((fault, code), (server.Fault, server.Words!.Code));
        Assert.False(message.IsFinal(0) || message.IsAccepted(0));
    }

    [Theory]
    [InlineData("220 hello\n", "421 down\n")]
    [InlineData("220 hello\n" + Plain, "421 down\n")]
    [InlineData("220 hello\n" + Plain + "250 ok\n", "421 down\n")]
    [InlineData("220 hello\n" + Plain + "250 ok\n250 ok\n", "421 down\n")]
    [InlineData("220 hello\n" + Plain + "250 ok\n250 ok\n354 go\n", "421 down\n")]
    public void Four_two_one_ends_the_dialogue_at_any_point(string before, string words)
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        foreach (string line in before.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            server.Say(line + "\n");
        server.Say(words);
        Assert.Equal(Next.Close, server.Last);
        server.Lose();
        Assert.Equal((Fault.RefusedTemporary, 421), (server.Fault, server.Words!.Code));
        Assert.False(message.HasDelivered);
    }

    [Fact]
    public void After_starttls_everything_begins_again()
    {
        var server = new ClientDialogue(StartTlsUse.IfOffered, work: Message("x\n", "bob@b.example"));
        server.Say("220 hello\n");
        Assert.Equal("STARTTLS\n", server.Say("250-server\n250-SIZE 1\n250 STARTTLS\n"));
        Assert.Equal("EHLO client.example\n", server.Say("220 go\n"));
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Say(Plain));
    }

    [Fact]
    public void A_refused_starttls_goes_on_in_clear_text_if_tls_is_opportunistic()
    {
        var server = new ClientDialogue(StartTlsUse.IfOffered, work: Message("x\n", "bob@b.example"));
        server.Say("220 hello\n");
        server.Say("250-server\n250 STARTTLS\n");
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Say("454 not now\n"));
    }

    [Theory]
    [InlineData(Plain, "")]
    [InlineData("250-server\n250 STARTTLS\n", "454 not now\n")]
    public void Without_tls_nothing_is_sent_where_it_is_required(string extensions, string answer)
    {
        var server = new ClientDialogue(StartTlsUse.Required, work: Message("x\n", "bob@b.example"));
        server.Say("220 hello\n");
        Assert.DoesNotContain("MAIL", server.Say(extensions) + server.Say(answer), StringComparison.Ordinal);
        server.Lose();
        Assert.Equal(Fault.Tls, server.Fault);
    }

    [Fact]
    public void A_message_beyond_the_servers_size_is_refused_without_asking()
    {
        SmtpClientTransaction message = Message(new string('x', 1001), "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        Assert.Equal("QUIT\n", server.Say(Pipelining));
        Assert.Equal(Fault.Limit, message.Results[0]!.Fault);
    }

    [Fact]
    public void Eight_bit_text_and_utf8_addresses_are_announced_where_offered()
    {
        var server = new ClientDialogue(work: Message("gr\u00fc\u00dfe\n", "j\u00fcrgen@b.example"));
        server.Say("220 hello\n");
        Assert.Equal("MAIL FROM:<ann@a.example> BODY=8BITMIME SMTPUTF8\n",
            server.Say("250-server\n250-8BITMIME\n250 SMTPUTF8\n"));
    }

    [Fact]
    public void A_utf8_address_fails_alone_where_it_is_not_taken()
    {
        SmtpClientTransaction message = Message("x\n", "j\u00fcrgen@b.example", "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say(Plain);
        Assert.Equal("RCPT TO:<bob@b.example>\n", server.Say("250 ok\n"));
        Assert.Equal(Fault.NotSupported, message.Results[0]!.Fault);
    }

    [Fact]
    public void Several_messages_go_over_one_connection_with_a_reset_after_a_broken_one()
    {
        var server = new ClientDialogue(
            work: [Message("x\n", "bob@b.example"), Message("y\n", "eve@b.example"), Message("z\n", "ann@b.example")]);
        server.Say("220 hello\n");
        server.Say(Plain);
        server.Say("250 ok\n");
        Assert.Equal("RSET\n", server.Say("550 no\n"));
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Say("250 ok\n"));
        server.Say("250 ok\n");
        server.Say("250 ok\n");
        server.Say("354 go\n");
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Say("250 taken\n"));
        Assert.Equal(2, server.CompletedCount);
    }

    [Fact]
    public void A_long_list_goes_in_groups()
    {
        string[] to = [.. Enumerable.Range(0, 250).Select(i => $"u{i}@b.example")];
        SmtpClientTransaction message = Message("x\n", to);
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        Assert.Equal(100, Lines(server.Say(Pipelining), "RCPT"));
        string second = server.Say(Repeat("250 ok\n", 101));
        Assert.Equal((100, 0), (Lines(second, "RCPT"), Lines(second, "DATA")));
        string third = server.Say(Repeat("250 ok\n", 100));
        Assert.Equal((50, 1), (Lines(third, "RCPT"), Lines(third, "DATA")));
        server.Say(Repeat("250 ok\n", 50) + "354 go\n");
        server.Say("250 taken\n");
        Assert.All(message.Results, result => Assert.Equal(AttemptResultKind.Delivered, result!.Kind));
    }

    [Fact]
    public void A_text_that_cannot_be_read_breaks_off_without_a_final_dot()
    {
        SmtpClientTransaction message = Message(new BrokenText(), "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say(Plain);
        server.Say("250 ok\n");
        server.Say("250 ok\n");
        Assert.DoesNotContain(".\n", server.Say("354 go\n"), StringComparison.Ordinal);
        Assert.Equal(Next.Close, server.Last);
        Assert.Equal(Fault.Io, message.Results[0]!.Fault);
    }

    [Fact]
    public void Silence_is_a_timeout()
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say(Plain);
        server.Expire();
        server.Lose();
        Assert.Equal((Fault.Timeout, Fault.Timeout), (server.Fault, message.Results[0]!.Fault));
    }

    [Fact]
    public void A_server_that_closes_instead_of_answering_quit_is_no_failure()
    {
        var server = new ClientDialogue();
        server.Say("220 hello\n");
        Assert.Equal("QUIT\n", server.Say(Plain));
        server.Lose();
        Assert.Equal(Fault.None, server.Fault);
    }

    [Fact]
    public void Garbage_ends_the_dialogue_and_nothing_is_called_delivered()
    {
        var random = new Random(4711);
        for (int round = 0; round < 2000; round++)
        {
            SmtpClientTransaction message = Message("x\n", "bob@b.example");
            var server = new ClientDialogue(work: message);
            string[] script = ["220 hello\n", Pipelining, "250 ok\n", "250 ok\n"];
            foreach (string line in script.Take(random.Next(script.Length + 1)))
                server.Say(line);
            byte[] noise = new byte[random.Next(1, 200)];
            random.NextBytes(noise);
            server.Say(System.Text.Encoding.Latin1.GetString(noise) + "\n");
            server.Say("\n");
            server.Lose();
            Assert.False(message.IsDelivered(0));
        }
    }

    private static int Lines(string text, string verb)
        => text.Split('\n').Count(line => line.StartsWith(verb, StringComparison.Ordinal));

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
