using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Tests.Pop3.Server;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

public class RetrReadAheadTests
{
    private readonly StillClock _clock = new();

    [Fact]
    public void A_client_that_fetches_in_order_gets_every_answer_and_few_of_them_by_a_worker()
    {
        var drop = new MemoryMaildrop([.. Enumerable.Range(0, 300).Select(i => $"Subject: {i}\n\n.dot {i}\nno end")]);
        var ahead = new RetrReadAhead(new ReadAheadBuffers(), _clock);
        int visits = 0;
        for (int i = 0; i < 300; i++)
        {
            string? answer = Take(ahead, i);
            if (answer is null && Visit(ref visits) && ahead.ReadFrom(drop, i))
                answer = Take(ahead, i);
            if (i > 0)
                Assert.Equal($"+OK {drop.Size(i)} octets\r\nSubject: {i}\r\n\r\n..dot {i}\r\nno end\r\n.\r\n", answer);
        }
        Assert.InRange(visits, 2, 12);
    }

    [Fact]
    public void A_client_that_fetches_here_and_there_gets_nothing_ahead()
    {
        var drop = Texts(30);
        var memory = new ReadAheadBuffers();
        var ahead = new RetrReadAhead(memory, _clock);
        for (int i = 28; i >= 0; i -= 2)
        {
            Assert.Null(Take(ahead, i));
            Assert.False(ahead.ReadFrom(drop, i));
        }
        Assert.Equal(0, memory.Rented);
    }

