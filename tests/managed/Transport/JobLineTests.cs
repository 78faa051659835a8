using MailModule.Tests.Loopback;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

public sealed class JobLineTests : IDisposable
{
    private readonly Workers _workers = new(10);
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _mayEnd = new(0);

    public void Dispose()
    {
        _workers.Stop(Loop.Long);
        _begun.Dispose();
        _mayEnd.Dispose();
    }

    [Fact]
    public void No_more_jobs_run_at_once_than_the_limit_says_and_one_that_fails_lets_the_next_go_on()
    {
        var line = new JobLine(_workers, 2);
        for (int i = 0; i < 5; i++)
            line.Run(new Job(this, fails: i == 1));
        for (int i = 0; i < 5; i++)
        {
            Assert.True(_begun.Wait(Loop.Long));
            if (i == 1)
                Assert.Equal(0, _begun.CurrentCount);
            if (i >= 1)
                _mayEnd.Release();
        }
        _mayEnd.Release();
        Assert.True(_workers.Stop(Loop.Long));
        Assert.Equal(0, _begun.CurrentCount);
    }

    private sealed class Job(JobLineTests test, bool fails) : IJob
    {
        public void Run()
        {
            test._begun.Release();
            test._mayEnd.Wait();
            if (fails)
                throw new InvalidOperationException("a job that fails");
        }
    }
}
