using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

/// <summary>Servers that do not keep to the order of things, and what the owner hears of where it happened.</summary>
public class SmtpClientTroubleTests
{
    private static readonly string[] s_lockStep =
        ["220 hello\n", "250 server.example\n", "250 ok\n", "250 ok\n", "354 go\n", "250 taken\n", "221 bye\n"];
    private static readonly SmtpStage[] s_stages = [SmtpStage.Greeting, SmtpStage.Hello, SmtpStage.Mail,
        SmtpStage.Rcpt, SmtpStage.Data, SmtpStage.EndOfData, SmtpStage.Idle];

    [Fact]
    public void The_stage_is_what_the_session_waits_for_and_stays_where_it_ended()
    {
        for (int length = 0; length < s_lockStep.Length; length++)
        {
            SmtpClientTransaction message = Message("x\n", "bob@b.example");
            var server = new ClientDialogue(work: message);
            foreach (string line in s_lockStep.Take(length))
                server.Say(line);
            Assert.Equal(s_stages[length], server.Session.Stage);
            server.Lose();
            Assert.Equal(s_stages[length], server.Session.Stage);
            if (length is >= 2 and <= 5)
                Assert.Equal(s_stages[length], message.Results[0]!.Stage);
        }
    }

    [Theory]
    [InlineData("421 down\n")]
    [InlineData("554 what\n")]
    [InlineData("250-\n25")]
    [InlineData("garbage\n")]
    public void The_stage_of_an_end_is_that_of_the_answer_that_ended_it(string words)
    {
        for (int length = 0; length < s_lockStep.Length - 1; length++)
        {
            var server = new ClientDialogue(work: Message("x\n", "bob@b.example"));
            foreach (string line in s_lockStep.Take(length))
                server.Say(line);
            server.Say(words);
            server.Lose();
            if (server.Fault is not (Fault.None or Fault.Closed))
                Assert.Equal(s_stages[length], server.Session.Stage);
        }
    }

    [Theory]
    [InlineData("250 ahead\n")]
    [InlineData("250-ahead\n")]
    [InlineData("250 ah")]
    [InlineData("354 go\n")]
    public void An_answer_to_what_was_not_asked_yet_ends_the_dialogue(string ahead)
    {
        for (int length = 0; length < s_lockStep.Length - 2; length++)
        {
            SmtpClientTransaction message = Message("x\n", "bob@b.example");
            var server = new ClientDialogue(work: message);
            foreach (string line in s_lockStep.Take(length))
                server.Say(line);
            string said = server.Say(s_lockStep[length] + ahead);
            if (s_stages[length] == SmtpStage.Data)
                // no text is sent before what was begun is whole
                said += server.Say(ahead.EndsWith('\n') ? "250 whole\n" : "ead\n");
            Assert.DoesNotContain("x\n", said, StringComparison.Ordinal);
            Assert.Equal(Next.Close, server.Last);
            server.Lose();
            Assert.Equal(Fault.Protocol, server.Fault);
            Assert.Contains("before it was asked", server.Session.FaultText, StringComparison.Ordinal);
            Assert.False(message.IsDelivered(0));
        }
    }

