using MailModule.Engine.Serving;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

public class PasswordGateTests
{
    private readonly PasswordGate _gate = new(2);
    private readonly Queue<IJob> _jobs = new();
    private readonly List<string> _done = [];

    [Fact]
    public void Few_passwords_are_hashed_at_once_and_the_others_wait_without_a_thread()
    {
        using var run = new Barrier(3);
        using var go = new ManualResetEventSlim();
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() => _gate.TryRun(
            new OneCheck(() =>
            {
                run.SignalAndWait();
                go.Wait();
            }), false, Enqueue)))];
        foreach (Thread thread in threads)
            thread.Start();
        run.SignalAndWait();
        Assert.True(_gate.TryRun(Named("third"), false, Enqueue));
        Assert.Equal((1, 0), (_gate.Waiting, _done.Count));
        go.Set();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal(0, _gate.Waiting);
        Assert.Single(_jobs).Run();
        Assert.Equal(["third", "third done"], _done);
        Assert.True(_gate.TryRun(Named("fourth"), false, Enqueue));
        Assert.Equal("fourth done", _done[^1]);
    }

    [Fact]
    public void Who_is_known_is_checked_before_who_waits_longer()
    {
        var gate = new PasswordGate(1);
        gate.TryRun(new OneCheck(() =>
        {
            gate.TryRun(Named("stranger"), false, Enqueue);
            gate.TryRun(Named("known"), true, Enqueue);
        }), false, Enqueue);
        while (_jobs.TryDequeue(out IJob? job))
            job.Run();
        Assert.Equal(["known", "known done", "stranger", "stranger done"], _done);
    }

    [Fact]
    public void The_line_is_bounded_and_strangers_do_not_fill_that_of_the_known()
    {
        var gate = new PasswordGate(1);
        int taken = 0;
        bool isKnownTaken = false;
        gate.TryRun(new OneCheck(() =>
        {
            while (gate.TryRun(Named("x"), false, Enqueue))
                taken++;
            isKnownTaken = gate.TryRun(Named("known"), true, Enqueue);
        }), false, Enqueue);
        Assert.InRange(taken, 100, 1000);
        Assert.True(isKnownTaken);
    }

    [Fact]
    public void A_check_that_throws_keeps_no_place()
    {
        for (int i = 0; i < 5; i++)
            Assert.Throws<InvalidOperationException>(() => _gate.TryRun(
                new OneCheck(() => throw new InvalidOperationException()), false, Enqueue));
        Assert.True(_gate.TryRun(Named("next"), false, Enqueue));
        Assert.Equal("next done", _done[^1]);
    }

    [Fact]
    public void What_follows_a_check_holds_no_place()
    {
        var gate = new PasswordGate(1);
        gate.TryRun(new OneCheck(() => { }, () => gate.TryRun(Named("second"), false, Enqueue)), false, Enqueue);
        Assert.Equal("second done", _done[^1]);
    }

    private void Enqueue(IJob job)
    {
        lock (_jobs)
            _jobs.Enqueue(job);
    }

    private OneCheck Named(string name) => new(() => _done.Add(name), () => _done.Add(name + " done"));

    private sealed class OneCheck(Action check, Action? complete = null) : IPasswordCheck
    {
        public void Check() => check();

        public void Complete() => complete?.Invoke();
    }
}
