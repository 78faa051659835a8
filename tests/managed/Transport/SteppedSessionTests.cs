using System.Text;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

public class SteppedSessionTests
{
    private readonly MemoryPeer _peer = new() { IdleTimeout = TimeSpan.FromSeconds(10) };
    private readonly Output _output = new();
    private readonly LineSession _session;
    private readonly SteppedSession _stepped;

    public SteppedSessionTests()
    {
        _session = new LineSession { OnDeadline = () => _peer.SetDeadline(TimeSpan.FromSeconds(5)) };
        _stepped = new SteppedSession(_session, _peer);
        Assert.Equal((Next.Read, "hello\n"), (Step("", 0), Take()));
    }

    [Fact]
    public void Octets_go_in_and_octets_come_out()
    {
        Assert.Equal((Next.Read, ""), (Step("read", 1), Take()));
        Assert.Equal("read", Encoding.ASCII.GetString(_stepped.Unconsumed));
        Assert.Equal((Next.Read, "read\nread\n"), (Step("\nread\n", 1), Take()));
    }

    [Fact]
    public void A_long_answer_leaves_when_the_one_before_it_is_taken()
    {
        Assert.Equal((Next.Write, "write\n"), (Step("write\nread\n", 1), Take()));
        Assert.Equal((Next.Read, "read\n"), (Step("", 1), Take()));
    }

    [Fact]
    public void A_wait_ends_with_its_answer_and_no_sooner()
    {
        Assert.Equal((Next.Wait, "wait\n"), (Step("wait\nread\n", 1), Take()));
        Assert.Equal((Next.Wait, ""), (Step("read\n", 1), Take()));
        _peer.Resume();
        Assert.Equal((Next.Read, "read\nread\n"), (Step("", 1), Take()));
    }

    [Fact]
    public void An_answer_may_come_before_the_session_has_returned()
    {
        _session.OnWait = _peer.Resume;
        Assert.Equal((Next.Read, "wait\nread\n"), (Step("wait\nread\n", 1), Take()));
    }

    [Fact]
    public void A_wait_that_is_ended_twice_is_a_fault_of_the_backend()
    {
        Step("wait\n", 1);
        _peer.Resume();
        Assert.Throws<InvalidOperationException>(_peer.Resume);
    }

    [Fact]
    public void What_came_before_tls_does_not_count_after_it()
    {
        Assert.Equal((Next.StartTls, "starttls\n"), (Step("starttls\nread\n", 1), Take()));
        Assert.Throws<InvalidOperationException>(() => Step("read\n", 1));
        Assert.Equal(Next.Read, _stepped.BeginTls("TLSv1.3", TimeSpan.Zero, _output));
        Assert.Equal((true, "TLSv1.3", ""), (_peer.IsTls, _peer.TlsDescription, Take()));
        Assert.Throws<InvalidOperationException>(() => _stepped.BeginTls("", TimeSpan.Zero, _output));
    }

    [Fact]
    public void Silence_ends_the_session_by_the_callers_clock()
    {
        Step("read\n", 7);
        Take();
        Assert.Equal(TimeSpan.FromSeconds(17), _stepped.ExpiresAt);
        Assert.Equal((Next.Read, ""), (Expire(16.999), Take()));
        Assert.Equal((Next.Close, "bye Idle\n"), (Expire(17), Take()));
        Assert.Equal((Fault.Timeout, 1), (_peer.Fault, _session.Closings));
    }

    [Fact]
    public void A_deadline_passes_whatever_the_peer_says()
    {
        Step("deadline\n", 2);
        for (int second = 3; second < 7; second++)
            Assert.Equal(Next.Read, Step("read\n", second));
        Take();
        Assert.Equal((Next.Close, "bye Idle\n"), (Expire(7), Take()));
    }

    [Fact]
    public void Nobody_expires_while_an_answer_is_owed_to_the_peer()
    {
        Step("wait\n", 1);
        Assert.Equal((TimeSpan.MaxValue, Next.Wait), (_stepped.ExpiresAt, Expire(1_000_000)));
    }

