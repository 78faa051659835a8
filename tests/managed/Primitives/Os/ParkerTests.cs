using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Os;

public class ParkerTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_wake_before_the_sleep_is_not_lost_and_counts_once()
    {
        var parker = new Parker();
        parker.Unpark();
        parker.Unpark();
        Assert.True(parker.Park(Long));
        Assert.False(parker.Park(TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void The_time_runs_out()
    {
        var parker = new Parker();
        Assert.False(parker.Park(TimeSpan.FromMicroseconds(300)));
        Assert.False(parker.Park(TimeSpan.Zero));
    }

    [Fact]
    public void Two_threads_wake_each_other_in_turn()
    {
        var here = new Parker();
        var there = new Parker();
        int turn = 0;
        var other = new Thread(() => Play(there, here, 1));
        other.Start();
        here.Unpark();
        Play(here, there, 0);
        Assert.True(other.Join(Long));
        Assert.Equal(2_000, turn);

        void Play(Parker mine, Parker others, int parity)
        {
            for (int i = 0; i < 1_000; i++)
            {
                while (Volatile.Read(ref turn) % 2 != parity)
                    mine.Park(null);
                Interlocked.Increment(ref turn);
                others.Unpark();
            }
        }
    }
}
