using MailModule.Engine.Connecting;

namespace MailModule.Tests.Engine.Connecting;

public class ServerPaceTests
{
    private static readonly ServerSpeed s_speed = new(TimeSpan.FromMinutes(10), 3072);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(100, 2)]
    [InlineData(10_000, 400)]
    public void Slower_than_the_speed_comes_to_an_end_soon_behind_the_window(int octets, int seconds)
    {
        var pace = new ServerPace(s_speed);
        TimeSpan taken = default;
        for (; pace.Left > TimeSpan.Zero && taken < TimeSpan.FromDays(1); taken += TimeSpan.FromSeconds(seconds))
            pace.Waited(TimeSpan.FromSeconds(seconds), octets);
        Assert.InRange(taken, s_speed.Window, 100 * s_speed.Window);
        Assert.Equal("the server sends less than 3 KB/min (setting dos_protect_speed)", pace.Words);
    }

    // 1 GiB at 60 octets a second takes 207 days.
    [Theory]
    [InlineData(60, 1)]
    [InlineData(1400, 20)]
    [InlineData(30_000, 580)]
    public void Mail_of_any_size_comes_over_a_slow_line(int octets, int seconds)
    {
        var pace = new ServerPace(s_speed);
        for (long all = 0; all < 1 << 30; all += octets)
        {
            pace.Waited(TimeSpan.FromSeconds(seconds), octets);
            if (pace.Left <= TimeSpan.Zero)
                Assert.Fail($"{all} octets");
        }
    }

    [Fact]
    public void A_burst_buys_one_window_and_no_more()
    {
        var pace = new ServerPace(s_speed);
        pace.Waited(TimeSpan.FromSeconds(1), 1 << 30);
        Assert.Equal(s_speed.Window, pace.Left);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(11, false)]
    public void Commands_may_take_ten_seconds_each_on_the_average(int seconds, bool goesOn)
    {
        var pace = new ServerPace(s_speed);
        for (int i = 0; i < 10_000; i++)
        {
            pace.Waited(TimeSpan.FromSeconds(seconds), 5);
            pace.Answered();
        }
        Assert.Equal(goesOn, pace.Left > TimeSpan.Zero);
    }

    [Fact]
    public void A_record_has_the_time_that_its_octets_may_take_and_pays_for_it()
    {
        var pace = new ServerPace(s_speed);
        Assert.InRange(pace.LeftOfRecord - pace.Left, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        pace.Waited(pace.LeftOfRecord, 16_384);
        Assert.True(pace.Left < TimeSpan.Zero);
    }
}
