using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Client;

/// <summary>The dialogue by itself: a caller says what it likes, in its own order, and hears every reply.</summary>
public class SmtpDialogueTests
{
    [Fact]
    public void A_caller_speaks_verb_by_verb_and_hears_every_line()
    {
        var caller = new VerbByVerb();
        SmtpDialogue smtp = caller.Dialogue;
        Assert.Equal(["hello", "there"], caller.Hear("220-hello\n220 there\n").Lines);
        Assert.Equal("EHLO host.example\n", caller.Say(output => smtp.Ehlo("host.example", output)));
        caller.Hear("250-mx.example greets you\n250-XFOO a b\n250 SIZE 1000\n");
        Assert.Equal(("mx.example", "a b", 1000),
            (smtp.ServerName, smtp.Extensions.ParametersOf("xfoo"), smtp.Extensions.SizeLimit));
        var parameters = new MailParameters { Size = 7, More = "XBAR=1" };
        Assert.Equal("MAIL FROM:<ann@a.example> SIZE=7 XBAR=1\n",
            caller.Say(output => smtp.Mail("ann@a.example", parameters, output)));
        Assert.Equal("2.1.0", caller.Hear("250 2.1.0 ok\n").Enhanced);
        Assert.Equal("RCPT TO:<bob@b.example>\n", caller.Say(output => smtp.Rcpt("bob@b.example", default, output)));
        Reply refusal = caller.Hear("550-5.1.1 no\n550-5.1.1 such\n550 5.1.1 user\n");
        Assert.Equal((550, "5.1.1", "no such user"),
            (refusal.Code, refusal.Enhanced, string.Join(' ', refusal.Lines)));
        Assert.Equal("RCPT TO:<eve@b.example> NOTIFY=NEVER\n",
            caller.Say(output => smtp.Rcpt("eve@b.example", new RcptParameters { Notify = Notify.Never }, output)));
        Assert.Equal(251, caller.Hear("251 will forward\n").Code);
        Assert.Equal("DATA\n", caller.Say(smtp.Data));
        caller.Hear("354 go\n");
        Assert.True(smtp.IsInContent);
        Assert.Equal("x\n..y", caller.Say(output => Content(smtp, output, "x\n", ".", "y")));
        Assert.Equal("z\n.\n", caller.Say(output =>
        {
            Content(smtp, output, "z");
            smtp.EndContent(output);
        }));
        Assert.Equal(SmtpStage.EndOfData, smtp.Stage);
        Assert.Equal("taken as 17", caller.Hear("250 taken as 17\n").Lines[0]);
        Assert.Equal("XFOO bar\n", caller.Say(output => smtp.Command("XFOO bar", output)));
        Assert.Equal(["one", "two"], caller.Hear("299-one\n299 two\n").Lines);
        Assert.Equal("QUIT\n", caller.Say(smtp.Quit));
        Assert.Equal(221, caller.Hear("221 bye\n").Code);
        Assert.Equal(new DialogueEnd(Fault.None, null), smtp.End);
    }

    [Fact]
    public void Commands_that_are_handed_ahead_are_answered_in_their_order()
    {
        VerbByVerb caller = Greeted();
        SmtpDialogue smtp = caller.Dialogue;
        Assert.Equal("RSET\nMAIL FROM:<>\nRCPT TO:<a@b.example>\nRCPT TO:<c@b.example>\nNOOP\nVRFY x\nDATA\n",
            caller.Say(output =>
            {
                smtp.Rset(output);
                smtp.Mail("", default, output);
                smtp.Rcpt("a@b.example", default, output, 7);
                smtp.Rcpt("c@b.example", default, output, 8);
                smtp.Noop(output);
                smtp.Command("VRFY x", output);
                smtp.Data(output);
            }));
        var heard = new List<(ReplyTo, int, int, SmtpStage)>();
        string next = "250 reset\n250 mail\n550 a\n250 c\n250 noop\n252 x\n354 go\n";
        while (smtp.AwaitsReply)
        {
            int code = caller.Hear(next).Code;
            heard.Add((caller.Answered.To, caller.Answered.Number, code, smtp.Stage));
            next = "";
        }
        Assert.Equal([(ReplyTo.Rset, 0, 250, SmtpStage.Mail), (ReplyTo.Mail, 0, 250, SmtpStage.Rcpt),
            (ReplyTo.Rcpt, 7, 550, SmtpStage.Rcpt), (ReplyTo.Rcpt, 8, 250, SmtpStage.Idle),
            (ReplyTo.Other, 0, 250, SmtpStage.Idle), (ReplyTo.Other, 0, 252, SmtpStage.Data),
            (ReplyTo.Data, 0, 354, SmtpStage.Content)], heard);
    }

