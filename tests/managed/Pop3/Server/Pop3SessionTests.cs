using System.Text;
using MailModule.Pop3.Server;
using MailModule.Transport;

namespace MailModule.Tests.Pop3.Server;

public class Pop3SessionTests
{
    private static readonly Pop3ServerOptions Plain = new()
    {
        HostName = "mail.example",
        PlainAuthWithoutTls = true,
        OfferStls = true,
    };

    [Fact]
    public void A_lost_connection_deletes_nothing_and_gives_the_maildrop_back()
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a\n", "b\n").LoggedIn();
        harness.Send("DELE 1\r\n");
        harness.Lose();
        Assert.Equal(["login u", "closed"], harness.Calls);
        Assert.False(harness.Drop.IsOpen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Quit_deletes_what_is_marked_and_gives_the_maildrop_back_before_it_answers(bool pending)
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a\n", "b\n", "c\n") { AnswersPending = pending }.LoggedIn();
        Assert.Equal("+OK marked for deletion\r\n+OK marked for deletion\r\n+OK goodbye\r\n",
            harness.Send("DELE 3\r\nDELE 1\r\nQUIT\r\n"));
        Assert.Equal(["login u", "delete 2 0", "closed"], harness.Calls);
        Assert.False(harness.Drop.IsOpen);
    }

