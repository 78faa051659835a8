using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

public sealed class EventQueueTests : IDisposable
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);

    private readonly Workers _workers = new(2);
    private readonly EventQueue<long> _events = new("test", Log.None);
    private readonly SemaphoreSlim _heard = new(0);
    private readonly ManualResetEventSlim _mayReturn = new();

    public void Dispose()
    {
        _mayReturn.Set();
        _events.Drain(s_long);
        _workers.Dispose();
        _heard.Dispose();
        _mayReturn.Dispose();
    }

    [Fact]
    public void Events_come_in_order_with_their_numbers()
    {
        var numbers = new List<long>();
        _events.TrySetListener(numbers.Add, s_long);
        for (int i = 0; i < 1000; i++)
            Post();
        _events.Drain(s_long);
        Assert.Equal(Enumerable.Range(1, 1000).Select(number => (long)number), numbers);
    }

    [Fact]
    public void An_event_that_nobody_hears_has_a_number()
    {
        var numbers = new List<long>();
        Post();
        _events.Count();
        _events.TrySetListener(numbers.Add, s_long);
        Post();
        _events.Drain(s_long);
        Assert.Equal([3], numbers);
    }

    [Fact]
    public void A_listener_that_throws_hears_the_next_event()
    {
        int calls = 0;
        _events.TrySetListener(_ => throw new InvalidOperationException($"{calls++}"), s_long);
        Post();
        Post();
        _events.Drain(s_long);
        Assert.Equal(2, calls);
    }

    [Fact]
    public void Who_replaces_a_listener_waits_for_its_call()
    {
        _events.TrySetListener(_ => Block(), s_long);
        Post();
        Assert.True(_heard.Wait(s_long));
        Assert.False(_events.TrySetListener(null, TimeSpan.FromMilliseconds(20)));
        _mayReturn.Set();
        Assert.True(_events.TrySetListener(null, s_long));
    }

    [Fact]
    public void Who_replaces_the_listener_that_another_has_named_in_its_call_waits_for_that_call()
    {
        bool isReplaced = false;
        _events.TrySetListener(
            _ =>
            {
                isReplaced = _events.TrySetListener(static _ => { }, s_long);
                Block();
            },
            s_long);
        Post();
        Assert.True(_heard.Wait(s_long));
        Assert.True(isReplaced);
        Assert.False(_events.TrySetListener(null, TimeSpan.FromMilliseconds(20)));
        _mayReturn.Set();
        Assert.True(_events.TrySetListener(null, s_long));
    }

    private void Post() => _events.Post(_workers, this, static (_, sequence) => sequence);

    private void Block()
    {
        _heard.Release();
        _mayReturn.Wait(s_long);
    }
}