    [Theory]
    [InlineData("250 reset\n\n250 mail\n550 a\n250 c\n354 go\n", 5)]
    [InlineData("250 reset\nhello\n250 mail\n550 a\n250 c\n354 go\n", 5)]
    [InlineData("250 reset\n250-mail\nhello\n250 mail\n550 a\n250 c\n354 go\n", 5)]
    [InlineData("250 reset\n250-mail\n251 mail\n550 a\n250 c\n354 go\n", 5)]
    [InlineData("250 reset\nhello\n550 a\n250 c\n354 go\n", 1)]
    [InlineData("hello\n250 mail\n550 a\n250 c\n354 go\n", 0)]
    public void Where_a_line_may_stand_in_the_place_of_a_reply_all_have_to_come_before_any_counts(
        string words, int count)
    {
        VerbByVerb caller = Greeted();
        SmtpDialogue smtp = caller.Dialogue;
        caller.Say(output =>
        {
            smtp.Rset(output);
            smtp.Mail("", default, output);
            smtp.Rcpt("a@b.example", default, output, 7);
            smtp.Rcpt("c@b.example", default, output, 8);
            smtp.Data(output);
        });
        var heard = new List<int>();
        string next = words;
        while (caller.TryHear(next, out Reply reply) == DialogueRead.Reply)
        {
            heard.Add(reply.Code);
            next = "";
        }
        Assert.Equal(count, heard.Count);
        Assert.Equal(count == 5 ? 354 : count == 0 ? 0 : 250, heard.LastOrDefault());
    }

    [Fact]
    public void A_reply_that_came_before_its_command_left_is_no_answer_to_it()
    {
        VerbByVerb caller = Greeted();
        SmtpDialogue smtp = caller.Dialogue;
        caller.Say(output =>
        {
            smtp.Noop(output);
            ReadOnlySpan<byte> early = "250 ok\r\n"u8;
            Assert.Equal(DialogueRead.Ended, smtp.Read(ref early, out _, out _));
        });
        Assert.Equal(Fault.Protocol, smtp.End!.Fault);
    }

    [Fact]
    public void Four_two_one_ends_the_dialogue_with_all_its_lines_whatever_it_answers()
    {
        VerbByVerb caller = Greeted();
        caller.Say(output => caller.Dialogue.Command("XFOO", output));
        Assert.Equal(DialogueRead.Ended, caller.TryHear("421-shutting\n421 down\n", out _));
        Assert.Equal(["shutting", "down"], caller.Dialogue.End!.Reply!.Lines);
    }

    [Fact]
    public void A_refusal_in_the_middle_of_the_content_ends_the_dialogue()
    {
        VerbByVerb caller = InContent();
        caller.Say(output => Content(caller.Dialogue, output, "x\n"));
        Assert.Equal(DialogueRead.Part, caller.TryHear("552-too\n", out _));
        Assert.Equal(DialogueRead.Ended, caller.TryHear("552 much\n", out _));
        Assert.Equal((Fault.RefusedPermanent, SmtpStage.Content, 2),
            (caller.Dialogue.End!.Fault, caller.Dialogue.Stage, caller.Dialogue.End.Reply!.Lines.Count));
    }

    [Fact]
    public void Each_stage_has_its_time_and_the_caller_keeps_it()
    {
        var timeouts = new SmtpTimeouts
        {
            Greeting = Seconds(1),
            Hello = Seconds(2),
            Mail = Seconds(3),
            Rcpt = Seconds(4),
            Data = Seconds(5),
            DataBlock = Seconds(6),
            EndOfData = Seconds(7),
            Quit = Seconds(8),
        };
        var caller = new VerbByVerb(timeouts, Seconds(30));
        SmtpDialogue smtp = caller.Dialogue;
        Assert.Equal((Seconds(1), Seconds(1)), (caller.Peer.Deadline, caller.Peer.IdleTimeout));
        caller.Hear("220 hello\n");
        Assert.Equal(2, TimeFor(output => smtp.Ehlo("host.example", output), "250 mx\n"));
        Assert.Equal(3, TimeFor(output => smtp.Mail("", default, output), "250 ok\n"));
        Assert.Equal(4, TimeFor(output => smtp.Rcpt("a@b.example", default, output), "250 ok\n"));
        Assert.Equal(5, TimeFor(smtp.Data, "354 go\n"));
        Assert.Equal(6, caller.Peer.Deadline.TotalSeconds);
        Assert.Equal(7, TimeFor(output => smtp.EndContent(output), "250 taken\n"));
        Assert.Equal(2, TimeFor(output => smtp.Command("XFOO", output), "250 ok\n"));
        Assert.Equal(7, TimeFor(output => smtp.Command("BDAT 0 LAST", output, ReplyTo.FinalDot), "250 taken\n"));
        smtp.TimeLimit = Seconds(1);
        caller.Say(smtp.Quit);
        Assert.Equal(Seconds(1), caller.Peer.Deadline);
        smtp.Expire(ExpiryReason.Idle);
        Assert.Equal((Fault.Timeout, SmtpStage.Idle), (smtp.End!.Fault, smtp.Stage));

        double TimeFor(Action<Output> command, string answer)
        {
            caller.Say(command);
            double time = caller.Peer.Deadline.TotalSeconds;
            caller.Hear(answer);
            return time;
        }
    }

