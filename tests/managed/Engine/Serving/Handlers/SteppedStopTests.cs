using System.Collections.Concurrent;
using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>The stop of a server is the end of its sessions that the host steps, too.</summary>
public sealed class SteppedStopTests : IDisposable
{
    private const string Farewell = "421 4.3.2 Service is stopping, try again later\r\n";
    private readonly BlockingCollection<PendingAnswer> _owed = [];
    private readonly ManualResetEventSlim _isInside = new();
    private readonly ManualResetEventSlim _gate = new();

    public void Dispose()
    {
        _gate.Set();
        _owed.Dispose();
        _isInside.Dispose();
        _gate.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_handlers_have_heard_of_the_end_before_the_stop_returns_and_the_client_hears_in_the_next_step(
        bool stopsEngine)
    {
        var table = new TestTable(HandlerSteps.Error | HandlerSteps.Close);
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(Fault.None, stopsEngine ? run.Engine.Stop(Loop.Long) : run.Server.Stop(Loop.Long));
        Assert.Equal(["Error Cancelled", "Close"], table.Asked);
        Assert.True(host.TryTakeWake());
        Assert.Equal(0, host.Session.Timeout);
        Assert.Equal(SteppedWant.Close, host.Step("NOOP\r\n"));
        Assert.Equal(Farewell, host.Take());
        Assert.Equal(-1, host.Session.Timeout);
        Assert.Equal(SteppedWant.Close, host.Step(""));
        Assert.Equal("", host.Take());
        Assert.Equal(["Error Cancelled", "Close"], table.Asked);
        Assert.Equal(Fault.State, run.Server.NewSteppedSession(new SteppedOptions(), out _));
        Assert.Equal(Fault.State, run.Server.AddHandlers(table));
    }

    [Fact]
    public void One_that_nobody_has_stepped_yet_ends_as_well()
    {
        var table = new TestTable(HandlerSteps.Connect | HandlerSteps.Close);
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        Assert.Equal(Fault.None, run.Server.Stop(TimeSpan.Zero));
        Assert.Equal(["Close"], table.Asked);
        Assert.Equal(SteppedWant.Close, host.Step(""));
        Assert.Equal(["Close"], table.Asked);
    }

    [Fact]
    public async Task A_step_that_is_under_way_is_waited_for_and_gives_the_farewell_itself()
    {
        var table = new TestTable(HandlerSteps.Noop | HandlerSteps.Close) { Answer = Block };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Task<SteppedWant> step = Task.Run(() => host.Step("NOOP\r\n"));
        Assert.True(_isInside.Wait(Loop.Long));
        Assert.Equal(Fault.Timeout, run.Server.Stop(TimeSpan.Zero));
        Task<Fault> stop = Task.Run(() => run.Server.Stop(Loop.Long));
        Assert.False(stop.IsCompleted);
        _gate.Set();
        Assert.Equal(Fault.None, await stop.WaitAsync(Loop.Long));
        Assert.Equal(["Noop", "Close"], table.Asked);
        Assert.Equal(SteppedWant.Close, await step.WaitAsync(Loop.Long));
    }

    [Fact]
    public void A_handler_that_stops_its_own_server_hangs_nobody()
    {
        HandlerRun? run = null;
        Fault stopped = Fault.None;
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, _) => (stopped = run!.Server.Stop(TimeSpan.FromMilliseconds(50))) == Fault.None ? -1 : 0,
        };
        using HandlerRun own = run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Step("NOOP\r\n");
        Assert.Equal((Fault.Timeout, SteppedWant.Close), (stopped, host.Wants));
        Assert.Equal(Fault.None, run.Server.Stop(Loop.Long));
    }

    [Fact]
    public void An_owed_answer_comes_too_late_and_nothing_pipelined_behind_it_is_looked_at_after_the_stop()
    {
        var table = new TestTable(HandlerSteps.Noop | HandlerSteps.Help | HandlerSteps.Close) { Answer = Defer };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(SteppedWant.Wait, host.Step("NOOP\r\n"));
        Assert.Equal(Fault.None, run.Server.Stop(TimeSpan.FromMilliseconds(300)));
        string[] asked = table.Asked;
        Assert.Equal(["Noop", "Close"], asked);
        Assert.Equal(Fault.Timeout, _owed.Take().Answer(HandlerVerdict.Accept));
        Assert.Equal(SteppedWant.Close, host.Step("HELP\r\n"));
        Assert.Equal("451 4.3.0 Cannot be told now, try again later\r\n" + Farewell, host.Take());
        Assert.Equal(asked, table.Asked);
    }

    [Fact]
    public void Stop_and_step_and_answer_at_once_end_each_session_once()
    {
        const int Sessions = 50;
        for (int round = 0; round < 5; round++)
        {
            var table = new TestTable(HandlerSteps.Noop | HandlerSteps.Close) { Answer = Defer };
            using var run = new HandlerRun(table);
            SteppedHost[] hosts = [.. Enumerable.Range(0, Sessions).Select(_ => run.Connect())];
            foreach (SteppedHost host in hosts)
            {
                host.Send("");
                host.Step("NOOP\r\n");
            }
            AtOnce(
                () => Assert.Equal(Fault.None, run.Server.Stop(TimeSpan.Zero)),
                () => Array.ForEach(hosts, host => host.Session.Step([], out _, out _)),
                () => Array.ForEach(hosts, _ => _owed.Take().Answer(HandlerVerdict.Accept)));
            Assert.Equal(Sessions, table.Asked.Count(asked => asked == "Close"));
            Array.ForEach(hosts, host => Assert.Equal(Fault.None, host.Session.End()));
            Assert.Equal(2 * Sessions, table.Asked.Length);
        }
    }

    private static void AtOnce(params Action[] actions)
    {
        using var begin = new Barrier(actions.Length);
        Exception? failure = null;
        Thread[] threads = [.. actions.Select(action => new Thread(() =>
        {
            begin.SignalAndWait();
            failure = Record.Exception(action) ?? failure;
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => Assert.True(thread.Join(Loop.Long)));
        Assert.Null(failure);
    }

    private int Block(HandlerSteps step, IHandlerSession session)
    {
        if (step == HandlerSteps.Noop)
        {
            _isInside.Set();
            _gate.Wait();
        }
        return 0;
    }

    private int Defer(HandlerSteps step, IHandlerSession session)
    {
        if (step != HandlerSteps.Noop)
            return 0;
        Assert.Equal(
            Fault.None, session.Defer(Loop.Long, HandlerVerdict.Error, out PendingAnswer? pending));
        _owed.Add(pending!);
        return HandlerVerdict.Pending;
    }
}
