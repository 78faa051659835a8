using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

/// <summary>
/// The next transaction begins behind the final dot of the last (RFC 2920 §3.1), and each keeps its own result.
/// </summary>
public class SmtpClientOverlapTests
{
    private const string Pipelining = "250-server.example\n250 PIPELINING\n";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void A_message_costs_one_round_trip(int cut)
    {
        SmtpClientTransaction first = Message("one\n", "bob@b.example"), second = Message("two\n", "eve@b.example"),
            third = Message("three\n", "dan@b.example");
        var server = new ClientDialogue(cut: cut, early: true, work: [first, second, third]);
        server.Say("220 hi\n");
        Assert.Equal("MAIL FROM:<ann@a.example>\nRCPT TO:<bob@b.example>\nDATA\n", server.Say(Pipelining));
        Assert.Equal("one\n.\nMAIL FROM:<ann@a.example>\nRCPT TO:<eve@b.example>\nDATA\n",
            server.Say("250 ok\n250 ok\n354 go\n"));
        Assert.Equal("two\n.\nMAIL FROM:<ann@a.example>\nRCPT TO:<dan@b.example>\nDATA\n",
            server.Say("250 one taken\n250 ok\n250 ok\n354 go\n"));
        Assert.True(first.IsDelivered(0) && second.IsAccepted(0));
        Assert.Equal("three\n.\n", server.Say("250 two taken\n250 ok\n250 ok\n354 go\n"));
        Assert.Equal("QUIT\n", server.Say("250 three taken\n"));
        server.Say("221 bye\n");
        server.Lose();
        Assert.Equal((Fault.None, 3, 3), (server.Fault, server.CompletedCount, server.Session.TransactionsCompleted));
        Assert.Equal(["one taken", "two taken", "three taken"],
            new[] { first, second, third }.Select(one => one.Results[0]!.Reply!.Lines[0]));
    }

