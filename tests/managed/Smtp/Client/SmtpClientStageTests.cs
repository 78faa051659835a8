using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

/// <summary>Every kind of answer, and every kind of end, at every stage of a dialogue.</summary>
public class SmtpClientStageTests
{
    private const string Plain = "250 server.example\n";
    private const string Pipelining = "250-server.example\n250-PIPELINING\n250 SIZE 1000\n";

    // What a good server says up to the stage; the answer under test comes next.
    private static readonly (string Name, string Good)[] s_stages =
        [("greeting", "220 hello\n"), ("ehlo", ""), ("mail", "250 ok\n"), ("rcpt", "250 ok\n"), ("data", "354 go\n"),
            ("verdict", "250 taken\n")];

    private static readonly (string Words, Fault Fault)[] s_answers =
    [
        ("421 down\n", Fault.RefusedTemporary), ("450 later\n", Fault.RefusedTemporary),
            ("452-4.3.1 full\n452 4.3.1 very full\n", Fault.RefusedTemporary),
        ("500 what\n", Fault.RefusedPermanent), ("550-no\n550 never\n", Fault.RefusedPermanent),
            ("554 5.7.1 go away\n", Fault.RefusedPermanent),
        ("220-a\n550 b\n", Fault.RefusedPermanent), ("550\tno\n", Fault.RefusedPermanent),
            ("\nhello\n550 no\n", Fault.RefusedPermanent),
        ("300 what\n", Fault.Protocol), ("hello\n", Fault.Protocol), ("25\n", Fault.Protocol),
            ("100 wait\n", Fault.Protocol), ("600 what\n", Fault.Protocol), ("2500 what\n", Fault.Protocol),
            ("-1 x\n", Fault.Protocol), ("\n", Fault.Closed),
    ];

    public static TheoryData<int, int, bool> AnswersAtStages()
    {
        var all = new TheoryData<int, int, bool>();
        for (int stage = 0; stage < s_stages.Length; stage++)
            for (int answer = 0; answer < s_answers.Length; answer++)
            {
                all.Add(stage, answer, false);
                all.Add(stage, answer, true);
            }
        return all;
    }