    [Theory]
    [InlineData(SmtpStage.Greeting, "no greeting in time")]
    [InlineData(SmtpStage.Mail, "no answer to MAIL in time")]
    [InlineData(SmtpStage.Content, "the content was not taken in time")]
    internal void An_end_in_a_wait_is_told_with_the_stage_and_the_first_end_counts(SmtpStage stage, string words)
    {
        VerbByVerb caller = stage switch
        {
            SmtpStage.Greeting => new VerbByVerb(),
            SmtpStage.Mail => Greeted(),
            _ => InContent(),
        };
        if (stage == SmtpStage.Mail)
            caller.Say(output => caller.Dialogue.Mail("", default, output));
        caller.Dialogue.Expire(ExpiryReason.Idle);
        caller.Peer.Fault = Fault.Closed;
        caller.Dialogue.Closed();
        Assert.Equal((new DialogueEnd(Fault.Timeout, null, words), stage),
            (caller.Dialogue.End, caller.Dialogue.Stage));
    }

    [Fact]
    public void A_loss_is_told_with_what_the_connection_knows_of_it()
    {
        VerbByVerb caller = Greeted();
        caller.Say(caller.Dialogue.Noop);
        caller.Peer.Fault = Fault.Closed;
        caller.Peer.FaultText = "reset";
        caller.Dialogue.Closed();
        Assert.Equal(new DialogueEnd(Fault.Closed, null, "reset"), caller.Dialogue.End);
    }

    [Theory]
    [InlineData("x\r\nDATA")]
    [InlineData("x\nDATA")]
    [InlineData("x\rDATA")]
    [InlineData("x\0")]
    public void No_argument_can_begin_a_line_of_its_own(string text)
    {
        VerbByVerb caller = Greeted();
        SmtpDialogue smtp = caller.Dialogue;
        Action<Output>[] commands =
        [
            output => smtp.Ehlo(text, output), output => smtp.Helo(text, output), output => smtp.Lhlo(text, output),
            output => smtp.Auth(text, null, output), output => smtp.Command(text, output),
            output => smtp.Mail(text, default, output), output => smtp.Rcpt(text, default, output),
            output => smtp.Mail("", new MailParameters { More = text }, output),
            output => smtp.Rcpt("", new RcptParameters { More = text }, output),
        ];
        foreach (Action<Output> command in commands)
            Assert.Equal("", caller.Say(output => Assert.Throws<ArgumentException>(() => command(output))));
        Assert.False(smtp.AwaitsReply);
        Assert.Equal("NOOP\n", caller.Say(smtp.Noop));
    }

    [Theory]
    [InlineData(ReplyTo.Data)]
    [InlineData(ReplyTo.StartTls)]
    [InlineData(ReplyTo.Auth)]
    [InlineData(ReplyTo.Quit)]
    internal void Nothing_is_said_behind_a_command_whose_reply_decides_what_the_next_octets_are(ReplyTo last)
    {
        VerbByVerb caller = Greeted();
        caller.Say(output => Say(caller.Dialogue, last, output));
        Assert.Throws<InvalidOperationException>(() => caller.Say(caller.Dialogue.Noop));
    }

    [Fact]
    public void Neither_content_nor_a_command_is_said_in_the_others_place()
    {
        VerbByVerb caller = Greeted();
        Assert.Throws<InvalidOperationException>(() => caller.Say(output => Content(caller.Dialogue, output, "x")));
        Assert.Throws<InvalidOperationException>(() => caller.Say(output => caller.Dialogue.EndContent(output)));
        caller = InContent();
        Assert.Throws<InvalidOperationException>(() => caller.Say(caller.Dialogue.Rset));
    }