    [Fact]
    public void In_lock_step_nothing_is_asked_for_early()
    {
        var server = new ClientDialogue(
            early: true, work: [Message("one\n", "bob@b.example"), Message("two\n", "eve@b.example")]);
        server.Say("220 hi\n");
        server.Say("250 server.example\n");
        server.Say("250 ok\n");
        server.Say("250 ok\n");
        Assert.Equal("one\n.\n", server.Say("354 go\n"));
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Say("250 ok\n"));
    }

    [Theory]
    [InlineData("450 later\n", Fault.RefusedTemporary)]
    [InlineData("554 never\n", Fault.RefusedPermanent)]
    public void A_refused_text_is_the_first_ones_alone(string verdict, Fault fault)
    {
        (ClientDialogue server, SmtpClientTransaction first, SmtpClientTransaction second) = TwoUnderWay();
        Assert.Equal("two\n.\n", server.Say(verdict + "250 ok\n250 ok\n354 go\n"));
        server.Say("250 taken\n");
        Assert.Equal((fault, SmtpStage.EndOfData), (first.Results[0]!.Fault, first.Results[0]!.Stage));
        Assert.True(second.IsDelivered(0));
    }

    [Fact]
    public void A_refused_mail_is_the_second_ones_alone()
    {
        (ClientDialogue server, SmtpClientTransaction first, SmtpClientTransaction second) = TwoUnderWay();
        Assert.Equal("QUIT\n", server.Say("250 taken\n451 4.7.1 slower\n503 no\n503 no\n"));
        Assert.True(first.IsDelivered(0));
        Assert.Equal((Fault.RefusedTemporary, SmtpStage.Mail),
            (second.Results[0]!.Fault, second.Results[0]!.Stage));
    }

    [Theory]
    [InlineData("", true, Fault.Closed)]
    [InlineData("421 down\n", false, Fault.RefusedTemporary)]
    [InlineData("garbage\n", true, Fault.Protocol)]
    public void What_ends_the_connection_before_the_verdict_gives_the_second_back(
        string words, bool isUnknown, Fault fault)
    {
        (ClientDialogue server, SmtpClientTransaction first, SmtpClientTransaction second) = TwoUnderWay();
        server.Say(words);
        server.Lose();
        Assert.Equal((fault, isUnknown), (first.Results[0]!.Fault, first.Results[0]!.IsUnknown));
        Assert.Equal([second], server.Returned);
        Assert.Equal((fault, SmtpStage.EndOfData, 1), (server.Fault, server.Session.Stage, server.CompletedCount));
    }

    [Theory]
    [InlineData("250 taken\n")]
    [InlineData("250 taken\n421 down\n")]
    [InlineData("250 taken\n25")]
    [InlineData("450 later\n421 down\n")]
    public void What_ends_the_connection_between_the_two_gives_the_second_back(string words)
    {
        (ClientDialogue server, SmtpClientTransaction first, SmtpClientTransaction second) = TwoUnderWay();
        server.Say(words);
        server.Lose();
        Assert.Equal((words[0] == '2', true), (first.IsDelivered(0), first.IsFinal(0)));
        Assert.Equal([second], server.Returned);
        Assert.Equal((SmtpStage.Mail, 1), (server.Session.Stage, server.Session.TransactionsCompleted));
    }

    [Theory]
    [InlineData("250 ok\n", Fault.Closed)]
    [InlineData("250 ok\n550 no\n", Fault.RefusedPermanent)]
    [InlineData("250 ok\n421 down\n", Fault.RefusedTemporary)]
    public void What_the_server_has_answered_counts_for_the_second(string answers, Fault fault)
    {
        (ClientDialogue server, _, SmtpClientTransaction second) = TwoUnderWay();
        server.Say("250 taken\n" + answers);
        server.Lose();
        Assert.Empty(server.Returned);
        Assert.Equal((fault, false), (second.Results[0]!.Fault, second.Results[0]!.IsUnknown));
        Assert.Equal(2, server.CompletedCount);
    }

    [Fact]
    public void Who_cancels_wants_both_to_end()
    {
        (ClientDialogue server, SmtpClientTransaction first, SmtpClientTransaction second) = TwoUnderWay();
        server.Expire(ExpiryReason.Stopping);
        server.Lose();
        Assert.Empty(server.Returned);
        Assert.Equal((Fault.Cancelled, Fault.Cancelled), (first.Results[0]!.Fault, second.Results[0]!.Fault));
        Assert.Equal((true, false), (first.Results[0]!.IsUnknown, second.Results[0]!.IsUnknown));
    }

    [Fact]
    public void One_that_cannot_go_is_ended_on_the_way_and_the_next_takes_its_place()
    {
        SmtpClientTransaction first = Message("one\n", "bob@b.example"),
            large = Message(new string('x', 2000), "eve@b.example"), third = Message("three\n", "dan@b.example");
        var server = new ClientDialogue(early: true, work: [first, large, third]);
        server.Say("220 hi\n");
        server.Say("250-server.example\n250-SIZE 1000\n250 PIPELINING\n");
        Assert.Equal("one\n.\nMAIL FROM:<ann@a.example> SIZE=6\nRCPT TO:<dan@b.example>\nDATA\n",
            server.Say("250 ok\n250 ok\n354 go\n"));
        Assert.Equal((Fault.Limit, 1), (large.Results[0]!.Fault, server.CompletedCount));
    }

    [Fact]
    public void A_long_list_behind_a_dot_goes_in_groups_too()
    {
        SmtpClientTransaction first = Message("one\n", "bob@b.example"),
            second = Message("two\n", [.. Enumerable.Range(0, 150).Select(i => $"u{i}@b.example")]);
        var server = new ClientDialogue(early: true, work: [first, second]);
        server.Say("220 hi\n");
        server.Say(Pipelining);
        Assert.DoesNotContain("DATA", server.Say("250 ok\n250 ok\n354 go\n"), StringComparison.Ordinal);
        Assert.EndsWith("RCPT TO:<u149@b.example>\nDATA\n",
            server.Say("250 taken\n" + string.Concat(Enumerable.Repeat("250 ok\n", 101))), StringComparison.Ordinal);
        server.Say(string.Concat(Enumerable.Repeat("250 ok\n", 50)) + "354 go\n");
        server.Say("250 taken\n");
        Assert.All(second.Results, result => Assert.Equal(AttemptResultKind.Delivered, result!.Kind));
    }

    [Fact]
    public void A_reset_travels_with_what_follows_it()
    {
        var server = new ClientDialogue(work: [Message("one\n", "bob@b.example"), Message("two\n", "eve@b.example")]);
        server.Say("220 hi\n");
        server.Say(Pipelining);
        Assert.Equal("RSET\nMAIL FROM:<ann@a.example>\nRCPT TO:<eve@b.example>\nDATA\n",
            server.Say("250 ok\n550 no\n554 nobody\n"));
        Assert.Equal("two\n.\n", server.Say("250 ok\n250 ok\n250 ok\n354 go\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("421 idle too long\n")]
    public void A_server_that_goes_between_two_transactions_costs_nothing(string words)
    {
        SmtpClientTransaction second = Message("two\n", "eve@b.example");
        var server = new ClientDialogue(work: [Message("one\n", "bob@b.example"), second]);
        server.Say("220 hi\n");
        server.Say("250 server.example\n");
        server.Say("250 ok\n");
        server.Say("550 no\n"); // so that RSET is next
        server.Say(words);
        server.Lose();
        Assert.Equal([second], server.Returned);
        Assert.Equal((SmtpStage.Idle, 1, 1),
            (server.Session.Stage, server.Session.TransactionsCompleted, server.CompletedCount));
    }

    [Fact]
    public void The_first_of_a_connection_is_never_given_back()
    {
        SmtpClientTransaction first = Message("one\n", "bob@b.example");
        var server = new ClientDialogue(work: first);
        server.Say("220 hi\n");
        server.Say(Pipelining);
        server.Say("421 not now\n");
        server.Lose();
        Assert.Empty(server.Returned);
        Assert.Equal((Fault.RefusedTemporary, SmtpStage.Mail),
            (first.Results[0]!.Fault, first.Results[0]!.Stage));
    }

    [Fact]
    public void Random_servers_get_every_transaction_completed_or_returned_once_and_delivered_only_by_its_own_reply()
    {
        string[] words = ["250 ok\n", "250 ok\n", "250 ok\n", "354 go\n", "354 go\n", "450 x\n", "550 x\n", "421 x\n",
            "x\n"];
        var random = new Random(20261122);
        int delivered = 0, returned = 0;
        for (int round = 0; round < 20_000; round++)
        {
            SmtpClientTransaction[] work =
                [.. Enumerable.Range(0, 4).Select(i => Message($"{i}\n", "a@b.example", "b@b.example"))];
            var server = new ClientDialogue(cut: random.Next(4), early: true, work: work);
            server.Say("220 hi\n");
            server.Say(Pipelining);
            for (int i = 0; i < 30 && server.Last != Next.Close; i++)
                server.Say(random.Next(4) == 0 ? words[random.Next(words.Length)] : Plausible(server));
            server.Lose();
            Assert.True(server.HasEnded);
            int begun = work.Count(one => one.Results.All(result => result is not null));
            Assert.Equal(begun, server.CompletedCount);
            Assert.True(server.Returned.Count <= 1);
            Assert.All(server.Returned,
                one => Assert.False(one.HasAccepted || one.Results.Any(result => result is not null)));
            delivered += work.Count(one => one.HasDelivered);
            returned += server.Returned.Count;
            foreach (AttemptResult? result in work.SelectMany(one => one.Results))
                if (result is { Kind: AttemptResultKind.Delivered })
                    Assert.Equal((SmtpStage.EndOfData, true), (result.Stage, result.Reply!.Code == 250));
        }
        Assert.True(delivered > 1000 && returned > 100, $"{delivered} {returned}");
    }

    private static string Plausible(ClientDialogue server)
        => server.Session.Stage == SmtpStage.Data ? "354 go\n" : "250 ok\n";

    private static (ClientDialogue Server, SmtpClientTransaction First, SmtpClientTransaction Second) TwoUnderWay()
    {
        SmtpClientTransaction first = Message("one\n", "bob@b.example"), second = Message("two\n", "eve@b.example");
        var server = new ClientDialogue(early: true, work: [first, second]);
        server.Say("220 hi\n");
        server.Say(Pipelining);
        Assert.Contains("\n.\nMAIL", server.Say("250 ok\n250 ok\n354 go\n"), StringComparison.Ordinal);
        return (server, first, second);
    }
}
