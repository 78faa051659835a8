using System.Collections.Concurrent;
using System.Net;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Mail;
using MailModule.Mail.Logins.Server;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Tests.Loopback;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>What a host has given up is at its end: it hears nothing more, whatever fails on the way there.</summary>
public sealed class SteppedEndTests : IDisposable
{
    private readonly Workers _workers = new(4);

    public void Dispose() => Assert.True(_workers.Stop(Loop.Long));

    [Fact]
    public async Task The_end_waits_for_a_wake_that_runs_and_none_begins_behind_it()
    {
        var owed = new BlockingCollection<PendingAnswer>();
        using var isInside = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        int wakes = 0;
        using var run = new HandlerRun(Deferring(owed));
        SteppedServerSession session = New(run, () =>
        {
            Interlocked.Increment(ref wakes);
            isInside.Set();
            gate.Wait();
        });
        Task answer = Task.Run(() => owed.Take().Answer(HandlerVerdict.Accept));
        Assert.True(isInside.Wait(Loop.Long));
        Task<Fault> end = Task.Run(session.End);
        Assert.False(SpinWait.SpinUntil(() => end.IsCompleted, TimeSpan.FromMilliseconds(100)));
        gate.Set();
        Assert.Equal(Fault.None, await end.WaitAsync(Loop.Long));
        await answer.WaitAsync(Loop.Long);
        Assert.Equal(1, wakes);
        session.Stop();
        Assert.Equal(Fault.None, run.Server.Stop(Loop.Long));
        Assert.Equal(1, wakes);
    }

    [Fact]
    public void A_wake_may_end_its_own_session()
    {
        var owed = new BlockingCollection<PendingAnswer>();
        var table = Deferring(owed);
        using var run = new HandlerRun(table);
        SteppedServerSession? session = null;
        int wakes = 0;
        Fault ended = Fault.State;
        session = New(run, () =>
        {
            wakes++;
            ended = session!.End();
        });
        Assert.Equal(Fault.None, owed.Take().Answer(HandlerVerdict.Accept));
        Assert.Equal((Fault.None, 1), (ended, wakes));
        Assert.True(table.IsClosed.IsSet);
    }

    [Fact]
    public async Task Two_wakes_at_once_may_both_end_their_session()
    {
        using var both = new Barrier(2);
        int ends = 0;
        WakeCalls? calls = null;
        calls = new WakeCalls(() =>
        {
            both.SignalAndWait();
            calls!.End();
            Interlocked.Increment(ref ends);
        });
        await Task.WhenAll(Task.Run(calls.Wake), Task.Run(calls.Wake)).WaitAsync(Loop.Long);
        calls.Wake();
        Assert.Equal(2, ends);
    }

    [Fact]
    public void A_session_that_fails_while_a_worker_carries_it_to_its_end_is_over_all_the_same()
    {
        var sessions = new SteppedSessions(_workers.Run, new HostCalls(), Log.None);
        var backend = new FailingBackend();
        SteppedServerSession session = New(sessions, backend);
        Assert.Equal(Fault.None, session.Step([], out _, out SteppedWant want));
        Assert.Equal(SteppedWant.Wait, want);
        Assert.Equal(Fault.None, session.End());
        backend.Session!.Answer(Verdict.Accept);
        Assert.True(backend.HasFailed.Wait(Loop.Long));
        sessions.Stop();
        Assert.True(sessions.End(Loop.Long));
        Assert.Equal(Fault.None, session.Step([], out _, out want));
        Assert.Equal(SteppedWant.Close, want);
    }

    [Fact]
    public void A_session_that_fails_in_a_step_says_so_and_is_over()
    {
        var sessions = new SteppedSessions(_workers.Run, new HostCalls(), Log.None);
        var backend = new FailingBackend { FailsAtOnce = true };
        using SteppedServerSession session = New(sessions, backend);
        Assert.Equal(Fault.None, session.Step([], out ReadOnlyMemory<byte> output, out SteppedWant want));
        Assert.StartsWith("421 ", System.Text.Encoding.ASCII.GetString(output.Span), StringComparison.Ordinal);
        Assert.Equal(SteppedWant.Close, want);
        sessions.Stop();
        Assert.True(sessions.End(Loop.Long));
    }

    private static TestTable Deferring(BlockingCollection<PendingAnswer> owed)
        => new(HandlerSteps.Noop | HandlerSteps.Close)
        {
            Answer = (step, session) =>
            {
                if (step == HandlerSteps.Close)
                    return 0;
                Assert.Equal(
                    Fault.None, session.Defer(Loop.Long, HandlerVerdict.Error, out PendingAnswer? pending));
                owed.Add(pending!);
                return HandlerVerdict.Pending;
            },
        };

    private static SteppedServerSession New(HandlerRun run, Action wake)
    {
        Assert.Equal(
            Fault.None,
            run.Server.NewSteppedSession(new SteppedOptions { Wake = wake }, out SteppedServerSession? session));
        session!.Step([], out _, out _);
        session.Step("NOOP\r\n"u8, out _, out SteppedWant want);
        Assert.Equal(SteppedWant.Wait, want);
        return session;
    }

    private static SteppedServerSession New(SteppedSessions sessions, ISmtpBackend backend)
    {
        var limits = new SteppedLimits(new SessionMemory(1 << 20), false, Pace.Any, Loop.Long);
        var session = new SteppedServerSession(
            new SteppedOptions { Client = new IPEndPoint(IPAddress.Loopback, 1) }, limits, sessions);
        session.Begin(new SmtpSession(new SmtpServerOptions(), backend, session.Peer), "smtp");
        Assert.Equal(Fault.None, sessions.Add(session, 1));
        return session;
    }

    /// <summary>Fails when the session begins, or when it hears of its end.</summary>
    private sealed class FailingBackend : ISmtpBackend
    {
        public bool FailsAtOnce { get; init; }
        public SmtpSession? Session { get; private set; }
        public ManualResetEventSlim HasFailed { get; } = new();

        public Verdict Connect(SmtpSession session)
        {
            Session = session;
            return FailsAtOnce ? throw new InvalidOperationException("at the beginning") : Verdict.Pending;
        }

        public void Closed(SmtpSession session)
        {
            HasFailed.Set();
            throw new InvalidOperationException("at the end");
        }

        public Verdict FindSecret(SmtpSession session, SecretExchange exchange) => Verdict.Accept;
        public Verdict Login(SmtpSession session, SaslExchange exchange) => Verdict.Accept;
        public Verdict Mail(SmtpSession session, Envelope envelope, long declaredSize) => Verdict.Accept;
        public Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt) => Verdict.Accept;
        public Verdict Data(SmtpSession session, Envelope envelope) => Verdict.Accept;
        public bool Append(SmtpSession session, ReadOnlySpan<byte> content) => true;
        public Verdict EndOfData(SmtpSession session) => Verdict.Accept;
        public Verdict Unwelcome(SmtpSession session, Reply reply) => Verdict.Refuse(reply);

        public void Discard(SmtpSession session)
        {
        }

        public void NotSmtp(SmtpSession session)
        {
        }
    }
}
