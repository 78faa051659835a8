using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Loopback;

public class PlainConnectionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public void Input_cut_anywhere_comes_whole_and_in_order(int piece)
    {
        using var loop = new Loop(connection => new ScriptedSession(connection, Echo));
        using Socket socket = loop.Connect();
        int lines = piece < 10 ? 200 : 20_000;
        string text = string.Concat(Enumerable.Range(0, lines).Select(i => $"line {i}\n"));
        var sending = Loop.InBackground(() =>
        {
            byte[] octets = Encoding.ASCII.GetBytes(text + "quit\n");
            for (int at = 0; at < octets.Length; at += piece)
                socket.Send(octets.AsSpan(at, Math.Min(piece, octets.Length - at)));
        });
        Assert.Equal(text + "quit\n", Loop.ReadToEnd(socket));
        Assert.True(sending.Join(Loop.Long));
    }

    [Fact]
    public void Greets_first_and_answers_what_came_before_the_peer_closed_its_side()
    {
        using var loop = new Loop(connection => new ScriptedSession(connection, Echo) { Greeting = "hello\n" });
        using Socket socket = loop.Connect();
        Assert.Equal("hello\n", Loop.ReadExactly(socket, 6));
        socket.Send("one\ntwo\nhalf a line"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("one\ntwo\n", Loop.ReadToEnd(socket));
    }

    [Fact]
    public void A_reset_closes_the_session()
    {
        ScriptedSession? session = null;
        using var accepted = new ManualResetEventSlim();
        using var loop = new Loop(connection => Keep(ref session, new ScriptedSession(connection, Echo), accepted));
        Socket socket = loop.Connect();
        Assert.True(accepted.Wait(Loop.Long));
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal(Fault.Closed, session.Connection.Fault);
        Assert.True(session.Connection.Lost);
        Assert.Equal(-1, session.Connection.Descriptor);
        Assert.Empty(session.Wrongs);
    }

    [Fact]
    public void Resume_may_come_before_or_after_Advance_returned()
    {
        const int Rounds = 3000;
        ScriptedSession? session = null;
        using var loop = new Loop(connection => session = new ScriptedSession(connection, (self, line, output) =>
        {
            var work = new Job(self.Resume);
            self.Workers.Run(work);
            if (line.Length % 3 == 0)
                Thread.SpinWait(line.Length * 50);
            return Next.Wait;
        })
        {
            OnContinue = (_, output) => { output.Write("."); return Next.Read; },
        });
        using Socket socket = loop.Connect();
        string[] lines = [.. Enumerable.Range(0, Rounds).Select(i => new string('x', i % 20) + "\n")];
        var sending = Loop.InBackground(() =>
        {
            for (int i = 0; i < Rounds; i += 3)
                socket.Send(Encoding.ASCII.GetBytes(string.Concat(lines.Skip(i).Take(3))));
        });
        Assert.Equal(new string('.', Rounds), Loop.ReadExactly(socket, Rounds));
        Assert.True(sending.Join(Loop.Long));
        socket.Dispose();
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Empty(session.Wrongs);
    }

    [Fact]
    public void Input_that_comes_during_a_wait_is_kept()
    {
        using var waiting = new ManualResetEventSlim();
        ScriptedSession? session = null;
        using var loop = new Loop(connection => session = new ScriptedSession(connection, (self, line, output) =>
        {
            if (line != "wait\n")
                return Echo(self, line, output);
            waiting.Set();
            return Next.Wait;
        }));
        using Socket socket = loop.Connect();
        socket.Send("wait\n"u8);
        Assert.True(waiting.Wait(Loop.Long));
        string text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"early {i}\n"));
        var sending = Loop.InBackground(() => socket.Send(Encoding.ASCII.GetBytes(text)));
        session!.Resume();
        Assert.Equal(text, Loop.ReadExactly(socket, text.Length));
        Assert.True(sending.Join(Loop.Long));
    }

    [Fact]
    public void A_peer_that_closes_during_a_wait_is_closed_after_it()
    {
        using var waiting = new ManualResetEventSlim();
        ScriptedSession? session = null;
        using var loop = new Loop(connection => session = new ScriptedSession(connection, (_, _, _) =>
        {
            waiting.Set();
            return Next.Wait;
        }));
        using (Socket socket = loop.Connect())
        {
            socket.Send("wait\n"u8);
            Assert.True(waiting.Wait(Loop.Long));
        }
        Assert.False(session!.Ended.IsSet);
        session.Resume();
        Assert.True(session.Ended.Wait(Loop.Long));
        Assert.Empty(session.Wrongs);
    }

    [Fact]
    public void A_long_answer_waits_for_a_slow_reader_in_bounded_memory()
    {
        const int Pieces = 400, Size = 64 * 1024;
        int made = 0;
        byte[] piece = new byte[Size];
        Array.Fill(piece, (byte)'a');
        Next More(ScriptedSession self, Output output)
        {
            output.Write(piece);
            return ++made < Pieces ? Next.Write : Next.Close;
        }
        using var loop = new Loop(
            connection => new ScriptedSession(connection, (self, _, output) => More(self, output))
            {
                OnContinue = More,
            });
        using Socket socket = loop.Connect();
        socket.ReceiveBufferSize = 16 * 1024;
        socket.Send("go\n"u8);
        var stream = new NetworkStream(socket);
        Loop.ReadExactly(stream, Size);
        int before = Volatile.Read(ref made);
        Assert.True(before < Pieces / 2, $"{before} pieces were made for one that was read");
        Assert.Equal((long)(Pieces - 1) * Size, Loop.ReadToEnd(stream).Length);
    }

    [Fact]
    public void A_peer_that_takes_no_answers_gets_no_more_input_read()
    {
        long answered = 0;
        byte[] answer = new byte[8000];
        using var loop = new Loop(connection => new ScriptedSession(connection, (_, _, output) =>
        {
            Interlocked.Increment(ref answered);
            output.Write(answer);
            return Next.Read;
        }));
        using Socket socket = loop.Connect();
        socket.SendTimeout = 300;
        byte[] commands = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("give\n", 200)));
        Assert.Throws<SocketException>(() =>
        {
            for (int i = 0; i < 100_000; i++)
                socket.Send(commands);
        });
        Assert.True(Interlocked.Read(ref answered) * answer.Length < 256L * 1024 * 1024);
    }

    [Fact]
    public void A_worker_reads_and_writes_for_a_waiting_session()
    {
        using var said = new BlockingCollection<string>();
        using var loop = new Loop(connection => new ScriptedSession(connection, (self, _, _) =>
        {
            self.Workers.Run(new Job(() => said.Add(Converse(self.Connection))));
            return Next.Wait;
        }));
        using Socket socket = loop.Connect();
        socket.Send("go\nrest-"u8);
        Assert.Equal("ready", Loop.ReadExactly(socket, 5));
        for (int i = 0; i < 100; i++)
            socket.Send("0123456789"u8);
        Assert.Equal(3_000_000, Loop.ReadExactly(socket, 3_000_000).Length);
        Assert.True(said.TryTake(out string? text, Loop.Long));
        Assert.Equal("rest-" + string.Concat(Enumerable.Repeat("0123456789", 100)), text);
        socket.Send("quit"u8);

        static string Converse(Connection connection)
        {
            Assert.True(connection.SendBlocking("ready"u8));
            var heard = new StringBuilder();
            while (heard.Length < 1005)
            {
                ReadOnlySpan<byte> input = connection.WaitForInput();
                Assert.False(input.IsEmpty);
                int part = Math.Min(input.Length, 7);
                heard.Append(Encoding.ASCII.GetString(input[..part]));
                connection.Consume(part);
            }
            Assert.True(connection.SendBlocking(new byte[3_000_000]));
            connection.Resume();
            return heard.ToString();
        }
    }

    [Fact]
    public void A_worker_that_waits_for_input_hears_of_the_peers_end_and_of_silence()
    {
        using var results = new BlockingCollection<(bool IsEmpty, bool IsLost)>();
        using var loop = new Loop(connection => new ScriptedSession(connection, (self, line, _) =>
        {
            self.Connection.IdleTimeout = line == "short\n" ? TimeSpan.FromMilliseconds(200) : Loop.Long;
            self.Workers.Run(new Job(() =>
            {
                bool isEmpty = self.Connection.WaitForInput().IsEmpty;
                bool lost = self.Connection.Lost;
                self.Resume();
                results.Add((isEmpty, lost));
            }));
            return Next.Wait;
        }));
        using (Socket socket = loop.Connect())
        {
            socket.Send("short\n"u8);
            Assert.True(results.TryTake(out var result, Loop.Long));
            Assert.Equal((true, true), result);
        }
        using (Socket socket = loop.Connect())
        {
            socket.Send("long\n"u8);
            socket.Shutdown(SocketShutdown.Send);
            Assert.True(results.TryTake(out var result, Loop.Long));
            Assert.True(result.IsEmpty);
        }
    }

    [Fact]
    public void What_a_session_throws_ends_it_with_a_goodbye_and_a_log_line()
    {
        ScriptedSession? session = null;
        using var loop = new Loop(
            connection => session =
            new ScriptedSession(connection, (_, _, _) => throw new InvalidOperationException("oops")));
        using Socket socket = loop.Connect();
        socket.Send("x\n"u8);
        Assert.Equal("bye Fault\n", Loop.ReadToEnd(socket));
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal(Fault.Internal, session.Connection.Fault);
        Assert.Contains(loop.Lines, line => line.Contains("oops", StringComparison.Ordinal));
    }

    [Fact]
    public void The_last_answer_arrives_though_the_peer_had_sent_more()
    {
        using var loop = new Loop(connection => new ScriptedSession(connection, Echo));
        for (int i = 0; i < 20; i++)
        {
            using Socket socket = loop.Connect();
            socket.Send(Encoding.ASCII.GetBytes("quit\n" + new string('x', 200_000)));
            Assert.Equal("quit\n", Loop.ReadToEnd(socket));
        }
    }

    [Fact]
    public void Silence_expires()
    {
        using var loop = new Loop(connection =>
        {
            connection.IdleTimeout = TimeSpan.FromMilliseconds(100);
            return new ScriptedSession(connection, Echo);
        });
        using Socket socket = loop.Connect();
        Assert.Equal("bye Idle\n", Loop.ReadToEnd(socket));
    }

    [Fact]
    public void Abort_ends_it_from_any_thread()
    {
        ScriptedSession? session = null;
        using var accepted = new ManualResetEventSlim();
        using var loop = new Loop(connection => Keep(ref session, new ScriptedSession(connection, Echo), accepted));
        using Socket socket = loop.Connect();
        Assert.True(accepted.Wait(Loop.Long));
        session!.Connection.Abort();
        Assert.Equal("", Loop.ReadToEnd(socket));
        Assert.True(session.Ended.Wait(Loop.Long));
        session.Connection.Abort();
        Assert.Empty(session.Wrongs);
    }

    internal static Next Echo(ScriptedSession session, string line, Output output)
    {
        output.Write(line);
        return line == "quit\n" ? Next.Close : Next.Read;
    }

    internal static ScriptedSession Keep(
        ref ScriptedSession? place, ScriptedSession session, ManualResetEventSlim accepted)
    {
        place = session;
        accepted.Set();
        return session;
    }

    internal sealed class Job(Action action) : IJob
    {
        public void Run() => action();
    }
}