    [Fact]
    public void A_session_answers_from_what_is_ahead_as_it_answers_without()
    {
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => $"Subject: {i}\n\nbody\n")];
        string commands = string.Concat(Enumerable.Range(1, 40).Select(i => $"RETR {i}\r\n"))
            + "RETR 41\r\nRETR 7\r\nTOP 8 0\r\nRETR 9\r\n";
        var plain = new Pop3Harness(null, texts).LoggedIn();
        var memory = new ReadAheadBuffers();
        var ahead = new Pop3Harness(null, texts) { ReadAheadBuffers = memory }.LoggedIn();
        Assert.Equal(plain.Send(commands), ahead.Send(commands));
        Assert.InRange(ahead.Opens, 2, 15);
        Assert.True(plain.Opens > 40);
        ahead.Lose();
        Assert.Equal(0, memory.Rented);
    }

    [Fact]
    public void A_message_marked_for_deletion_is_not_given_from_what_is_ahead()
    {
        string[] messages = [.. Enumerable.Range(0, 10).Select(i => $"{i}\n")];
        var pop = new Pop3Harness(null, messages) { ReadAheadBuffers = new ReadAheadBuffers() }.LoggedIn();
        pop.Send("RETR 1\r\nRETR 2\r\nRETR 4\r\nRETR 5\r\nRETR 6\r\nDELE 7\r\n");
        Assert.StartsWith("-ERR", pop.Send("RETR 7\r\n"), StringComparison.Ordinal);
        Assert.Equal("+OK 3 octets\r\n7\r\n.\r\n", pop.Send("RETR 8\r\n"));
    }

    [Fact]
    public void After_a_second_the_file_decides()
    {
        var memory = new ReadAheadBuffers();
        RetrReadAhead ahead = Filled(memory);
        Assert.NotNull(Take(ahead, 1));
        _clock.Now += TimeSpan.FromSeconds(1.5);
        Assert.Null(Take(ahead, 2));
        Assert.Equal(0, memory.Rented);
    }

    [Fact]
    public void What_the_session_waits_for_does_not_grow_old()
    {
        RetrReadAhead ahead = Filled(new ReadAheadBuffers());
        _clock.Now += TimeSpan.FromSeconds(5);
        Assert.NotNull(Take(ahead, 1));
        Assert.Null(Take(ahead, 2));
    }

    [Fact]
    public void Memory_is_bounded_for_all_sessions_and_taken_from_who_does_not_use_it()
    {
        var memory = new ReadAheadBuffers(most: 2);
        RetrReadAhead first = Filled(memory), second = Filled(memory);
        Assert.NotNull(Take(first, 1));
        Assert.NotNull(Take(second, 1));
        var third = new RetrReadAhead(memory, _clock);
        Assert.False(FillInOrder(third));
        Assert.Equal(2, memory.Rented);
        _clock.Now += TimeSpan.FromSeconds(1.5);
        Assert.True(FillInOrder(third));
        Assert.Equal(2, memory.Rented);
        Assert.NotNull(Take(third, 1));
        Assert.Null(Take(first, 2));
        Assert.Null(Take(second, 2));
        third.Clear();
        Assert.Equal(0, memory.Rented);
    }

    [Fact]
    public void A_large_message_goes_the_ordinary_way_and_the_next_ones_are_ahead_again()
    {
        var drop = new MemoryMaildrop("a\n", "b\n", new string('x', 100_000), "d\n", "e\n", "f\n");
        var ahead = new RetrReadAhead(new ReadAheadBuffers(), _clock);
        Assert.False(ahead.ReadFrom(drop, 0));
        Assert.True(ahead.ReadFrom(drop, 1));
        Assert.NotNull(Take(ahead, 1));
        Assert.Null(Take(ahead, 2));
        Assert.False(ahead.ReadFrom(drop, 2));
        Assert.True(ahead.ReadFrom(drop, 3));
        Assert.All([3, 4, 5], i => Assert.NotNull(Take(ahead, i)));
    }

    [Fact]
    public void Answers_together_never_outgrow_their_buffer()
    {
        // Every octet a line of a dot: four octets for two.
        string text = string.Concat(Enumerable.Repeat(".\n", 4000));
        var drop = new MemoryMaildrop([.. Enumerable.Repeat(text, 40)]);
        var memory = new ReadAheadBuffers();
        var ahead = new RetrReadAhead(memory, _clock);
        string expected = $"+OK {drop.Size(0)} octets\r\n" + string.Concat(Enumerable.Repeat("..\r\n", 4000)) + ".\r\n";
        for (int i = 0; i < 40; i++)
            if (Take(ahead, i) is { } here || (ahead.ReadFrom(drop, i) && (here = Take(ahead, i)!) is not null))
                Assert.Equal(expected, here);
            else
                Assert.Equal(0, i);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_message_another_program_has_moved_is_found_and_one_it_has_deleted_ends_what_is_ahead()
    {
        using var folder = new TemporaryFolder();
        var store = new MaildirStore("h");
        for (int i = 0; i < 6; i++)
            store.Deliver(folder.In("u"), $"id{i}", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + i),
                new TextContent($"{i}\n"), mayBeDuplicate: false);
        store.Open(folder.In("u"), out IMaildrop drop);
        using IMaildrop _ = drop;
        string[] files = Directory.GetFiles(folder.In("u/Maildir/new"));
        Array.Sort(files, StringComparer.Ordinal);
        File.Move(files[2], folder.In("u/Maildir/cur/") + Path.GetFileName(files[2]) + ":2,S");
        File.Delete(files[4]);
        var ahead = new RetrReadAhead(new ReadAheadBuffers(), _clock);
        ahead.ReadFrom(drop, 0);
        Assert.True(ahead.ReadFrom(drop, 1));
        Assert.NotNull(Take(ahead, 1));
        Assert.Contains("2\r\n.\r\n", Take(ahead, 2), StringComparison.Ordinal);
        Assert.True(ahead.ReadFrom(drop, 3));
        Assert.NotNull(Take(ahead, 3));
        Assert.Null(Take(ahead, 4));
        Assert.False(ahead.ReadFrom(drop, 4));
        Assert.Equal(MailModule.Primitives.Fault.NotFound, drop.OpenMessage(4, out Stream _));
    }

    private static bool Visit(ref int visits) => ++visits > 0;

    private static MemoryMaildrop Texts(int count) => new([.. Enumerable.Range(0, count).Select(i => $"{i}\n")]);

    private RetrReadAhead Filled(ReadAheadBuffers memory)
    {
        var ahead = new RetrReadAhead(memory, _clock);
        Assert.True(FillInOrder(ahead));
        return ahead;
    }

    // The second in order is the first with company.
    private static bool FillInOrder(RetrReadAhead ahead)
    {
        MemoryMaildrop drop = Texts(10);
        Assert.False(ahead.ReadFrom(drop, 0));
        return ahead.ReadFrom(drop, 1);
    }

    private static string? Take(RetrReadAhead ahead, int index)
    {
        var output = new Output();
        return ahead.TryWrite(index, output) ? Encoding.Latin1.GetString(output.Written) : null;
    }
}
