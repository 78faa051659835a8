using MailModule.Delivery.Outgoing;
using MailModule.Engine;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Transport;

namespace MailModule.Tests.Engine;

/// <summary>A stop goes on to its end, whoever waits for it and for how long.</summary>
public sealed class EngineStopTests : IDisposable
{
    private readonly ManualResetEventSlim _disk = new();
    private readonly HostCalls _calls = new();
    private int _ended;

    public void Dispose() => _disk.Dispose();

    [Fact]
    public void Without_time_a_disk_that_does_not_come_back_is_not_waited_for()
    {
        EngineStop stop = Begin(cut: () =>
        {
            _disk.Wait();
            return Fault.Full;
        });
        Assert.Equal(Fault.Timeout, stop.WaitForCut(TimeSpan.Zero));
        Assert.Equal((false, 0), (_disk.IsSet, _ended));
        Assert.Equal(Fault.Timeout, stop.Wait(TimeSpan.Zero));
        _disk.Set();
        Assert.Equal(Fault.Full, stop.Wait(Loop.Long));
        Assert.Equal(1, _ended);
    }

    [Fact]
    public void A_callback_that_is_all_that_runs_is_not_given_the_time_of_a_disk()
    {
        HostCalls.Running running = _calls.Enter(HostCall.SmtpConnect);
        EngineStop stop = Begin(waitForEnd: _disk.Wait, grace: Loop.Long);
        Assert.Equal(Fault.Timeout, stop.WaitForCut(TimeSpan.Zero));
        Assert.Equal("1 of ACTION_SMTP_CONNECT", _calls.ToString());
        running.Dispose();
        _disk.Set();
        Assert.Equal(Fault.None, stop.Wait(Loop.Long));
        Assert.Equal("", _calls.ToString());
    }

    [Fact]
    public void A_call_that_fails_holds_up_no_stop()
    {
        var observer = new CountedObserver(new FailingObserver(), _calls);
        Assert.Throws<InvalidOperationException>(observer.Finished);
        Assert.False(_calls.IsAnyRunning);
    }

    [Fact]
    public void What_fails_in_a_stop_does_not_keep_it_from_its_end()
    {
        EngineStop stop = Begin(cut: () => throw new InvalidOperationException("a stop that fails"));
        Assert.Equal(Fault.Internal, stop.Wait(Loop.Long));
        Assert.Equal(1, _ended);
    }

    private EngineStop Begin(Func<Fault>? cut = null, Action? waitForEnd = null, TimeSpan grace = default)
    {
        var stop = new EngineStop(
            cut ?? (() => Fault.None), waitForEnd ?? (() => { }), () => _ended++, _calls, Log.None)
        {
            CutGrace = grace,
        };
        stop.Begin();
        return stop;
    }

    private sealed class FailingObserver : ISubmissionObserver
    {
        public void StateChanged(SubmissionState state, long value, int recipient)
            => throw new InvalidOperationException("an observer that fails");

        public void Finished() => throw new InvalidOperationException("an observer that fails");
    }
}