    [Fact]
    public void What_was_offered_before_tls_is_forgotten_in_it()
    {
        VerbByVerb caller = Greeted("250-mx\n250-SIZE 1\n250 STARTTLS\n");
        SmtpDialogue smtp = caller.Dialogue;
        caller.Say(smtp.StartTls);
        caller.Hear("220 go\n");
        Assert.Equal((true, SmtpStage.Tls), (smtp.IsInHandshake, smtp.Stage));
        caller.Peer.IsTls = true;
        smtp.TlsStarted();
        Assert.Equal((true, false, false), (smtp.IsTls, smtp.IsInHandshake, smtp.Extensions.Has("SIZE")));
        Assert.Equal("EHLO host.example\n", caller.Say(output => smtp.Ehlo("host.example", output)));
    }

    [Fact]
    public void A_login_goes_by_hand()
    {
        VerbByVerb caller = Greeted();
        SmtpDialogue smtp = caller.Dialogue;
        Assert.Equal("AUTH XTOKEN =\n", caller.Say(output => smtp.Auth("XTOKEN", [], output)));
        Assert.Equal("eA==", caller.Hear("334 eA==\n").Lines[0]);
        Assert.Equal((true, SmtpStage.Auth), (smtp.IsChallenged, smtp.Stage));
        Assert.Equal("eXo=\n", caller.Say(output => smtp.RespondToChallenge("yz"u8, output)));
        caller.Hear("334 \n");
        Assert.Equal("*\n", caller.Say(smtp.CancelAuth));
        Assert.Equal(501, caller.Hear("501 cancelled\n").Code);
        Assert.Equal("NOOP\n", caller.Say(smtp.Noop));
    }

    [Fact]
    public void A_login_goes_by_a_mechanism()
    {
        VerbByVerb caller = Greeted();
        var login = new LoginExchange(caller.Dialogue, [new SaslLogin(new Credentials("tim", "secret"))]);
        Assert.Equal("AUTH LOGIN\n", caller.Say(output => Assert.Equal(LoginStep.Asked, login.Begin(output))));
        foreach ((string challenge, string response) in (ReadOnlySpan<(string, string)>)[("VXNlcg==", "dGlt"),
            ("UGFzcw==", "c2VjcmV0")])
        {
            Reply reply = caller.Hear($"334 {challenge}\n");
            Assert.Equal("", caller.Say(output => Assert.Equal(LoginStep.Challenged, login.OnReply(reply, output))));
            login.ComputeResponse();
            Assert.Equal(response + "\n", caller.Say(output => login.SendResponse(output)));
        }
        Assert.Equal(LoginStep.Done, login.OnReply(caller.Hear("235 in\n"), new Output()));
    }

    [Fact]
    public void Lmtp_answers_the_dot_once_for_each_recipient()
    {
        var caller = new VerbByVerb();
        SmtpDialogue smtp = caller.Dialogue;
        caller.Hear("220 hello\n");
        Assert.Equal("LHLO host.example\n", caller.Say(output => smtp.Lhlo("host.example", output)));
        caller.Hear("250-mx\n250 PIPELINING\n");
        Assert.True(smtp.Extensions.Pipelining);
        caller.Say(smtp.Data);
        caller.Hear("354 go\n");
        Assert.Equal(".\n", caller.Say(output => smtp.EndContent(output, replies: 2)));
        Assert.Equal((250, 0), (caller.Hear("250 one\n452 two\n").Code, caller.Answered.Number));
        Assert.Equal((452, 1), (caller.Hear("").Code, caller.Answered.Number));
        Assert.False(smtp.AwaitsReply);
    }

    private static VerbByVerb Greeted(string ehlo = "250 mx.example\n")
    {
        var caller = new VerbByVerb();
        caller.Hear("220 hello\n");
        caller.Say(output => caller.Dialogue.Ehlo("host.example", output));
        caller.Hear(ehlo);
        return caller;
    }

    private static VerbByVerb InContent()
    {
        VerbByVerb caller = Greeted();
        caller.Say(caller.Dialogue.Data);
        caller.Hear("354 go\n");
        return caller;
    }

    private static void Say(SmtpDialogue smtp, ReplyTo command, Output output)
    {
        switch (command)
        {
            case ReplyTo.Data:
                smtp.Data(output);
                break;
            case ReplyTo.StartTls:
                smtp.StartTls(output);
                break;
            case ReplyTo.Auth:
                smtp.Auth("PLAIN", null, output);
                break;
            default:
                smtp.Quit(output);
                break;
        }
    }

    private static void Content(SmtpDialogue smtp, Output output, params string[] pieces)
    {
        foreach (string piece in pieces)
            smtp.Content(Encoding.ASCII.GetBytes(piece), output);
    }

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);
}
