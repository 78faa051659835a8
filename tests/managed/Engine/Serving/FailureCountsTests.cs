using MailModule.Engine.Serving;

namespace MailModule.Tests.Engine.Serving;

public class FailureCountsTests
{
    private readonly TurnedTimers _clock = new();
    private readonly FailureCounts<string> _counts;

    public FailureCountsTests()
        => _counts = new FailureCounts<string>(
            new FailureLimits(3, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(35), 8), _clock);

    [Fact]
    public void Few_failures_have_no_consequence()
    {
        Add("a", 2);
        Assert.False(_counts.IsBlocked("a"));
        Add("a", 1);
        Assert.True(_counts.IsBlocked("a"));
        Assert.False(_counts.IsBlocked("b"));
    }

    [Fact]
    public void Each_failure_beyond_blocks_twice_as_long_up_to_a_bound()
    {
        Add("a", 2);
        foreach (int seconds in (int[])[10, 20, 35, 35])
        {
            Add("a", 1);
            _clock.Turn(seconds - 0.1);
            Assert.True(_counts.IsBlocked("a"));
            _clock.Turn(0.2);
            Assert.False(_counts.IsBlocked("a"));
        }
    }

    [Fact]
    public void Failures_are_forgotten_an_hour_after_the_last()
    {
        Add("a", 3);
        _clock.Turn(3599);
        Add("a", 1);
        Assert.True(_counts.IsBlocked("a"));
        _clock.Turn(3600);
        Add("a", 2);
        Assert.False(_counts.IsBlocked("a"));
    }

    [Fact]
    public void Many_keys_that_fail_once_neither_fill_the_memory_nor_push_out_the_one_that_is_guessed_at()
    {
        Add("a", 3);
        for (int i = 0; i < 1000; i++)
        {
            _clock.Turn(0.001);
            Add($"other{i}", 1);
        }
        Assert.InRange(_counts.Count, 1, 8);
        Assert.True(_counts.IsBlocked("a"));
    }

    private void Add(string key, int times)
    {
        for (int i = 0; i < times; i++)
            _counts.Add(key);
    }
}
