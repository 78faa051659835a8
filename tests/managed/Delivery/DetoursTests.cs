using System.Collections.Concurrent;
using MailModule.Delivery;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Delivery;

public sealed class DetoursTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly Workers _workers = new(100);
    private readonly ConcurrentQueue<string> _ended = new();
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _go = new(0);

    public void Dispose() => Assert.True(_workers.Stop(Long));

    [Fact]
    public void Those_of_one_key_follow_one_another_and_others_pass_them()
    {
        Detours detours = Make((detour, _) =>
        {
            if (detour.Home == "/h/slow")
                Wait();
            return DetourEnd.Inbox;
        });
        detours.Begin(Of("1", "/h/slow"));
        detours.Begin(Of("2", "/h/slow"));
        Assert.True(_begun.Wait(Long));
        detours.Begin(Of("3", "/h/quick"));
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == 1, Long));
        Assert.Equal("3 None", _ended.Single());
        Assert.Equal(0, _begun.CurrentCount);
        _go.Release(2);
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == 3, Long));
        Assert.Equal(["3 None", "1 None", "2 None"], _ended);
        Assert.True(detours.Stop(Long));
    }

    [Fact]
    public void No_more_run_at_once_than_the_limit_says()
    {
        Detours detours = Make((_, _) =>
        {
            Wait();
            return DetourEnd.Inbox;
        }, limit: 3);
        for (int i = 0; i < 10; i++)
            detours.Begin(Of($"{i}", $"/h/{i}"));
        for (int i = 0; i < 3; i++)
            Assert.True(_begun.Wait(Long));
        Assert.False(_begun.Wait(20));
        _go.Release(10);
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == 10, Long));
        Assert.True(detours.Stop(Long));
    }

    [Fact]
    public void What_a_way_throws_is_a_failure()
    {
        Detours detours = Make((detour, _) => detour.Home == "/h/bad" ? throw new InvalidOperationException("no") : DetourEnd.Inbox);
        detours.Begin(Of("1", "/h/bad"));
        detours.Begin(Of("2", "/h/good"));
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == 2, Long));
        Assert.Equal(["1 Internal", "2 None"], _ended.Order(StringComparer.Ordinal));
        Assert.True(detours.Stop(Long));
    }

    [Fact]
    public void A_stop_waits_then_cancels_and_begins_nothing_more()
    {
        Detours detours = Make((_, cancel) =>
        {
            _begun.Release();
            cancel.WaitHandle.WaitOne();
            return DetourEnd.Failed(Fault.Cancelled);
        });
        detours.Begin(Of("1", "/h/a"));
        detours.Begin(Of("2", "/h/a"));
        Assert.True(_begun.Wait(Long));
        Assert.True(detours.Stop(TimeSpan.FromMilliseconds(20)));
        detours.Begin(Of("3", "/h/b"));
        Assert.Equal(["1 Cancelled"], _ended);
    }

    [Fact]
    public void A_stop_tells_when_somebody_does_not_come_back()
    {
        Detours detours = Make((_, _) =>
        {
            Wait();
            return DetourEnd.Inbox;
        });
        detours.Begin(Of("1", "/h/a"));
        Assert.True(_begun.Wait(Long));
        Assert.False(detours.Stop(TimeSpan.Zero));
        _go.Release();
        Assert.True(detours.Stop(Long));
    }

    private void Wait()
    {
        _begun.Release();
        Assert.True(_go.Wait(Long));
    }

    private Detours Make(Func<Detour, CancellationToken, DetourEnd> take, int limit = 32)
        => new(_workers, take, (detour, end) => _ended.Enqueue($"{detour.Entry.Id} {end.Fault}"), Log.None, limit);

    private static Detour Of(string id, string home) => new(new MemorySpool.Entry(id, "a"), "a", home, [0]);
}
