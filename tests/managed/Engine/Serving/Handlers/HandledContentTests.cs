using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Content goes past the handlers piece by piece, is held until the verdict, and stored behind it.</summary>
public class HandledContentTests
{
    private const string Begun = HandlerRun.Begun + "RCPT TO:<ann@mail.example>\r\nDATA\r\n";

    [Theory]
    [InlineData(1000, false)]
    [InlineData(65536, false)]
    [InlineData(65537, false)]
    [InlineData(1_000_000, false)]
    [InlineData(1_000_000, true)]
    public void Pieces_come_in_order_and_together_are_the_message(int octets, bool isOnPool)
    {
        string text = TextOf(octets);
        var pieces = new StringBuilder();
        var marks = new List<string>();
        string whole = "", file = "";
        var table = new Pieces((piece, isFirst, isLast) =>
        {
            pieces.Append(piece);
            marks.Add($"{(isFirst ? "first" : "")}{(isLast ? "last" : "")}");
            return 0;
        }, session =>
        {
            whole = Read(session);
            Assert.Equal(Fault.None, session.GetPath(out string? path));
            file = File.ReadAllText(path!);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path!));
            return HandlerVerdict.Continue;
        });
        int port = isOnPool ? ServerOptions.AnyPort : ServerOptions.NoPort;
        using var run = new HandlerRun([], port, SmtpProtocol.Smtp, table);
        Assert.Contains("queued as", isOnPool ? Talk(run, text) : Step(run, text), StringComparison.Ordinal);
        Assert.Equal(text, pieces.ToString());
        Assert.Equal(text, whole);
        Assert.Equal(text, file);
        Assert.Equal(("first", "last"), marks.Count == 1 ? ("first", marks[0][5..]) : (marks[0], marks[^1]));
        Assert.EndsWith(text.ReplaceLineEndings("\n"), Assert.Single(run.Delivered(1)), StringComparison.Ordinal);
        Assert.False(run.HasScratch);
    }

    [Fact]
    public void Messages_of_sessions_that_wait_at_one_time_are_in_files_of_their_own()
    {
        var paths = new List<string?>();
        var owed = new Queue<PendingAnswer>();
        var table = new Pieces(null, session =>
        {
            Assert.Equal(Fault.None, session.GetPath(out string? path));
            paths.Add(path);
            session.Defer(TimeSpan.FromHours(1), 0, out PendingAnswer? pending);
            owed.Enqueue(pending!);
            return HandlerVerdict.Pending;
        });
        using var run = new HandlerRun(table);
        using SteppedHost first = run.Connect();
        using SteppedHost second = run.Connect();
        foreach (SteppedHost one in (SteppedHost[])[first, second])
        {
            one.Send("");
            one.Send(Begun);
        }
        Assert.Equal(SteppedWant.Wait, first.Step("one\r\n.\r\n"));
        Assert.Equal(SteppedWant.Wait, second.Step("two\r\n.\r\n"));
        Assert.Equal(["one\r\n", "two\r\n"], paths.Select(path => File.ReadAllText(path!)));
        while (owed.TryDequeue(out PendingAnswer? pending))
            Assert.Equal(Fault.None, pending.Answer(0));
        Assert.Contains("queued as", first.Send(""), StringComparison.Ordinal);
        Assert.Contains("queued as", second.Send(""), StringComparison.Ordinal);
        Assert.False(run.HasScratch);
    }

    [Fact]
    public void A_host_that_has_the_message_leaves_no_copy()
    {
        var table = new Pieces(null, _ => HandlerVerdict.Done);
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.EndsWith("250 2.6.0 Message accepted\r\n", host.Send(Begun + "text\r\n.\r\n"), StringComparison.Ordinal);
        Assert.Contains("354 ", host.Send(Begun), StringComparison.Ordinal);
        Assert.Equal("250 2.6.0 Message accepted\r\n", host.Send(".\r\n"));
        Assert.DoesNotContain(run.Log, line => line.Contains(": accepted from=", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HandlerVerdict.Reject, "554 5.7.1 Message refused\r\n")]
    [InlineData(452, "452 4.3.1 Not now, try again later\r\n")]
    [InlineData(HandlerVerdict.Local, "451 4.3.0 Error in processing, try again later\r\n")]
    public void A_message_that_the_host_refuses_is_not_kept(int verdict, string reply)
    {
        using var run = new HandlerRun(new Pieces(null, _ => verdict));
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.EndsWith(reply, host.Send(Begun + "text\r\n.\r\n"), StringComparison.Ordinal);
        Assert.EndsWith("250 2.1.0 Sender ok\r\n", host.Send("MAIL FROM:<a@b.example>\r\n"), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Log, line => line.Contains(": accepted from=", StringComparison.Ordinal));
    }

    [Fact]
    public void A_piece_that_is_refused_is_the_last_and_the_refusal_is_said_at_the_end()
    {
        int count = 0;
        var table = new Pieces(
            (_, _, _) => ++count == 2 ? HandlerVerdict.Reject : 0, _ => throw new InvalidOperationException());
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send(Begun);
        Assert.Equal("", host.Send(TextOf(300_000)));
        Assert.Equal("554 5.7.1 Message refused\r\n", host.Send(".\r\n"));
        Assert.Equal(2, count);
    }

    [Fact]
    public void A_host_may_close_in_the_midst_of_a_message()
    {
        var table = new Pieces((_, _, _) => HandlerVerdict.Close, null);
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send(Begun);
        Assert.Equal("421 4.3.2 Closing connection\r\n", host.Send(TextOf(100_000)));
        Assert.Equal(SteppedWant.Close, host.Wants);
    }

    [Fact]
    public void A_sender_is_no_faster_than_the_host_takes_its_pieces()
    {
        const int Octets = 64 * 1024 * 1024;
        using var taken = new SemaphoreSlim(0);
        long seen = 0;
        var table = new Pieces((piece, _, _) =>
        {
            Interlocked.Add(ref seen, piece.Length);
            taken.Wait();
            return 0;
        }, null, HandlerSteps.Data);
        using var run = new HandlerRun(
            ["smtp_msg_limit=100000000"], ServerOptions.AnyPort, SmtpProtocol.Smtp, table);
        using var client = new TcpClient("127.0.0.1", run.Server.Port) { SendTimeout = 500 };
        client.GetStream().Write(Encoding.ASCII.GetBytes(Begun));
        byte[] line = Encoding.ASCII.GetBytes(TextOf(100_000));
        long sent = 0;
        var failure = Record.Exception(() =>
        {
            for (; sent < Octets; sent += line.Length)
                client.GetStream().Write(line);
        });
        Assert.IsType<IOException>(failure); // nobody reads any more
        Assert.InRange(Interlocked.Read(ref seen), 1, 64 * 1024);
        taken.Release(10_000);
    }

    [Fact]
    public void A_piece_may_be_owed_its_answer()
    {
        var owed = new BlockingCollection<PendingAnswer>();
        var table = new TestTable(HandlerSteps.Chunk)
        {
            Answer = (_, session) =>
            {
                session.Defer(TimeSpan.FromHours(1), 0, out PendingAnswer? pending);
                owed.Add(pending!);
                return HandlerVerdict.Pending;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send(Begun);
        Assert.Equal(SteppedWant.Wait, host.Step(TextOf(70_000) + ".\r\n"));
        Assert.True(owed.TryTake(out PendingAnswer? first));
        first.Answer(0);
        Assert.Equal(SteppedWant.Wait, host.Step(""));
        Assert.True(owed.TryTake(out PendingAnswer? second));
        second.Answer(0);
        Assert.Contains("queued as", host.Send(""), StringComparison.Ordinal);
        Assert.Equal(["Chunk 65536 first", "Chunk 4464 last"], table.Asked);
    }

    [Fact]
    public void Each_table_gets_each_piece()
    {
        var first = new TestTable(HandlerSteps.Chunk) { Answer = (_, _) => HandlerVerdict.Accept };
        var second = new TestTable(HandlerSteps.Chunk);
        using var run = new HandlerRun(first, second);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Contains("queued as", host.Send(Begun + TextOf(70_000) + ".\r\n"), StringComparison.Ordinal);
        Assert.Equal(first.Asked, second.Asked);
    }

    [Fact]
    public void A_piece_that_a_table_refuses_late_comes_to_the_next_table_as_well()
    {
        PendingAnswer? owed = null;
        var first = new TestTable(HandlerSteps.Chunk)
        {
            Answer = (_, session) =>
            {
                session.Defer(TimeSpan.FromHours(1), 0, out owed);
                return HandlerVerdict.Pending;
            },
        };
        var second = new TestTable(HandlerSteps.Chunk);
        using var run = new HandlerRun(first, second);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send(Begun);
        Assert.Equal(SteppedWant.Wait, host.Step(TextOf(70_000) + ".\r\n"));
        owed!.Answer(554);
        Assert.StartsWith("554 ", host.Send(""), StringComparison.Ordinal);
        Assert.Equal(["Chunk 65536 first"], first.Asked);
        Assert.Equal(first.Asked, second.Asked);
    }

    [Fact]
    public void Over_lmtp_each_recipient_may_have_its_own_reply()
    {
        var table = new TestTable(HandlerSteps.Message | HandlerSteps.Rcpt)
        {
            Answer = (step, session) =>
            {
                if (step == HandlerSteps.Rcpt)
                    return HandlerVerdict.Accept;
                Assert.Equal(Fault.NotFound, session.SetRecipientReply(2, 550, null, "x"));
                Assert.Equal(Fault.Argument, session.SetRecipientReply(1, 0, null, "x"));
                Assert.Equal(Fault.None, session.SetRecipientReply(1, 552, "5.2.2", "full"));
                return HandlerVerdict.Continue;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect(protocol: SmtpProtocol.Lmtp);
        host.Send("");
        string replies = host.Send("LHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<ann@mail.example>\r\n"
            + "RCPT TO:<bob@mail.example>\r\nDATA\r\ntext\r\n.\r\n");
        Assert.Matches("354 .*\r\n250 2.0.0 Ok: queued as .*\r\n552 5.2.2 full\r\n$", replies);
    }

    private static string Step(HandlerRun run, string text)
    {
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send(Begun);
        foreach (char[] part in text.Chunk(100_000))
            host.Send(new string(part));
        return host.Send(".\r\n");
    }

    private static string Talk(HandlerRun run, string text)
    {
        using var client = new TcpClient("127.0.0.1", run.Server.Port);
        client.GetStream().Write(Encoding.ASCII.GetBytes(Begun + text + ".\r\nQUIT\r\n"));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return reader.ReadToEnd();
    }

    private static string Read(IHandlerSession session)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[7777];
        int count;
        do
        {
            Assert.Equal(Fault.None, session.ReadMessage(text.Length, buffer, out count));
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        while (count > 0);
        return text.ToString();
    }

    /// <summary>Lines of text, so many octets of it in all.</summary>
    private static string TextOf(int octets)
    {
        var text = new StringBuilder("Subject: x\r\n\r\n");
        for (int i = 0; text.Length < octets - 100; i++)
            text.Append($"line {i} of a long message that goes on and on\r\n");
        return text.Append('x', octets - text.Length - 2).Append("\r\n").ToString();
    }

    private sealed class Pieces(
        Func<string, bool, bool, int>? chunk, Func<IHandlerSession, int>? message, HandlerSteps done = 0)
        : TableOfNothing
    {
        public override HandlerSteps Steps
            => (chunk is null ? 0 : HandlerSteps.Chunk) | (message is null ? 0 : HandlerSteps.Message) | done;

        public override int Data(IHandlerSession session) => HandlerVerdict.Done;

        public override int Chunk(IHandlerSession session, ReadOnlySpan<byte> octets, bool isFirst, bool isLast)
            => chunk!(Encoding.ASCII.GetString(octets), isFirst, isLast);

        public override int Message(IHandlerSession session, long size) => message!(session);
    }
}
