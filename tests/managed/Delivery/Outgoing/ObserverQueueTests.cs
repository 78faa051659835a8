using MailModule.Delivery.Outgoing;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Outgoing;

public sealed class ObserverQueueTests : IDisposable
{
    private readonly Workers _workers = new(16);

    public void Dispose() => Assert.True(_workers.Stop(TimeSpan.FromSeconds(20)));

    [Fact]
    public void States_come_in_order_one_at_a_time_on_a_worker_and_the_last_once()
    {
        for (int round = 0; round < 500; round++)
        {
            var observer = new Recorder();
            var queue = new ObserverQueue(_workers, observer);
            queue.Post(SubmissionState.FindHost, 0);
            queue.Post(SubmissionState.Connecting, 0);
            queue.Post(SubmissionState.Dialog, 0);
            for (int i = 0; i < 10; i++)
                queue.Post(SubmissionState.Sending, i);
            queue.Post(SubmissionState.Done, 9, 0);
            queue.Post(SubmissionState.Failed, 550, 1);
            queue.PostLast();
            queue.WaitForLast();
            (SubmissionState State, long Value, int Recipient)[] heard = observer.Heard();
            Assert.Equal(heard.OrderBy(change => change.State), heard);
            Assert.Equal(heard.Where(change => change.State == SubmissionState.Sending).Select(change => change.Value)
                .Order().Distinct(),
                heard.Where(change => change.State == SubmissionState.Sending).Select(change => change.Value));
            Assert.Contains((SubmissionState.Sending, 9, ISubmissionObserver.All), heard);
            Assert.Equal([(SubmissionState.Done, 9, 0), (SubmissionState.Failed, 550, 1)], heard[^2..]);
            Assert.Equal((1, 0), (observer.Finishes, observer.Faults));
        }
    }

    [Fact]
    public void A_slow_observer_hears_the_latest_progress_alone()
    {
        var observer = new Recorder { Gate = new ManualResetEventSlim() };
        var queue = new ObserverQueue(_workers, observer);
        queue.Post(SubmissionState.Dialog, 0);
        observer.Entered.Wait();
        for (int i = 0; i < 100_000; i++)
            queue.Post(SubmissionState.Sending, i);
        queue.Post(SubmissionState.Done, 99_999, 0);
        queue.PostLast();
        observer.Gate.Set();
        queue.WaitForLast();
        Assert.Equal([(SubmissionState.Dialog, 0, ISubmissionObserver.All),
            (SubmissionState.Sending, 99_999, ISubmissionObserver.All),
            (SubmissionState.Done, 99_999, 0)], observer.Heard());
    }

    [Fact]
    public void Without_an_observer_the_wait_ends_all_the_same()
    {
        var queue = new ObserverQueue(_workers, null);
        queue.Post(SubmissionState.Done, 1, 0);
        queue.PostLast();
        queue.WaitForLast();
    }

    private sealed class Recorder : ISubmissionObserver
    {
        private readonly List<(SubmissionState, long, int)> _heard = [];
        private int _inside;

        public ManualResetEventSlim? Gate { get; init; }
        public ManualResetEventSlim Entered { get; } = new();
        public int Finishes { get; private set; }
        public int Faults { get; private set; }

        public (SubmissionState State, long Value, int Recipient)[] Heard() => [.. _heard];

        public void StateChanged(SubmissionState state, long value, int recipient)
        {
            Enter();
            _heard.Add((state, value, recipient));
            Entered.Set();
            Gate?.Wait();
            Interlocked.Decrement(ref _inside);
        }

        public void Finished()
        {
            Enter();
            Finishes++;
            Interlocked.Decrement(ref _inside);
        }

        private void Enter()
        {
            if (Interlocked.Increment(ref _inside) != 1 || !Workers.IsCurrent || Finishes > 0)
                Faults++;
        }
    }
}
