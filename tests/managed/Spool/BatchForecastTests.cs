using System.Diagnostics;
using MailModule.Spool;

namespace MailModule.Tests.Spool;

public class BatchForecastTests
{
    private static readonly long Millisecond = Stopwatch.Frequency / 1000;

    private readonly BatchForecast _forecast = new();
    private long _now = 1000 * Millisecond;

    [Fact]
    public void One_client_alone_never_waits()
    {
        for (int i = 0; i < 20; i++)
        {
            Sync(answered: 1, waiting: 0);
            Assert.False(IsWorthWaiting(0));
            Assert.False(IsWorthWaiting(1));
        }
    }

    [Fact]
    public void Two_groups_become_one()
    {
        Sync(answered: 8, waiting: 8);
        Assert.True(IsWorthWaiting(8));
        Assert.Equal(16, _forecast.Expected);
        Assert.False(IsWorthWaiting(16));
    }

    [Fact]
    public void Nobody_waits_once_the_sync_is_long_past_or_for_more_than_half_of_one()
    {
        for (int i = 0; i < 50; i++)
            Sync(answered: 8, waiting: 8);
        Assert.True(_forecast.IsWorthWaiting(8, _now, out TimeSpan longest));
        Assert.InRange(longest, TimeSpan.FromMilliseconds(1.5), TimeSpan.FromMilliseconds(2));
        _now += 3 * Millisecond;
        Assert.False(IsWorthWaiting(8));
    }

    [Fact]
    public void Nobody_waits_where_a_sync_costs_little()
    {
        _forecast.Synced(8, 8, _now, _now + Millisecond / 20);
        Assert.False(_forecast.IsWorthWaiting(8, _now + Millisecond / 20, out _));
    }

    [Fact]
    public void Waiting_in_vain_is_tried_less_and_less_until_it_pays()
    {
        int[] between = [.. Enumerable.Range(0, 8).Select(_ => SyncsUntilTheNextWait(after: 8))];
        Assert.Equal([0, 1, 2, 4, 8, 16, 32, 64], between);
        Assert.Equal(64, SyncsUntilTheNextWait(after: 12));
        Assert.Equal(0, SyncsUntilTheNextWait(after: 8));
    }

    // How many syncs pass without a wait before the next, which then brings the batch from 8 of 16 to so many.
    private int SyncsUntilTheNextWait(int after)
    {
        int count = 0;
        for (Sync(8, 8); !IsWorthWaiting(8); Sync(8, 8))
            count++;
        _forecast.Waited(8, after);
        return count;
    }

    private void Sync(int answered, int waiting)
    {
        _forecast.Synced(answered, waiting, _now, _now + 4 * Millisecond);
        _now += 4 * Millisecond;
    }

    private bool IsWorthWaiting(int waiting) => _forecast.IsWorthWaiting(waiting, _now, out _);
}
