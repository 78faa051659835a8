using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>A host's mail store over POP3: what a client gets of it, whatever its messages are (RFC 1939).</summary>
public sealed class HostStoreTests
{
    private const string One = "Subject: one\n\nHello\n";
    private const string Two = "Subject: two\n\n.dot\n..two\nlast without end";

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void A_store_of_three_handlers_serves_a_mailbox(string isInline)
    {
        var store = TestStore.Answering(Pop3Steps.None, 0, static (_, _) => -1, One, Two);
        using var run = new Pop3HandlerRun([$"callback_inline={isInline}"], store);
        Assert.Equal(
            "+OK mail.example POP3 server ready\r\n+OK send PASS\r\n+OK 2 messages (70 octets)\r\n"
                + "+OK 2 70\r\n+OK list follows\r\n1 23\r\n2 47\r\n.\r\n+OK 2 id2\r\n"
                + "+OK 23 octets\r\nSubject: one\r\n\r\nHello\r\n.\r\n"
                + "+OK 47 octets\r\nSubject: two\r\n\r\n..dot\r\n...two\r\nlast without end\r\n.\r\n+OK goodbye\r\n",
            run.Talk(Pop3HandlerRun.Login + "STAT\r\nLIST\r\nUIDL 2\r\nRETR 1\r\nRETR 2\r\nQUIT\r\n"));
        Assert.Equal(
            ["Auth USER ann secret", "Open ann|", "Retrieve 1 id1 23 -1 10", "Retrieve 2 id2 47 -1 20"],
            store.Asked[..4]);
        Assert.Empty(run.Mailbox);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16_384)]
    public void Pieces_of_any_size_are_one_message(int piece)
    {
        string odd = "A: b\r\n\r\n.\n.\r\n\rlone CR\r.x\nNUL \0 and " + new string('y', 70_000);
        TestStore store = TestStore.Of(piece, odd);
        using var run = new Pop3HandlerRun(store);
        string said = run.Talk(Pop3HandlerRun.Login + "RETR 1\r\nNOOP\r\nQUIT\r\n");
        string body = said[(said.IndexOf(" octets\r\n", 80, StringComparison.Ordinal) + 9)..];
        Assert.Equal(
            "A: b\r\n\r\n..\r\n..\r\n\r\nlone CR\r\n..x\r\nNUL \u0080 and " + new string('y', 70_000)
                + "\r\n.\r\n+OK\r\n+OK goodbye\r\n",
            body);
    }

    [Fact]
    public void A_line_of_a_megabyte_is_written_as_it_is()
    {
        string line = new('z', 1024 * 1024);
        using var run = new Pop3HandlerRun(TestStore.Of(16_000, line));
        Assert.EndsWith("octets\r\n" + line + "\r\n.\r\n+OK goodbye\r\n",
            run.Talk(Pop3HandlerRun.Login + "RETR 1\r\nQUIT\r\n"));
    }

    [Fact]
    public void What_does_not_stay_in_memory_goes_out_of_a_file_without_a_name()
    {
        string large = string.Concat(Enumerable.Repeat("0123456789abcdef\n", 40_000));
        var store = TestStore.Answering(Pop3Steps.None, 0, static (_, _) => -1, large);
        using var run = new Pop3HandlerRun(store);
        string said = run.Talk(Pop3HandlerRun.Login + "RETR 1\r\nTOP 1 0\r\nRETR 1\r\nQUIT\r\n");
        string whole = large.Replace("\n", "\r\n") + ".\r\n";
        Assert.EndsWith($"{whole}+OK goodbye\r\n", said);
        Assert.Equal(3, said.Split(whole).Length - 1); // it has no blank line: all of it is header
        Assert.False(run.HasScratch);
    }

    [Fact]
    public void Of_top_the_library_sends_what_was_asked_for_and_asks_no_further()
    {
        TestStore store = TestStore.Of(10, "A: b\n\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n");
        using var run = new Pop3HandlerRun(store);
        Assert.EndsWith(
            "+OK top follows\r\nA: b\r\n\r\n1\r\n2\r\n.\r\n+OK top follows\r\nA: b\r\n\r\n.\r\n+OK goodbye\r\n",
            run.Talk(Pop3HandlerRun.Login + "TOP 1 2\r\nTOP 1 0\r\nQUIT\r\n"));
        Assert.Contains("Retrieve 1 id1 47 2 10", store.Asked);
        Assert.Equal(2, store.Asked.Count(step => step == "Read"));
    }

    [Fact]
    public void A_size_that_was_told_wrong_spoils_no_message()
    {
        TestStore store = TestStore.Of(10, One);
        store.Told = 7;
        using var run = new Pop3HandlerRun(store);
        Assert.EndsWith(
            "+OK 1 7\r\n+OK 7 octets\r\nSubject: one\r\n\r\nHello\r\n.\r\n+OK goodbye\r\n",
            run.Talk(Pop3HandlerRun.Login + "STAT\r\nRETR 1\r\nQUIT\r\n"));
    }

    [Fact]
    public void What_a_host_breaks_off_is_no_whole_message()
    {
        int reads = 0;
        TestStore store = TestStore.Answering(Pop3Steps.Read | Pop3Steps.Close, 10, (step, session) =>
        {
            if (step != Pop3Steps.Read || ++reads < 2)
                return -1;
            return HandlerVerdict.Error;
        }, One + One);
        using var run = new Pop3HandlerRun(store);
        Assert.EndsWith("octets\r\nSubject: o", run.Talk(Pop3HandlerRun.Login + "RETR 1\r\nNOOP\r\n"));
        Assert.Contains(run.Log, line => line.Contains("broken off message 1", StringComparison.Ordinal));
        Assert.True(store.IsClosed.Wait(Loopback.Loop.Long));
    }

    [Fact]
    public void A_piece_without_octets_that_is_not_the_last_breaks_the_message_off()
    {
        TestStore store = TestStore.Answering(
            Pop3Steps.Read, 0, static (step, _) => step == Pop3Steps.Read ? HandlerVerdict.Continue : -1, One);
        using var run = new Pop3HandlerRun(store);
        Assert.EndsWith("+OK 23 octets\r\n", run.Talk(Pop3HandlerRun.Login + "RETR 1\r\n"));
    }

    [Fact]
    public void Octets_of_retr_stand_before_those_of_read()
    {
        bool isFirst = true;
        TestStore store = TestStore.Answering(Pop3Steps.Read, 100, (step, session) =>
        {
            if (step == Pop3Steps.Retrieve && isFirst)
                session.Write("X-First: 1\n"u8);
            return -1;
        }, One);
        using var run = new Pop3HandlerRun(store);
        Assert.EndsWith("octets\r\nX-First: 1\r\nSubject: one\r\n\r\nHello\r\n.\r\n+OK goodbye\r\n",
            run.Talk(Pop3HandlerRun.Login + "RETR 1\r\nQUIT\r\n"));
    }

    [Fact]
    public void More_octets_than_there_is_room_for_are_not_taken()
    {
        Fault[] faults = new Fault[3];
        TestStore store = TestStore.Answering(Pop3Steps.Read, 100, (step, session) =>
        {
            if (step == Pop3Steps.Read)
                faults = [session.Write(new byte[1 << 20]), session.Write([]), session.AddMessage(1, "x", 0)];
            return -1;
        }, One);
        using var run = new Pop3HandlerRun(store);
        Assert.EndsWith("octets\r\nSubject: one\r\n\r\nHello\r\n.\r\n+OK goodbye\r\n",
            run.Talk(Pop3HandlerRun.Login + "RETR 1\r\nQUIT\r\n"));
        Assert.Equal([Fault.Limit, Fault.None, Fault.State], faults);
    }

    [Fact]
    public void A_message_that_is_none_is_told_to_the_host()
    {
        List<Fault> faults = [];
        var table = new Pop3TestTable(Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve)
        {
            Answer = (step, session) =>
            {
                if (step == Pop3Steps.Open)
                    faults =
                    [
                        session.AddMessage(-1, "a", 0), session.AddMessage(1, "", 0), session.AddMessage(1, "a b", 0),
                        session.AddMessage(1, new string('i', 71), 0), session.AddMessage(1, new string('i', 70), 0),
                        session.AddMessage(1, new string('i', 70), 0), session.AddMessage(1, "é", 0),
                        session.AddMessage(long.MaxValue, "max", 0), session.Write("x"u8),
                    ];
                return HandlerVerdict.Accept;
            },
        };
        using var run = new Pop3HandlerRun(table);
        Assert.EndsWith(
            $"+OK list follows\r\n1 {new string('i', 70)}\r\n.\r\n+OK goodbye\r\n",
            run.Talk(Pop3HandlerRun.Login + "UIDL\r\nQUIT\r\n"));
        Assert.Equal(
            [
                Fault.Argument, Fault.Argument, Fault.Argument, Fault.Argument, Fault.None, Fault.Argument,
                Fault.Argument, Fault.Argument, Fault.State,
            ],
            faults);
    }

    [Fact]
    public void Quit_removes_what_is_marked_in_order_and_then_updates()
    {
        TestStore store = TestStore.Of(10, One, Two, One);
        using var run = new Pop3HandlerRun(store);
        Assert.EndsWith(
            "+OK marked for deletion\r\n+OK marked for deletion\r\n+OK goodbye\r\n",
            run.Talk(Pop3HandlerRun.Login + "DELE 3\r\nDELE 1\r\nQUIT\r\n"));
        Assert.Equal(
            ["Auth USER ann secret", "Open ann|", "Remove 1 id1 23 -1 10", "Remove 3 id3 23 -1 30", "Update"],
            store.Asked[..5]);
        Assert.Equal([1, 3], store.Removed);
    }

    // RFC 1939 §8: what comes during a session is the next one's.
    [Fact]
    public void Two_sessions_at_once_have_each_the_list_that_it_was_told()
    {
        int there = 1;
        var store = new Pop3TestTable(Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve)
        {
            Answer = (step, session) =>
            {
                for (int i = 0; step == Pop3Steps.Open && i < there; i++)
                    Assert.Equal(Fault.None, session.AddMessage(3, $"id{i}", 0));
                if (step == Pop3Steps.Retrieve)
                    Assert.Equal(Fault.None, session.Write("x\n"u8));
                return step == Pop3Steps.Retrieve ? HandlerVerdict.Done : HandlerVerdict.Accept;
            },
        };
        using var run = new Pop3HandlerRun(store);
        using Pop3Wire first = run.Connect(), second = run.Connect();
        first.Send(Pop3HandlerRun.Login);
        first.ReadTo("+OK 1 messages (3 octets)\r\n");
        there = 2;
        second.Send(Pop3HandlerRun.Login);
        second.ReadTo("+OK 2 messages (6 octets)\r\n");
        first.Send("STAT\r\nRETR 2\r\n");
        Assert.Equal("+OK 1 3\r\n-ERR no such message\r\n", first.ReadTo("message\r\n"));
        second.Send("STAT\r\nRETR 2\r\n");
        Assert.Equal("+OK 2 6\r\n+OK 3 octets\r\nx\r\n.\r\n", second.ReadTo("\r\n.\r\n"));
        Assert.EndsWith("+OK goodbye\r\n", first.Talk("QUIT\r\n"));
    }

    [Theory]
    [InlineData("DELE 1\r\nDELE 2\r\n")] // the connection ends
    [InlineData("DELE 1\r\nRSET\r\nQUIT\r\n")]
    public void Without_quit_or_mark_nothing_is_removed(string said)
    {
        TestStore store = TestStore.Of(10, One, Two);
        using var run = new Pop3HandlerRun(store);
        run.Talk(Pop3HandlerRun.Login + said);
        Assert.True(store.IsClosed.Wait(Loopback.Loop.Long));
        Assert.DoesNotContain(store.Asked, step => step.StartsWith("Remove", StringComparison.Ordinal));
        Assert.Equal(said.Contains("QUIT", StringComparison.Ordinal), store.Asked.Contains("Update"));
        Assert.Equal("Close", store.Asked[^1]);
    }

    [Theory]
    [InlineData(Pop3Steps.Remove, HandlerVerdict.Reject, "-ERR [SYS/TEMP] some messages could not be deleted\r\n")]
    [InlineData(Pop3Steps.Remove, HandlerVerdict.Continue, "-ERR [SYS/TEMP] error in processing, try again later\r\n")]
    [InlineData(Pop3Steps.Update, HandlerVerdict.Reject, "-ERR [SYS/TEMP] some messages could not be deleted\r\n")]
    [InlineData(Pop3Steps.Update, HandlerVerdict.Error, "-ERR [SYS/TEMP] not possible now, try again later\r\n")]
    [InlineData(Pop3Steps.Update, HandlerVerdict.Local, "-ERR [SYS/TEMP] error in processing, try again later\r\n")]
    [InlineData(Pop3Steps.Update, 250, "+OK goodbye\r\n")]
    public void Quit_says_what_became_of_it(Pop3Steps step, int verdict, string reply)
    {
        TestStore store = TestStore.Answering(
            Pop3Steps.Remove | Pop3Steps.Update, 0, (asked, _) => asked == step ? verdict : -1, One);
        using var run = new Pop3HandlerRun(store);
        Assert.EndsWith("deletion\r\n" + reply, run.Talk(Pop3HandlerRun.Login + "DELE 1\r\nQUIT\r\n"));
        Assert.Contains("Update", store.Asked);
    }

    [Fact]
    public void A_store_that_removes_nothing_marks_nothing()
    {
        var store = TestStore.Answering(Pop3Steps.None, 0, static (_, _) => -1, One);
        using var run = new Pop3HandlerRun(store);
        Assert.EndsWith(
            "-ERR [SYS/PERM] messages of this mailbox cannot be deleted\r\n+OK goodbye\r\n",
            run.Talk(Pop3HandlerRun.Login + "DELE 1\r\nQUIT\r\n"));
    }

    [Fact]
    public void A_hundred_thousand_messages_are_told_and_listed()
    {
        var table = new Pop3TestTable(Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve)
        {
            Answer = static (step, session) =>
            {
                for (int i = 0; step == Pop3Steps.Open && i < 100_000; i++)
                    if (session.AddMessage(i, $"id-{i}", i) != Fault.None)
                        return HandlerVerdict.Error;
                return HandlerVerdict.Accept;
            },
        };
        using var run = new Pop3HandlerRun(table);
        string said = run.Talk(Pop3HandlerRun.Login + "STAT\r\nUIDL\r\nQUIT\r\n");
        Assert.Contains("+OK 100000 4999950000\r\n", said);
        Assert.Contains("\r\n100000 id-99999\r\n.\r\n", said);
    }

    [Fact]
    public void A_list_gets_no_more_memory_than_there_is()
    {
        long most = 0;
        var list = new HostMessageList(octets => (most = octets) <= 1_000_000);
        int count = 0;
        while (list.Add(1, $"{count}", 0) == Fault.None)
            count++;
        Assert.Equal(Fault.Limit, list.Add(1, "more", 0));
        Assert.Equal((count, (long)count), (list.Count, list.TotalSize));
        Assert.InRange(count, 5_000, 15_000);
        Assert.InRange(most, 1_000_001, 1_200_000);
        list.Seal();
        Assert.Equal(Fault.State, list.Add(1, "late", 0));
    }

    [Theory]
    [InlineData(Pop3Steps.None)]
    [InlineData(Pop3Steps.Read)]
    public void A_store_is_as_slow_as_the_settings_say(Pop3Steps more)
    {
        string large = string.Concat(Enumerable.Repeat("0123456789abcd\n", 2000));
        var store = TestStore.Answering(more, 16_000, static (_, _) => -1, large);
        using var run = new Pop3HandlerRun(["pop_speed=960"], store); // 16 KiB a second
        var time = System.Diagnostics.Stopwatch.StartNew();
        string said = run.Talk(Pop3HandlerRun.Login + "RETR 1\r\nRETR 1\r\nQUIT\r\n");
        Assert.Equal(3, said.Split(large.Replace("\n", "\r\n") + ".\r\n").Length);
        // 60,000 octets, of which a second's worth comes at once, and what ends the last message is not waited for
        Assert.InRange(time.Elapsed.TotalSeconds, 1, 60);
    }
}
