using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Tests.Transport.Blocking;

namespace MailModule.Tests.Primitives.Os;

public class InterruptibleWaitTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(20);
    private const WokenBy Both = WokenBy.Input | WokenBy.Room;

    [Fact]
    public void What_is_there_ends_a_wait()
    {
        using var pair = new SocketPair();
        using InterruptibleWait wait = InterruptibleWait.TryCreate()!;
        Assert.Equal(WokenBy.Room, wait.Wait(pair.Near.Handle, Both, Loop.Long));
        Assert.Equal(WokenBy.Time, wait.Wait(pair.Near.Handle, WokenBy.Input, TimeSpan.Zero));
        pair.Far.Send("x"u8);
        Assert.Equal(WokenBy.Input, wait.Wait(pair.Near.Handle, WokenBy.Input, Timeout.InfiniteTimeSpan));
        Assert.Equal(Both, wait.Wait(pair.Near.Handle, Both, Loop.Long));
    }

    [Fact]
    public void The_end_of_a_connection_is_whatever_is_waited_for()
    {
        using var pair = new SocketPair();
        using InterruptibleWait wait = InterruptibleWait.TryCreate()!;
        pair.Far.LingerState = new LingerOption(true, 0);
        pair.Far.Dispose();
        Assert.Equal(WokenBy.Input, wait.Wait(pair.Near.Handle, WokenBy.Input, Loop.Long));
        Assert.Equal(WokenBy.Room, wait.Wait(pair.Near.Handle, WokenBy.Room, Loop.Long));
    }

    [Fact]
    public void A_wait_lasts_as_long_as_it_may()
    {
        using var pair = new SocketPair();
        using InterruptibleWait wait = InterruptibleWait.TryCreate()!;
        long begun = Environment.TickCount64;
        Assert.Equal(WokenBy.Time, wait.Wait(pair.Near.Handle, WokenBy.Input, s_moment));
        Assert.Equal(WokenBy.Time, wait.Wait(-1, WokenBy.Time, s_moment));
        Assert.True(Environment.TickCount64 - begun >= 2 * s_moment.TotalMilliseconds - 2);
    }

    [Fact]
    public void An_interruption_ends_the_wait_that_is_under_way_and_all_later_ones_until_it_is_lifted()
    {
        using var pair = new SocketPair();
        using InterruptibleWait wait = InterruptibleWait.TryCreate()!;
        WokenBy woken = WokenBy.Time;
        BlockedCall call = new BlockedCall(() =>
        {
            woken = wait.Wait(pair.Near.Handle, WokenBy.Input, Timeout.InfiniteTimeSpan);
            return Fault.None;
        }).WaitUntilInside();
        wait.Interrupt();
        call.End();
        Assert.Equal(WokenBy.Interrupt, woken);
        wait.Interrupt();
        Assert.Equal(WokenBy.Interrupt, wait.Wait(pair.Near.Handle, WokenBy.Input, Loop.Long));
        Assert.True((wait.Wait(pair.Near.Handle, Both, Loop.Long) & WokenBy.Interrupt) != 0);
        Assert.Equal(WokenBy.Interrupt, wait.Wait(-1, WokenBy.Time, Timeout.InfiniteTimeSpan));
        wait.Reset();
        Assert.Equal(WokenBy.Time, wait.Wait(pair.Near.Handle, WokenBy.Input, TimeSpan.Zero));
        wait.Reset();
    }
}
