using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>A handler may owe its answer: no thread waits for it, and it always comes.</summary>
public sealed class PendingAnswerTests : IDisposable
{
    private readonly BlockingCollection<PendingAnswer> _owed = [];
    private int _verdictThen = HandlerVerdict.Continue;
    private TimeSpan _timeout = TimeSpan.FromHours(1);

    public void Dispose() => _owed.Dispose();

    [Theory]
    [InlineData(HandlerVerdict.Accept, "250 2.0.0 fine\r\n")]
    [InlineData(HandlerVerdict.Continue, "250 2.0.0 Ok\r\n")]
    [InlineData(450, "450 4.2.0 fine\r\n")]
    [InlineData(HandlerVerdict.Local, "451 4.3.0 Error in processing, try again later\r\n")]
    public void An_answer_comes_from_any_thread_once(int verdict, string reply)
    {
        using var run = new HandlerRun(Deferring(HandlerSteps.Noop));
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(SteppedWant.Wait, host.Step("NOOP\r\n"));
        Assert.Equal(-1, host.Session.Timeout);
        PendingAnswer pending = NextOwed();
        Assert.Equal(Fault.Argument, pending.SetReply(0, null, "a\r\nb"));
        Assert.Equal(Fault.None, pending.SetReply(0, null, "fine"));
        Assert.Equal(Fault.Argument, pending.Answer(HandlerVerdict.Pending));
        Assert.Equal(Fault.Argument, pending.Answer(199));
        Fault[] faults = new Fault[8];
        Parallel.For(0, faults.Length, i => faults[i] = pending.Answer(verdict));
        Assert.Equal(reply, host.Send(""));
        Assert.Equal(1, faults.Count(fault => fault == Fault.None));
        Assert.Equal(7, faults.Count(fault => fault == Fault.Handle));
        Assert.Equal(Fault.Handle, pending.AddReplyLine("late"));
    }

    [Fact]
    public void An_answer_may_come_before_the_handler_has_returned()
    {
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, session) =>
            {
                Assert.Equal(Fault.None, session.Defer(TimeSpan.Zero, 0, out PendingAnswer? pending));
                Assert.Equal(Fault.State, session.Defer(TimeSpan.Zero, 0, out PendingAnswer? other));
                Assert.Null(other);
                pending!.SetReply(0, null, "early");
                Assert.Equal(Fault.None, pending.Answer(HandlerVerdict.Accept));
                return HandlerVerdict.Pending;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal("250 2.0.0 early\r\n", host.Send("NOOP\r\n"));
    }

    [Fact]
    public void A_handler_that_answers_after_all_needs_no_other_answer()
    {
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, session) =>
            {
                session.Defer(TimeSpan.Zero, 0, out PendingAnswer? pending);
                _owed.Add(pending!);
                return HandlerVerdict.Accept;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal("250 2.0.0 Ok\r\n", host.Send("NOOP\r\n"));
        Assert.Equal(Fault.Closed, NextOwed().Answer(550));
    }

    [Theory]
    [InlineData(HandlerVerdict.Continue, "451 4.3.0 Cannot be told now, try again later\r\n")]
    [InlineData(HandlerVerdict.Accept, "250 2.0.0 Ok\r\n")]
    [InlineData(550, "550 5.7.1 Refused\r\n")]
    public void Behind_the_deadline_its_verdict_counts(int verdict, string reply)
    {
        (_verdictThen, _timeout) = (verdict, TimeSpan.FromMilliseconds(1));
        using var run = new HandlerRun(Deferring(HandlerSteps.Noop));
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(reply, host.Send("NOOP\r\n"));
        Assert.Equal(Fault.Timeout, NextOwed().Answer(HandlerVerdict.Accept));
    }

    [Fact]
    public void The_next_table_is_asked_when_an_owed_answer_continues()
    {
        var second = new TestTable(HandlerSteps.Noop) { Answer = (_, _) => 251 };
        using var run = new HandlerRun(Deferring(HandlerSteps.Noop), second);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Step("NOOP\r\n");
        Assert.Empty(second.Asked);
        Assert.Equal(Fault.None, NextOwed().Answer(HandlerVerdict.Continue));
        Assert.Equal("251 2.0.0 Ok\r\n", host.Send(""));
    }

    [Fact]
    public void A_session_that_its_host_gives_up_owes_nothing_any_more()
    {
        var table = Deferring(HandlerSteps.Noop | HandlerSteps.Close);
        using var run = new HandlerRun(table);
        SteppedHost host = run.Connect();
        host.Send("");
        host.Step("NOOP\r\n");
        host.Dispose();
        Assert.Equal(Fault.Closed, NextOwed().Answer(HandlerVerdict.Accept));
        Assert.True(table.IsClosed.Wait(Loop.Long));
    }