    [Fact]
    public void Reset_takes_marks_back()
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a\n", "b\n").LoggedIn();
        Assert.Equal("+OK marked for deletion\r\n+OK 1 3\r\n+OK\r\n+OK 2 6\r\n+OK goodbye\r\n",
            harness.Send("DELE 1\r\nSTAT\r\nRSET\r\nSTAT\r\nQUIT\r\n"));
        Assert.Equal(["login u", "closed"], harness.Calls);
    }

    [Fact]
    public void A_deletion_that_failed_is_told_at_quit()
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a\n") { QuitVerdict = Pop3Verdict.Refuse() }.LoggedIn();
        Assert.EndsWith("-ERR [SYS/TEMP] some messages could not be deleted\r\n", harness.Send("DELE 1\r\nQUIT\r\n"),
            StringComparison.Ordinal);
        Assert.True(harness.IsClosed);
    }

    [Fact]
    public void A_mailbox_in_use_is_no_failed_login()
    {
        var harness = new Pop3Harness(Plain with { LoginLimit = 1 }, "a\n") { LoginVerdict = Pop3Verdict.InUse };
        Assert.EndsWith("-ERR [IN-USE] the mailbox is in use by another session\r\n",
            harness.Send("USER u\r\nPASS p w\r\n"), StringComparison.Ordinal);
        Assert.False(harness.IsClosed);
        Assert.Null(harness.Session.User);
    }

    [Fact]
    public void The_connection_closes_at_the_limit_of_failed_logins()
    {
        var harness = new Pop3Harness(Plain with { LoginLimit = 2 }, "a\n");
        harness.Send("USER u\r\nPASS x\r\n");
        Assert.False(harness.IsClosed);
        harness.Send("USER nobody\r\nPASS x\r\n");
        Assert.True(harness.IsClosed);
    }

    [Fact]
    public void Nothing_given_before_stls_counts_after_it()
    {
        var harness = new Pop3Harness(Plain, "a\n");
        Assert.EndsWith("+OK begin TLS\r\n", harness.Send("USER u\r\nSTLS\r\nPASS p w\r\n"), StringComparison.Ordinal);
        Assert.Null(harness.Session.User);
        Assert.Equal("-ERR send USER first\r\n-ERR TLS is active already\r\n", harness.Send("PASS p w\r\nSTLS\r\n"));
        Assert.DoesNotContain("STLS", harness.Send("CAPA\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_line_limit_is_255_octets()
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a\n").LoggedIn();
        Assert.Equal("+OK\r\n", harness.Send("NOOP" + new string(' ', 249) + "\r\n"));
        Assert.Equal("-ERR command line too long\r\n", harness.Send("NOOP" + new string(' ', 250) + "\r\n"));
        Assert.Equal("", harness.Send(new string('x', 100_000)));
        Assert.Equal("-ERR command line too long\r\n+OK\r\n", harness.Send("\r\nNOOP\r\n"));
    }

    [Fact]
    public void Too_many_errors_close_the_connection_whatever_is_right_between_them()
    {
        var harness = new Pop3Harness(Plain with { ErrorLimit = 3 }, "a\n");
        harness.Send("X\r\nX\r\nUSER u\r\nPASS p w\r\nNOOP\r\nRETR 1\r\nRSET\r\n");
        Assert.False(harness.IsClosed);
        Assert.Equal("-ERR too many errors\r\n", harness.Send("X\r\nNOOP\r\n"));
        Assert.True(harness.IsClosed);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: mail.example:110\r\n\r\n")]
    [InlineData("Content-Length: 40\n")]
    [InlineData("\u0016\u0003\u0001\u0002")]
    public void A_client_of_another_protocol_is_closed_with_one_reply_and_its_commands_unread(string words)
    {
        var harness = new Pop3Harness(Plain, "a\n");
        harness.Send("");
        Assert.Equal("-ERR this is not POP3, closing connection\r\n",
            harness.Send(words + "USER u\r\nPASS p w\r\nDELE 1\r\nQUIT\r\n"));
        Assert.True(harness.IsClosed);
        Assert.Equal(["not pop3", "closed"], harness.Calls);
    }

    [Fact]
    public void A_nul_in_a_mailbox_is_another_octet_for_the_reader_who_might_drop_it()
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a\0b\n\0.\n-ERR\n").LoggedIn();
        string answer = harness.Send("RETR 1\r\n");
        Assert.EndsWith(" octets\r\na\u0080b\r\n\u0080.\r\n-ERR\r\n.\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(".\n..\n.x\n")]
    [InlineData("no final newline")]
    [InlineData("nul \0\n")]
    [InlineData("bare \r cr\r\n")]
    public void A_message_comes_back_stuffed_and_as_large_as_told(string text)
    {
        foreach (bool pending in new[] { false, true })
        {
            Pop3Harness harness = new Pop3Harness(Plain, text)
            {
                AnswersPending = pending,
                ReadLimit = pending ? 1 : int.MaxValue
            }.LoggedIn();
            string answer = harness.Send("RETR 1\r\n");
            string head = $"+OK {harness.Drop.Size(0)} octets\r\n";
            Assert.StartsWith(head, answer, StringComparison.Ordinal);
            Assert.Equal(harness.Drop.Size(0), Unstuffed(answer[head.Length..]).Length);
            Assert.False(harness.HasMessage);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_huge_message_passes_in_bounded_output(bool pending)
    {
        string text = string.Concat(Enumerable.Repeat("." + new string('x', 76) + "\n", 100_000))
            + new string('y', 1_000_000);
        Pop3Harness harness = new Pop3Harness(Plain, text) { AnswersPending = pending }.LoggedIn();
        string answer = harness.Send("RETR 1\r\nNOOP\r\n");
        Assert.EndsWith("y\r\n.\r\n+OK\r\n", answer, StringComparison.Ordinal);
        Assert.InRange(harness.LargestOutput, 1, 160 * 1024);
        Assert.Equal(text.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n",
            Unstuffed(answer[(answer.IndexOf('\n', StringComparison.Ordinal) + 1)..^5]));
    }

    [Fact]
    public void A_read_that_fails_closes_without_the_final_dot()
    {
        Pop3Harness harness = new Pop3Harness(Plain, new string('x', 100_000)) { FailReadAfter = 2 }.LoggedIn();
        string answer = harness.Send("RETR 1\r\nNOOP\r\n");
        Assert.EndsWith("xxxx", answer, StringComparison.Ordinal);
        Assert.True(harness.IsClosed);
        Assert.False(harness.Drop.IsOpen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_message_of_which_the_top_was_wanted_is_closed_before_the_next_command(bool pending)
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a: b\n\n" + new string('x', 100_000))
        {
            AnswersPending = pending
        }.LoggedIn();
        Assert.Equal("+OK top follows\r\na: b\r\n\r\n.\r\n+OK 1 100010\r\n", harness.Send("TOP 1 0\r\nSTAT\r\n"));
        Assert.False(harness.HasMessage);
    }

    [Fact]
    public void A_message_that_cannot_be_opened_costs_one_answer()
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a\n") { OpenVerdict = Pop3Verdict.Refuse() }.LoggedIn();
        Assert.Equal("-ERR [SYS/TEMP] the message cannot be read\r\n+OK\r\n", harness.Send("RETR 1\r\nNOOP\r\n"));
    }

    [Fact]
    public void A_text_from_outside_cannot_break_the_line()
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a\n")
        {
            OpenVerdict = Pop3Verdict.Refuse("a\r\n+OK b" + new string('é', 1_000)),
        }.LoggedIn();
        string answer = harness.Send("RETR 1\r\n");
        Assert.StartsWith("-ERR a??+OK b", answer, StringComparison.Ordinal);
        Assert.Equal(answer.Length - 2, answer.IndexOf("\r\n", StringComparison.Ordinal));
        Assert.InRange(answer.Length, 1, 512);
    }

    [Fact]
    public void A_long_list_leaves_in_pieces_of_bounded_output()
    {
        string[] texts = Enumerable.Range(0, 30_000).Select(_ => "a\n").ToArray();
        Pop3Harness harness = new Pop3Harness(Plain, texts).LoggedIn();
        string answer = harness.Send("UIDL\r\nLIST\r\nNOOP\r\n");
        Assert.StartsWith("+OK list follows\r\n1 id-1\r\n2 id-2\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n30000 3\r\n.\r\n+OK\r\n", answer, StringComparison.Ordinal);
        Assert.InRange(harness.LargestOutput, 1, 120 * 1024);
    }

    [Fact]
    public void A_list_has_each_message_once_save_those_that_are_marked()
    {
        string[] texts = [.. Enumerable.Range(1, 1_203).Select(size => new string('a', size % 50 + 1) + "\n")];
        Pop3Harness harness = new Pop3Harness(Plain, texts).LoggedIn();
        harness.Send("DELE 500\r\nDELE 501\r\nDELE 1203\r\n");
        int[] left = [.. Enumerable.Range(1, 1_203).Where(number => number is not (500 or 501 or 1_203))];
        Assert.Equal("+OK list follows\r\n"
            + string.Concat(left.Select(number => $"{number} {texts[number - 1].Length + 1}\r\n")) + ".\r\n",
            harness.Send("LIST\r\n"));
        Assert.Equal(
            "+OK list follows\r\n" + string.Concat(left.Select(number => $"{number} id-{number}\r\n")) + ".\r\n",
            harness.Send("UIDL\r\n"));
    }

    [Fact]
    public void A_session_that_times_out_closes_without_a_word()
    {
        Pop3Harness harness = new Pop3Harness(Plain, "a\n").LoggedIn();
        harness.Send("DELE 1\r\n");
        Assert.Equal("", harness.Expire(ExpiryReason.Idle));
        Assert.Equal(["login u", "closed"], harness.Calls);
    }

    [Fact]
    public void A_stopping_engine_says_so_between_commands()
        => Assert.Equal("-ERR [SYS/TEMP] closing down\r\n",
            new Pop3Harness(Plain, "a\n").LoggedIn().Expire(ExpiryReason.Stopping));

    [Fact]
    public void Garbage_in_any_state_does_no_harm()
    {
        var random = new Random(12345);
        string[] words = ["USER u", "PASS p w", "STAT", "LIST", "LIST 1", "UIDL 2", "RETR 1", "TOP 1 1", "DELE 1",
            "RSET", "NOOP", "CAPA", "STLS", "QUIT", "RETR 0", "TOP 1", "\0\u00FF"];
        for (int i = 0; i < 3_000; i++)
        {
            var harness = new Pop3Harness(Plain, "a\n\nb\n", ".\n") { AnswersPending = random.Next(2) == 0 };
            if (random.Next(2) == 0)
                harness.LoggedIn();
            for (int k = 0; k < 6 && !harness.IsClosed; k++)
                harness.Send(Mutate(words[random.Next(words.Length)], random));
            if (!harness.IsClosed)
                harness.Lose();
            Assert.Equal("closed", harness.Calls[^1]);
            Assert.Equal((false, false, true), (harness.HasMessage, harness.HasMaildrop,
                harness.Session.Messages is null));
        }
    }

    private static byte[] Mutate(string word, Random random)
    {
        byte[] octets = Encoding.Latin1.GetBytes(word + (random.Next(5) == 0 ? "\n" : "\r\n"));
        for (int i = random.Next(4) - 1; i > 0; i--)
            octets[random.Next(octets.Length)] = (byte)random.Next(256);
        return octets;
    }

    private static string Unstuffed(string wire)
    {
        Assert.EndsWith(".\r\n", wire, StringComparison.Ordinal);
        string[] lines = wire[..^3].Split("\r\n");
        Assert.Equal("", lines[^1]);
        Assert.All(lines, line => Assert.False(line == "."));
        return string.Join("\r\n", lines.Select(line => line.StartsWith('.') ? line[1..] : line));
    }
}
