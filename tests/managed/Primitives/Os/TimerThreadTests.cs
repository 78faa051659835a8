using System.Collections.Concurrent;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Os;

/// <summary>Timers on a thread of ours: what is due comes, in its order, and nothing else with it.</summary>
public class TimerThreadTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    /// <summary>When nothing is to be due yet while a test does something, on a machine that is busy.</summary>
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(1);
    private readonly TimerThread _time = new();
    private readonly BlockingCollection<string> _fired = [];

    [Fact]
    public void A_timer_comes_once_and_on_the_thread()
    {
        string? thread = null;
        using var timer = Start("one", Soon, () => thread = Environment.CurrentManagedThreadId.ToString());
        Assert.Equal("one", Take());
        Assert.NotEqual(Environment.CurrentManagedThreadId.ToString(), thread);
        using var later = Start("later", Soon * 4);
        Assert.Equal("later", Take());
        Assert.Empty(_fired);
    }

    [Fact]
    public void The_earlier_comes_first_whichever_was_made_first()
    {
        using var last = Start("last", Later);
        using var first = Start("first", Soon);
        Assert.Equal("first", Take());
        Assert.Equal("last", Take());
    }

    [Fact]
    public void One_that_is_put_off_or_ended_does_not_come()
    {
        using var putOff = Start("put off", Later);
        putOff.Change(Long, Timeout.InfiniteTimeSpan);
        var ended = Start("ended", Later);
        ended.Dispose();
        Assert.False(ended.Change(Soon, Timeout.InfiniteTimeSpan));
        using var other = Start("other", Later + Soon);
        Assert.Equal("other", Take());
        putOff.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Assert.Equal("put off", Take());
    }

    [Fact]
    public void A_period_comes_again_and_again()
    {
        using ITimer timer = _time.CreateTimer(_ => _fired.Add("again"), null, Soon, Soon);
        for (int i = 0; i < 5; i++)
            Assert.Equal("again", Take());
    }

    [Fact]
    public void A_callback_may_end_its_timer_and_what_it_throws_holds_up_nobody()
    {
        using var timer = Start("thrown", Soon, () => throw new InvalidOperationException("on purpose"));
        Assert.Equal("thrown", Take());
        using var other = Start("other", Soon);
        Assert.Equal("other", Take());
    }

    private ITimer Start(string name, TimeSpan due, Action? also = null)
        => _time.CreateTimer(_ =>
        {
            _fired.Add(name);
            also?.Invoke();
        }, null, due, Timeout.InfiniteTimeSpan);

    private string Take()
    {
        Assert.True(_fired.TryTake(out string? name, Long));
        return name!;
    }
}