    [Fact]
    public void The_stop_of_a_server_ends_what_is_owed_within_its_time()
    {
        using var run = new HandlerRun([], ServerOptions.AnyPort, SmtpProtocol.Smtp, Deferring(HandlerSteps.Noop));
        using var client = new TcpClient("127.0.0.1", run.Server.Port);
        client.GetStream().Write("NOOP\r\n"u8);
        Assert.True(_owed.TryTake(out PendingAnswer? pending, Loop.Long));
        Assert.Equal(Fault.None, run.Server.Stop(TimeSpan.FromSeconds(1)));
        ReadTo(client, "451 4.3.0 Cannot be told now, try again later\r\n");
        Assert.Equal(Fault.Timeout, pending.Answer(HandlerVerdict.Accept));
    }

    [Fact]
    public void A_step_that_finds_no_place_among_those_that_wait_is_told_so()
    {
        using BusyPool pool = new(HandlerSteps.Helo | HandlerSteps.Verify);
        pool.Second.GetStream().Write("VRFY ann\r\n"u8);
        ReadTo(pool.Second, "451 4.3.2 Come again\r\n");
        pool.Gate.Set();
        ReadTo(pool.First, "250 mail.example\r\n");
    }

    [Fact]
    public void A_client_that_connects_and_finds_no_place_is_told_to_come_again()
    {
        using BusyPool pool = new(HandlerSteps.Connect | HandlerSteps.Helo);
        using var third = new TcpClient("127.0.0.1", pool.Port);
        ReadTo(third, "421 Come again\r\n");
        Assert.Equal(0, third.GetStream().Read(new byte[1]));
        pool.Gate.Set();
    }

    // RFC 5321 §4.1.1.5, §4.1.1.9: they have 250 alone
    [Theory]
    [InlineData("NOOP")]
    [InlineData("RSET")]
    public void What_must_be_250_waits_for_its_place(string command)
    {
        using BusyPool pool = new(
            HandlerSteps.Helo | HandlerSteps.Noop | HandlerSteps.Reset | HandlerSteps.Verify);
        pool.Second.GetStream().Write(Encoding.ASCII.GetBytes($"{command}\r\nQUIT\r\n"));
        using var third = new TcpClient("127.0.0.1", pool.Port);
        third.GetStream().Write("VRFY ann\r\n"u8);
        ReadTo(third, "451 4.3.2 Come again\r\n"); // so the command before it has been read
        pool.Gate.Set();
        ReadTo(pool.Second, "220 mail.example ESMTP\r\n250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n");
    }

    private PendingAnswer NextOwed()
    {
        Assert.True(_owed.TryTake(out PendingAnswer? pending, Loop.Long), "no answer is owed");
        return pending;
    }

    private TestTable Deferring(HandlerSteps steps) => new(steps)
    {
        Answer = (step, session) =>
        {
            if (step == HandlerSteps.Close)
                return 0;
            Assert.Equal(Fault.None, session.Defer(_timeout, _verdictThen, out PendingAnswer? pending));
            _owed.Add(pending!);
            return HandlerVerdict.Pending;
        },
    };

    private static void ReadTo(TcpClient client, string end)
    {
        client.ReceiveTimeout = (int)Loop.Long.TotalMilliseconds;
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            int count = client.GetStream().Read(buffer);
            Assert.True(count > 0, $"the connection ended behind: {text}");
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
    }

    /// <summary>A pool of one thread, which HELO of the first client holds, and without a place to wait.</summary>
    private sealed class BusyPool : IDisposable
    {
        private readonly SemaphoreSlim _isInside = new(0);
        private readonly HandlerRun _run;

        public BusyPool(HandlerSteps steps)
        {
            var table = new TestTable(steps)
            {
                Answer = (step, _) =>
                {
                    if (step != HandlerSteps.Helo)
                        return 0;
                    _isInside.Release();
                    Gate.Wait();
                    return 0;
                },
            };
            _run = new HandlerRun(
                ["handler_threads=1", "handler_queue=0", "handler_busy=Come again"], ServerOptions.AnyPort,
                SmtpProtocol.Smtp, table);
            First = Greeted();
            Second = steps.HasFlag(HandlerSteps.Connect) ? new TcpClient() : Greeted();
            First.GetStream().Write("HELO me\r\n"u8);
            Assert.True(_isInside.Wait(Loop.Long));
        }

        public ManualResetEventSlim Gate { get; } = new();
        public TcpClient First { get; }
        public TcpClient Second { get; }
        public int Port => _run.Server.Port;

        public void Dispose()
        {
            Gate.Set();
            First.Dispose();
            Second.Dispose();
            _run.Dispose();
            _isInside.Dispose();
        }

        private TcpClient Greeted() => new("127.0.0.1", Port);
    }
}