    [Theory]
    [MemberData(nameof(AnswersAtStages))]
    public void An_answer_that_is_not_the_good_one_fails_the_message_in_its_own_way(
        int stage, int answer, bool pipelined)
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        PlayUpTo(server, stage, pipelined);
        (string words, Fault fault) = s_answers[answer];
        server.Say(words);
        bool isAnswered = fault != Fault.Closed && (fault != Fault.Protocol || words[0] == '3');
        if (s_stages[stage].Name == "ehlo" && isAnswered && server.Last == Next.Read)
            server.Say("500 no helo either\n");
        if (isAnswered)
            server.Say("250 anything\n");
        server.Lose();
        AttemptResult? bob = message.Results[0];
        Assert.False(message.IsDelivered(0) || message.IsAccepted(0));
        Assert.Equal(stage >= 2, bob is not null);
        // Behind a stray line it is not known which of the commands that were sent ahead this refuses.
        bool isTold = pipelined && s_stages[stage].Name == "mail" && answer is 6 or 8;
        Assert.Equal(isTold ? Fault.Closed : Expected(stage, fault, words), bob?.Fault ?? server.Fault);
        Assert.Equal(stage < 2 ? 0 : 1, server.CompletedCount);
        if (stage >= 2 && fault is Fault.RefusedPermanent or Fault.RefusedTemporary)
            Assert.Equal(words.Split('\n')[^2][..3],
                bob!.Reply?.Code.ToString(System.Globalization.CultureInfo.InvariantCulture)
                ?? server.Words!.Code.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    // An EHLO that is not understood is followed by HELO, whose refusal decides then.
    private static Fault Expected(int stage, Fault fault, string words)
        => s_stages[stage].Name == "ehlo" && words.StartsWith("300", StringComparison.Ordinal)
            ? Fault.RefusedPermanent
            : fault;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_line_without_end_counts_by_its_code_and_ends_the_dialogue_at_every_stage(bool pipelined)
    {
        for (int stage = 0; stage < s_stages.Length; stage++)
        {
            SmtpClientTransaction message = Message("x\n", "bob@b.example");
            var server = new ClientDialogue(work: message);
            PlayUpTo(server, stage, pipelined);
            for (int i = 0; i < 1000 && server.Last == Next.Read; i++)
                server.Say("250-" + new string('x', 100_000));
            Assert.Equal(Next.Close, server.Last);
            server.Lose();
            Assert.Equal((Fault.Protocol, s_stages[stage].Name == "verdict"),
                (server.Fault, message.IsDelivered(0)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reply_without_end_is_not_gathered_for_ever(bool pipelined)
    {
        string lines = string.Concat(Enumerable.Repeat("250-more\n", 10_000));
        for (int stage = 0; stage < s_stages.Length; stage++)
        {
            var server = new ClientDialogue(work: Message("x\n", "bob@b.example"));
            PlayUpTo(server, stage, pipelined);
            for (int i = 0; i < 1000 && server.Last == Next.Read; i++)
                server.Say(lines);
            Assert.Equal(Next.Close, server.Last);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_loss_after_any_octet_leaves_every_recipient_final_and_only_the_last_reply_delivers(bool pipelined)
    {
        string all = string.Concat(Enumerable.Range(0, s_stages.Length).Select(stage => GoodAt(stage, pipelined)));
        for (int length = 0; length <= all.Length; length++)
        {
            SmtpClientTransaction message = Message("x\n", "bob@b.example");
            var server = new ClientDialogue(work: message);
            string said = string.Concat(all[..length].Select(octet => server.Say(octet.ToString())));
            server.Lose();
            AttemptResult? bob = message.Results[0];
            bool wasBegun = said.Contains("MAIL", StringComparison.Ordinal);
            Assert.True(server.HasEnded);
            Assert.Equal(wasBegun ? 1 : 0, server.CompletedCount);
            Assert.Equal(wasBegun, bob is not null);
            Assert.Equal(length == all.Length, message.IsDelivered(0));
            Assert.Equal(length < all.Length && said.EndsWith("x\n.\n", StringComparison.Ordinal),
                bob is { IsUnknown: true });
            Assert.Equal(length == all.Length ? Fault.None : Fault.Closed, server.Fault);
        }
    }

    [Theory]
    [InlineData(ExpiryReason.Idle, Fault.Timeout)]
    [InlineData(ExpiryReason.Stopping, Fault.Cancelled)]
    internal void The_deadline_of_any_stage_fails_what_is_not_final(ExpiryReason reason, Fault fault)
    {
        for (int stage = 0; stage < s_stages.Length; stage++)
        {
            SmtpClientTransaction message = Message("x\n", "bob@b.example");
            var server = new ClientDialogue(work: message);
            PlayUpTo(server, stage, pipelined: stage % 2 == 0);
            server.Expire(reason);
            server.Lose();
            Assert.Equal(fault, server.Fault);
            if (stage >= 2)
                Assert.Equal(fault, message.Results[0]!.Fault);
            Assert.Equal(s_stages[stage].Name == "verdict", message.Results[0] is { IsUnknown: true });
        }
    }

    public static TheoryData<int, int, int, int, bool> AnswersCutOff()
    {
        var all = new TheoryData<int, int, int, int, bool>();
        int[] codes = [250, 450, 550];
        foreach (int a in codes)
            foreach (int b in codes)
                foreach (int c in codes)
                    for (int heard = 0; heard <= 3; heard++)
                    {
                        all.Add(a, b, c, heard, false);
                        all.Add(a, b, c, heard, true);
                    }
        return all;
    }

    [Theory]
    [MemberData(nameof(AnswersCutOff))]
    public void A_loss_between_the_answers_to_recipients_keeps_the_answers_heard(
        int first, int second, int third, int heard, bool pipelined)
    {
        int[] codes = [first, second, third];
        SmtpClientTransaction message = Message("x\n", "a@b.example", "b@b.example", "c@b.example");
        var server = new ClientDialogue(work: message);
        PlayUpTo(server, 3, pipelined);
        foreach (int code in codes.Take(heard))
            server.Say($"{code} so\n");
        bool isOver = heard == 3 && !pipelined && !codes.Contains(250);
        server.Lose();
        for (int i = 0; i < 3; i++)
        {
            Fault expected = i >= heard || codes[i] == 250
                ? Fault.Closed
                : codes[i] == 450
                ? Fault.RefusedTemporary
                : Fault.RefusedPermanent;
            Assert.Equal(expected, message.Results[i]!.Fault);
            Assert.False(message.Results[i]!.IsUnknown);
        }
        Assert.Equal(isOver ? Fault.None : Fault.Closed, server.Fault);
        Assert.Equal(1, server.CompletedCount);
    }

    [Theory]
    [InlineData("250 2.1.5 fine\n", true)]
    [InlineData("251 will forward\n", true)]
    [InlineData("252 cannot verify\n", true)]
    [InlineData("299 whatever\n", true)]
    [InlineData("354 what\n", false)]
    public void A_recipient_is_taken_by_any_positive_answer_and_by_none_that_asks_for_more(string words, bool isTaken)
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(work: message);
        PlayUpTo(server, 3, pipelined: false);
        Assert.Equal(isTaken ? "DATA\n" : "QUIT\n", server.Say(words));
    }

    [Fact]
    public void All_lines_and_the_enhanced_code_of_a_refusal_are_kept()
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        var server = new ClientDialogue(cut: 1, work: message);
        PlayUpTo(server, 3, pipelined: false);
        server.Say("550-5.7.1 first\n550-5.7.1 second\n550 5.7.1\n");
        Assert.Equal((550, "5.7.1"), (message.Results[0]!.Reply!.Code, message.Results[0]!.Reply!.Enhanced));
        Assert.Equal(["first", "second", ""], message.Results[0]!.Reply!.Lines);
    }

    [Fact]
    public void A_refusal_in_the_middle_of_the_text_is_heard_and_the_text_ended_by_no_dot()
    {
        SmtpClientTransaction message = Message(new LongText(1_000_000, pending: true), "bob@b.example");
        var server = new ClientDialogue(work: message);
        PlayUpTo(server, 4, pipelined: false);
        server.Say("354 go\n");
        Assert.Equal(Next.Wait, server.Last);
        Assert.Equal("", server.Say("552 5.3.4 too much\n"));
        Assert.DoesNotContain("\n.\n", server.Resume(), StringComparison.Ordinal);
        Assert.Equal(Next.Close, server.Last);
        server.Lose();
        Assert.Equal((Fault.RefusedPermanent, 552), (message.Results[0]!.Fault, message.Results[0]!.Reply!.Code));
        Assert.False(message.Results[0]!.IsUnknown);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_long_text_goes_in_pieces_of_bounded_size(bool pending)
    {
        const long Length = 64L << 20;
        var text = new LongText(Length, pending);
        SmtpClientTransaction message = Message(text, "bob@b.example");
        var server = new ClientDialogue(work: message);
        PlayUpTo(server, 4, pipelined: false);
        server.Say("354 go\n");
        while (server.Last == Next.Wait)
            server.Resume();
        Assert.Equal(pending, text.Waits > 0);
        Assert.Equal("QUIT\n", server.Say("250 taken\n"));
        Assert.True(message.IsDelivered(0));
        Assert.Equal(Length, message.Sent);
        Assert.True(server.SaidLength > Length);
        // One piece beyond the mark, with every dot doubled and every LF made CRLF.
        Assert.InRange(server.LargestOutput, 1, 128 * 1024);
        Assert.Equal(server.Progress.Order(), server.Progress);
        Assert.Equal((0, Length), (server.Progress[0], server.Progress[^1]));
    }

    [Fact]
    public void What_a_server_says_before_tls_does_not_count_after_it()
    {
        var server = new ClientDialogue(StartTlsUse.IfOffered, work: Message("x\n", "bob@b.example"));
        server.Say("220 hello\n");
        server.Say("250-server\n250-PIPELINING\n250-SIZE 1\n250 STARTTLS\n");
        Assert.Equal("EHLO client.example\n", server.Say("220 go\n250-injected\n250 SIZE 1\n354 x\n"));
        Assert.Equal("HELO client.example\n", server.Say("502 no\n"));
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Say("250 server\n"));
    }

    [Fact]
    public void Starttls_is_not_asked_for_twice()
    {
        var server = new ClientDialogue(StartTlsUse.Required, work: Message("x\n", "bob@b.example"));
        server.Say("220 hello\n");
        server.Say("250-server\n250 STARTTLS\n");
        server.Say("220 go\n");
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Say("250-server\n250 STARTTLS\n"));
    }

    [Fact]
    public void A_loss_in_the_handshake_is_a_failure_of_tls()
    {
        var server = new ClientDialogue(StartTlsUse.IfOffered, stopAtTls: true, work: Message("x\n", "bob@b.example"));
        server.Say("220 hello\n");
        server.Say("250-server\n250 STARTTLS\n");
        server.Say("220 go\n");
        server.Lose();
        Assert.Equal(Fault.Tls, server.Fault);
        Assert.Equal(0, server.CompletedCount);
    }

    [Theory]
    [InlineData("554 not here\n", "")]
    [InlineData("220 hello\n", "450 later\n")]
    [InlineData("220 hello\n", "250 without tls\n")]
    public void A_client_that_leaves_early_says_quit(string greeting, string ehlo)
    {
        var server = new ClientDialogue(StartTlsUse.Required, work: Message("x\n", "bob@b.example"));
        string said = server.Say(greeting) + server.Say(ehlo);
        Assert.EndsWith("QUIT\n", said, StringComparison.Ordinal);
        Assert.Equal(Next.Close, server.Last);
    }

    [Fact]
    public void Random_servers_never_make_it_call_delivered_what_no_positive_reply_to_the_dot_confirmed()
    {
        string[] words = ["220 x\n", Plain, Pipelining, "250 ok\n", "250 ok\n", "250 ok\n", "354 go\n", "354 go\n",
            "450 x\n", "550 x\n", "421 x\n", "250-a\n250 b\n", "x\n", "503 5.5.1 bad\n"];
        var random = new Random(20261121);
        int delivered = 0;
        for (int round = 0; round < 20_000; round++)
        {
            SmtpClientTransaction message = Message("x\n", "a@b.example", "b@b.example");
            var server = new ClientDialogue(cut: random.Next(4), work: message);
            string said = server.Say("220 hello\n"), last = "";
            for (int i = 0; i < 12 && server.Last != Next.Close; i++)
            {
                last = words[random.Next(words.Length)];
                bool awaitsVerdict = said.EndsWith("\nx\n.\n", StringComparison.Ordinal) || said == "x\n.\n";
                bool wasDelivered = message.HasDelivered;
                said = server.Say(last) is { Length: > 0 } more ? more : said;
                if (!wasDelivered && message.HasDelivered)
                {
                    delivered++;
                    Assert.True(awaitsVerdict, said);
                    Assert.StartsWith("2", last, StringComparison.Ordinal);
                }
            }
            server.Lose();
            Assert.True(server.HasEnded);
            Assert.True(server.CompletedCount <= 1);
        }
        Assert.True(delivered > 100);
    }

    private static string GoodAt(int stage, bool pipelined)
        => s_stages[stage].Name == "ehlo" ? pipelined ? Pipelining : Plain : s_stages[stage].Good;

    private static void PlayUpTo(ClientDialogue server, int stage, bool pipelined)
    {
        for (int i = 0; i < stage; i++)
            server.Say(GoodAt(i, pipelined));
    }
}