    [Fact]
    public void The_time_that_an_answer_took_is_not_the_peers()
    {
        Step("wait\n", 1);
        _peer.Resume();
        Assert.Equal(Next.Read, Step("", 1_000));
        Assert.Equal((TimeSpan.FromSeconds(1_010), Next.Read), (_stepped.ExpiresAt, Expire(1_009)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_peer_that_is_lost_during_a_wait_ends_the_session_after_it(bool isAnswered)
    {
        Step("wait\nread\n", 1);
        Take();
        if (isAnswered)
            _peer.Resume();
        Assert.Equal(isAnswered ? Next.Close : Next.Wait, _stepped.Lose(Fault.Closed, "reset"));
        Assert.Equal(isAnswered ? 1 : 0, _session.Closings);
        if (!isAnswered)
            _peer.Resume();
        Assert.Equal((Next.Close, ""), (Step("", 1), Take()));
        Assert.Equal((Fault.Closed, "reset", 1), (_peer.Fault, _peer.FaultText, _session.Closings));
    }

    [Fact]
    public void What_a_peer_said_before_its_end_is_answered()
    {
        Step("wait\nread\n", 1);
        Assert.Equal(Next.Wait, _stepped.EndInput());
        _peer.Resume();
        Assert.Equal((Next.Close, "wait\nread\n"), (Step("", 1), Take()));
        Assert.Equal((Fault.Closed, 1), (_peer.Fault, _session.Closings));
    }

    [Fact]
    public void A_session_that_closes_has_ended_and_takes_no_more()
    {
        Assert.Equal((Next.Close, "close\n"), (Step("close\nread\n", 1), Take()));
        Assert.Equal((Next.Close, ""), (Step("read\n", 1), Take()));
        Assert.Equal(Next.Close, _stepped.Stop(ExpiryReason.Stopping, _output));
        Assert.Equal(Next.Close, _stepped.Lose(Fault.Closed));
        Assert.Equal((Fault.None, 1, ""), (_peer.Fault, _session.Closings, Take()));
    }

    [Theory]
    [InlineData("throw\n")]
    [InlineData("wait\nthrow\n")]
    public void What_a_session_throws_goes_to_the_caller_who_ends_it(string lines)
    {
        _session.OnWait = _peer.Resume;
        Assert.Throws<FormatException>(() => Step(lines, 1));
        Take();
        Assert.Equal((Next.Close, "bye Fault\n"), (_stepped.Stop(ExpiryReason.Fault, _output), Take()));
        Assert.Equal((Fault.Internal, 1), (_peer.Fault, _session.Closings));
    }

    private Next Step(string octets, double seconds)
        => _stepped.Step(Encoding.ASCII.GetBytes(octets), TimeSpan.FromSeconds(seconds), _output);

    private Next Expire(double seconds) => _stepped.Expire(TimeSpan.FromSeconds(seconds), _output);

    private string Take()
    {
        string text = Encoding.ASCII.GetString(_output.Written);
        _output.Clear();
        return text;
    }

    /// <summary>Gives each line back, and then waits for what the line says.</summary>
    [Fact]
    public void What_is_kept_while_it_does_not_read_is_bounded_and_counted()
    {
        var memory = new SessionMemory(1 << 20);
        var peer = new MemoryPeer { Memory = memory };
        var stepped = new SteppedSession(new LineSession(), peer);
        stepped.Step("wait\n"u8, default, _output);
        Assert.True(stepped.Takes(SteppedSession.KeptLimit));
        byte[] lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("r\n", SteppedSession.KeptLimit / 2)));
        Assert.Equal(Next.Wait, stepped.Step(lines, default, _output));
        Assert.Equal((true, false), (stepped.Takes(0), stepped.Takes(1)));
        Assert.Equal(SteppedSession.KeptLimit, memory.Taken);
        peer.Resume();
        Assert.Equal(Next.Read, stepped.Step([], default, _output));
        Assert.True(stepped.Takes(int.MaxValue));
        Assert.Equal(0, memory.Taken);
    }

    [Fact]
    public void What_fails_at_its_end_is_over_and_holds_nothing()
    {
        var memory = new SessionMemory(1 << 20);
        var peer = new MemoryPeer { Memory = memory };
        var session = new LineSession { OnEnd = static () => throw new FormatException() };
        var stepped = new SteppedSession(session, peer);
        stepped.Step("wait\n"u8, default, _output);
        stepped.Step(new byte[SteppedSession.KeptLimit], default, _output);
        peer.Resume();
        Assert.Throws<FormatException>(() => stepped.Lose(Fault.Closed));
        Assert.Equal((Next.Close, 0L), (stepped.Waits, memory.Taken));
    }

    [Fact]
    public void What_fails_at_its_farewell_is_over()
    {
        var session = new LineSession { OnEnd = static () => throw new FormatException() };
        var stepped = new SteppedSession(session, new MemoryPeer());
        stepped.Step([], default, _output);
        Assert.Throws<FormatException>(() => stepped.Stop(ExpiryReason.Stopping, _output));
        Assert.Equal(Next.Close, stepped.Waits);
    }

    private sealed class LineSession : ISession
    {
        private bool _isGreeted;

        public Action? OnWait { get; set; }
        public Action? OnDeadline { get; init; }

        /// <summary>Runs in <see cref="Expire"/> and <see cref="Closed"/>.</summary>
        public Action? OnEnd { get; init; }
        public int Closings { get; private set; }

        public Next Advance(ref ReadOnlySpan<byte> input, Output output)
        {
            Assert.Equal(0, Closings);
            if (!_isGreeted)
                output.Write("hello\n");
            _isGreeted = true;
            Next next = Next.Read;
            while (next == Next.Read && input.IndexOf((byte)'\n') is var end and >= 0)
            {
                output.Write(input[..(end + 1)]);
                string word = Encoding.ASCII.GetString(input[..end]);
                input = input[(end + 1)..];
                next = Obey(word);
            }
            return next;
        }

        public void Expire(ExpiryReason reason, Output output)
        {
            OnEnd?.Invoke();
            output.Write($"bye {reason}\n");
        }

        public void Closed()
        {
            Closings++;
            OnEnd?.Invoke();
        }

        private Next Obey(string word)
        {
            if (word == "wait")
                OnWait?.Invoke();
            if (word == "deadline")
                OnDeadline?.Invoke();
            return word switch
            {
                "write" => Next.Write,
                "wait" => Next.Wait,
                "starttls" => Next.StartTls,
                "close" => Next.Close,
                "throw" => throw new FormatException(),
                _ => Next.Read,
            };
        }
    }
}
