using MailModule.Delivery;

namespace MailModule.Tests.Delivery;

public class RetryScheduleTests
{
    private static readonly DateTimeOffset Received = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 300)]
    [InlineData(3, 900)]
    [InlineData(4, 1800)]
    [InlineData(5, 3600)]
    [InlineData(6, 3600)]
    [InlineData(1000, 3600)]
    public void Each_delay_has_its_turn_and_the_last_repeats(int attempts, int seconds)
        => Assert.Equal(Received.AddSeconds(seconds), RetrySchedule.Default.NextAttempt(attempts, Received, Received));

    [Fact]
    public void The_last_attempt_is_made_when_the_life_ends()
    {
        DateTimeOffset late = Received.AddHours(23.5);
        Assert.Equal(Received.AddDays(1), RetrySchedule.Default.NextAttempt(30, Received, late));
        Assert.False(RetrySchedule.Default.IsOver(Received, late));
        Assert.True(RetrySchedule.Default.IsOver(Received, Received.AddDays(1)));
    }

    [Fact]
    public void The_notice_comes_after_its_time_or_never()
    {
        Assert.False(RetrySchedule.Default.IsDelayDsnDue(Received, Received.AddHours(3.9)));
        Assert.True(RetrySchedule.Default.IsDelayDsnDue(Received, Received.AddHours(4)));
        Assert.False((RetrySchedule.Default with { DelayDsnAfter = TimeSpan.Zero })
            .IsDelayDsnDue(Received, Received.AddDays(9)));
    }
}
