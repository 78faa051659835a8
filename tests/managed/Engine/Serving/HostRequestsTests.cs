using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>On which thread a host hears that a connection has ended, and what it may do there.</summary>
public class HostRequestsTests
{
    private readonly Queue<IJob> _jobs = new();

    [Fact]
    public void A_host_that_does_not_block_hears_at_once_of_the_end_and_may_not_wait_there()
    {
        HostRequests requests = Make(isInline: true, out Handle handle);
        requests.End();
        Assert.Equal((1, false), (handle.Closed, handle.MightBlock));
        Assert.Equal("1 of mm_stream_closed_fn", handle.Running);
        Assert.Empty(_jobs);
        Assert.True(MailEngine.MayBlock);
    }

    [Fact]
    public void Any_other_host_hears_of_it_on_a_worker_and_may_wait()
    {
        HostRequests requests = Make(isInline: false, out Handle handle);
        requests.End();
        Assert.Equal(0, handle.Closed);
        _jobs.Dequeue().Run();
        Assert.Equal((1, true), (handle.Closed, handle.MightBlock));
        Assert.Equal("1 of mm_stream_closed_fn", handle.Running);
    }

    private HostRequests Make(bool isInline, out Handle handle)
    {
        var host = new HostCallback(null, RequestAction.None, isInline);
        return new HostRequests(host, _jobs.Enqueue) { Handle = handle = new Handle(host) };
    }

    private sealed class Handle(HostCallback host) : IHostHandle
    {
        public int Closed { get; private set; }
        public bool MightBlock { get; private set; }
        public string Running { get; private set; } = "";
        public bool CallsHost => true;

        public void Close()
        {
            Closed++;
            MightBlock = MailEngine.MayBlock;
            Running = $"{host.Calls}";
        }
    }
}