    [Theory]
    [InlineData("421 4.3.2 shutting down\n", Fault.RefusedTemporary)]
    [InlineData("554 5.5.0 synchronization error\n", Fault.RefusedPermanent)]
    public void A_refusal_that_nobody_asked_for_is_heard_as_what_it_says(string words, Fault fault)
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say("250 server\n" + words);
        server.Lose();
        Assert.Equal((fault, words[..3]), (server.Fault, server.Words!.ToString()[..3]));
        Assert.Equal(fault, message.Results[0]!.Fault);
    }

    [Fact]
    public void A_refusal_that_began_before_it_was_asked_for_says_the_same_wherever_it_is_cut()
    {
        const string Words = "421 4.3.2 shutting down\n";
        for (int length = 0; length < s_lockStep.Length - 2; length++)
            for (int cut = 1; cut < Words.Length; cut++)
            {
                SmtpClientTransaction message = Message("x\n", "bob@b.example");
                var server = new ClientDialogue(work: message);
                foreach (string line in s_lockStep.Take(length))
                    server.Say(line);
                string said = server.Say(s_lockStep[length] + Words[..cut]) + server.Say(Words[cut..]);
                Assert.DoesNotContain("x\n", said, StringComparison.Ordinal);
                server.Lose();
                Assert.Equal((Fault.RefusedTemporary, "421"), (server.Fault, server.Words!.ToString()[..3]));
                if (length > 0) // the greeting's answer comes before the message is asked for
                    Assert.Equal(Fault.RefusedTemporary, message.Results[0]!.Fault);
            }
    }

    [Theory]
    [InlineData("521 5.3.2 no mail\n", true)]
    [InlineData("220-hello\n220-there\n521 5.3.2 no mail\n", true)]
    [InlineData("521 5.3.2 no mail", true)]
    [InlineData("521-5.3.2 no mail\n", true)]
    [InlineData("\n521 5.3.2 no mail\n", true)]
    [InlineData("421 4.3.2 no mail", false)]
    public void A_refusal_is_heard_at_every_stage_though_the_connection_ends_behind_or_inside_it(
        string words, bool isPermanent)
    {
        for (int length = 0; length < s_lockStep.Length - 1; length++)
        {
            SmtpClientTransaction message = Message("x\n", "bob@b.example");
            var server = new ClientDialogue(cut: length % 3, work: message);
            foreach (string line in s_lockStep.Take(length))
                server.Say(line);
            server.Say(words);
            server.Lose();
            Reply? heard = length < 2 ? server.Words : message.Results[0]!.Reply;
            Assert.Contains("no mail", heard!.Lines);
            Fault fault = length < 2 ? server.Fault : message.Results[0]!.Fault;
            Assert.Equal(isPermanent ? Fault.RefusedPermanent : Fault.RefusedTemporary, fault);
            Assert.Equal(s_stages[length], length < 2 ? server.Session.Stage : message.Results[0]!.Stage);
        }
    }

    [Theory]
    [InlineData("554 5.7.1 blocked\n", Fault.RefusedPermanent)]
    [InlineData("502 what?\n", Fault.Closed)]
    public void An_ehlo_that_is_refused_is_the_end_where_helo_is_not_answered(string words, Fault fault)
    {
        foreach (bool isSilent in (ReadOnlySpan<bool>)[false, true])
        {
            var server = new ClientDialogue(work: Message("x\n", "bob@b.example"));
            server.Say("220 hello\n");
            Assert.Equal("HELO client.example\n", server.Say(words));
            if (isSilent)
                server.Expire();
            server.Lose();
            Assert.Equal((fault, words.TrimEnd(), SmtpStage.Hello),
                (server.Fault, server.Words?.ToString(), server.Session.Stage));
        }
    }

    [Fact]
    public void What_helo_is_answered_counts_more_than_what_ehlo_was()
    {
        var server = new ClientDialogue(work: Message("x\n", "bob@b.example"));
        server.Say("220 hello\n");
        server.Say("554 5.7.1 no EHLO\n");
        Assert.StartsWith("MAIL", server.Say("250 server\n"), StringComparison.Ordinal);
        server.Lose();
        Assert.Equal((Fault.Closed, null), (server.Fault, server.Words));
    }

    [Fact]
    internal void A_refused_starttls_is_told_where_the_server_closes_behind_it()
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(StartTlsUse.IfOffered, work: message);
        server.Say("220 hello\n");
        server.Say("250-x\n250 STARTTLS\n");
        server.Say("454 4.7.0 no TLS today\n");
        server.Lose();
        Assert.Equal((AttemptResultKind.Deferred, "454 4.7.0 no TLS today"),
            (message.Results[0]!.Kind, message.Results[0]!.Text));
    }

    [Theory]
    [InlineData("", "250 server\n")]
    [InlineData("\n", "\n250 server\n")]
    [InlineData("hello\n", "hi\n250 server\n")]
    [InlineData("\n", "250-server\n250\tPIPELINING\n")]
    [InlineData("hi\n", "250-server\nwe offer:\n250 PIPELINING\n")]
    public void Stray_lines_keep_no_message_back(string stray, string ehlo)
    {
        for (int cut = 0; cut < 9; cut++)
        {
            SmtpClientTransaction message = Message("x\n", "a@b.example", "c@b.example");
            var server = new ClientDialogue(cut: cut, work: message);
            server.Say($"{stray}220 hello\n");
            string said = server.Say(ehlo);
            if (said.Contains("DATA", StringComparison.Ordinal))
                server.Say($"{stray}250 ok\n{stray}550\tno\n{stray}250\n{stray}354 go\n");
            else
                foreach (string line in (ReadOnlySpan<string>)["250 ok\n", "550\tno\n", "250\n", "354 go\n"])
                    server.Say(stray + line);
            Assert.Equal("QUIT\n", server.Say($"{stray}250-taken\n{stray}250 as 1\n"));
            server.Say($"{stray}221 bye\n");
            server.Lose();
            Assert.Equal((false, true, Fault.None),
                (message.IsDelivered(0), message.IsDelivered(1), server.Fault));
            Assert.Equal("550 no", message.Results[0]!.Text);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answer_without_a_code_is_temporary_and_told_as_it_came(bool isSilent)
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say("250 server\n");
        server.Say("what was that?\n");
        if (isSilent)
            server.Expire();
        server.Lose();
        Assert.Equal((Fault.Protocol, AttemptResultKind.Deferred, ""),
            (server.Fault, message.Results[0]!.Kind, message.Results[0]!.Speaker));
        Assert.EndsWith(": \"what was that?\"", server.Session.FaultText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_yes_to_the_message_counts_however_long_it_is()
    {
        string many = string.Concat(Enumerable.Repeat("250-2.0.0 taken, and furthermore\n", 5000));
        string longLine = $"250 {new string('x', 100_000)}\n";
        foreach (string end in (ReadOnlySpan<string>)["250 2.0.0 that is all\n", longLine])
        {
            SmtpClientTransaction message = Message("x\n", "bob@b.example");
            var server = new ClientDialogue(cut: 1000, work: message);
            foreach (string line in s_lockStep.Take(5))
                server.Say(line);
            Assert.Equal("QUIT\n", server.Say(many + end));
            Assert.True(message.IsDelivered(0));
        }
    }

    [Fact]
    public void A_yes_that_does_not_end_counts_when_the_time_is_over_and_not_when_the_connection_is_lost()
    {
        foreach (bool isSilent in (ReadOnlySpan<bool>)[false, true])
        {
            SmtpClientTransaction message = Message("x\n", "bob@b.example");
            var server = new ClientDialogue(work: message);
            foreach (string line in s_lockStep.Take(5))
                server.Say(line);
            server.Say("250-taken\n250-and\n");
            if (isSilent)
                server.Expire();
            server.Lose();
            Assert.Equal((isSilent, !isSilent), (message.IsDelivered(0), message.Results[0]!.IsUnknown));
        }
    }

    [Fact]
    public void A_verdict_before_the_text_delivers_nothing()
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say("250-server\n250 PIPELINING\n");
        server.Say("250 ok\n250 ok\n354 go\n250 taken already\n");
        server.Lose();
        Assert.Equal((Fault.Protocol, false), (message.Results[0]!.Fault, message.Results[0]!.IsUnknown));
    }

    [Theory]
    [InlineData("354 go\n", 2)]
    [InlineData("354 go\n", 3)]
    [InlineData("250 ok\n", 4)]
    [InlineData("220 ready\n", 4)]
    public void An_answer_in_the_wrong_place_ends_the_dialogue_politely(string words, int stage)
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        foreach (string line in s_lockStep.Take(stage))
            server.Say(line);
        Assert.Equal("QUIT\n", server.Say(words));
        Assert.Equal(Next.Close, server.Last);
        server.Lose();
        Assert.Equal((Fault.Protocol, s_stages[stage]), (message.Results[0]!.Fault, message.Results[0]!.Stage));
    }

    [Theory]
    [InlineData("552 too many\n", Fault.RefusedTemporary, true)]
    [InlineData("552 5.5.3 too many\n", Fault.RefusedTemporary, true)]
    [InlineData("552 5.2.2 mailbox full\n", Fault.RefusedPermanent, true)]
    [InlineData("552 too many\n", Fault.RefusedPermanent, false)]
    [InlineData("452 4.5.3 too many\n", Fault.RefusedTemporary, true)]
    public void Too_many_recipients_is_a_passing_trouble_in_the_old_code_too(
        string words, Fault fault, bool behindAnother)
    {
        SmtpClientTransaction message = Message("x\n", "a@b.example", "b@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        server.Say("250 server\n");
        server.Say("250 ok\n");
        server.Say(behindAnother ? "250 ok\n" : "550 no\n");
        server.Say(words);
        Assert.Equal((fault, SmtpStage.Rcpt), (message.Results[1]!.Fault, message.Results[1]!.Stage));
    }

    [Theory]
    [InlineData("250 mx.example at your service\n", "mx.example")]
    [InlineData("250-mx.example\n250 SIZE\n", "mx.example")]
    [InlineData("250\n", "")]
    public void The_servers_name_is_the_first_word_of_its_greeting(string words, string name)
    {
        var server = new ClientDialogue(work: Message("x\n", "bob@b.example"));
        server.Say("220 hello\n");
        server.Say(words);
        Assert.Equal(name, server.Session.ServerName);
    }

    [Fact]
    public void Replies_with_nul_and_octets_above_127_are_read_and_cleaned()
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 h\0llo \u00e9\n");
        server.Say("250 server\u0007\n");
        server.Say("550 5.7.1 n\0t \u00fc you\u001b[31m\n");
        Assert.Equal("550 5.7.1 n?t \u00fc you?[31m", message.Results[0]!.Reply!.ToString());
    }

    [Fact]
    public void Refusals_of_our_own_are_told_with_the_stage_they_stand_for()
    {
        SmtpClientTransaction message = Message(new string('x', 100), "bob@b.example");
        var server = new ClientDialogue(work: message);
        server.Say("220 hello\n");
        Assert.Equal("QUIT\n", server.Say("250-x\n250 SIZE 10\n"));
        Assert.Equal((Fault.Limit, SmtpStage.Mail, 0),
            (message.Results[0]!.Fault, message.Results[0]!.Stage, server.Session.TransactionsCompleted));
    }

    [Theory]
    [InlineData(StartTlsUse.Required, "250 x\n", "offers no TLS")]
    [InlineData(StartTlsUse.Required, "250-x\n250 STARTTLS\n", "refuses STARTTLS")]
    internal void Tls_that_cannot_be_had_is_put_into_words(StartTlsUse use, string ehlo, string words)
    {
        var server = new ClientDialogue(use, work: Message("x\n", "bob@b.example"));
        server.Say("220 hello\n");
        server.Say(ehlo);
        server.Say("501 no\n");
        server.Lose();
        Assert.Equal(Fault.Tls, server.Fault);
        Assert.Contains(words, server.Session.FaultText, StringComparison.Ordinal);
    }
}
