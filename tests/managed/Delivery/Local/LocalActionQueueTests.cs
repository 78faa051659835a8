using System.Collections.Concurrent;
using MailModule.Delivery;
using MailModule.Delivery.Local;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Local;

public sealed class LocalActionQueueTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly Workers _workers = new(100);
    private readonly SteppedClock _clock = new();
    private readonly ConcurrentQueue<string> _ended = new();
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _go = new(0);

    public void Dispose() => Assert.True(_workers.Stop(Long));

    [Fact]
    public void Those_of_one_key_follow_one_another_and_others_pass_them()
    {
        LocalActionQueue actions = Make((action, _) =>
        {
            if (action.Home == "/h/slow")
                Wait();
            return LocalActionResult.Inbox;
        });
        actions.Enqueue(Of("1", "/h/slow"));
        actions.Enqueue(Of("2", "/h/slow"));
        Assert.True(_begun.Wait(Long));
        actions.Enqueue(Of("3", "/h/quick"));
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == 1, Long));
        Assert.Equal("3 None", _ended.Single());
        Assert.Equal(0, _begun.CurrentCount);
        _go.Release(2);
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == 3, Long));
        Assert.Equal(["3 None", "1 None", "2 None"], _ended);
        Assert.True(actions.Stop(Long));
    }

    [Fact]
    public void No_more_run_at_once_than_the_limit_says()
    {
        LocalActionQueue actions = Make((_, _) =>
        {
            Wait();
            return LocalActionResult.Inbox;
        }, limit: 3);
        for (int i = 0; i < 10; i++)
            actions.Enqueue(Of($"{i}", $"/h/{i}"));
        for (int i = 0; i < 3; i++)
            Assert.True(_begun.Wait(Long));
        Assert.False(_begun.Wait(20));
        _go.Release(10);
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == 10, Long));
        Assert.True(actions.Stop(Long));
    }

    [Fact]
    public void What_an_action_throws_is_a_failure()
    {
        LocalActionQueue actions = Make((action, _) => action.Home == "/h/bad" ? throw new InvalidOperationException(
            "no") : LocalActionResult.Inbox);
        actions.Enqueue(Of("1", "/h/bad"));
        actions.Enqueue(Of("2", "/h/good"));
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == 2, Long));
        Assert.Equal(["1 Internal", "2 None"], _ended.Order(StringComparer.Ordinal));
        Assert.True(actions.Stop(Long));
    }

    [Fact]
    public void A_stop_waits_then_cancels_and_begins_nothing_more()
    {
        LocalActionQueue actions = Make((_, cancel) =>
        {
            _begun.Release();
            cancel.WaitHandle.WaitOne();
            return LocalActionResult.Failed(Fault.Cancelled);
        });
        actions.Enqueue(Of("1", "/h/a"));
        actions.Enqueue(Of("2", "/h/a"));
        Assert.True(_begun.Wait(Long));
        Assert.True(actions.Stop(TimeSpan.FromMilliseconds(20)));
        actions.Enqueue(Of("3", "/h/b"));
        Assert.Equal(["1 Cancelled"], _ended);
    }

    [Fact]
    public void A_stop_tells_when_somebody_does_not_come_back()
    {
        LocalActionQueue actions = Make((_, _) =>
        {
            Wait();
            return LocalActionResult.Inbox;
        });
        actions.Enqueue(Of("1", "/h/a"));
        Assert.True(_begun.Wait(Long));
        Assert.False(actions.Stop(TimeSpan.Zero));
        _go.Release();
        Assert.True(actions.Stop(Long));
    }

    [Fact]
    public void Slow_commands_of_many_users_hold_up_no_action_without_commands()
    {
        LocalActionQueue actions = MakeWithCommands();
        for (int i = 0; i < 100; i++)
            actions.Enqueue(Of($"slow{i}", $"/h/slow{i}"));
        for (int i = 0; i < CommandShares.Places - CommandShares.PlacesForLittle; i++)
            Assert.True(_begun.Wait(Long));
        actions.Enqueue(Of("list", "/h/list"));
        Assert.True(SpinWait.SpinUntil(() => _ended.Contains("list None"), Long));
        _go.Release(100);
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == 101, Long));
        Assert.True(actions.Stop(Long));
    }

    [Fact]
    public void A_command_that_runs_for_long_gives_its_place_to_another()
    {
        LocalActionQueue actions = MakeWithCommands();
        for (int i = 0; i < CommandShares.Places; i++)
            actions.Enqueue(Of($"slow{i}", $"/h/slow{i}"));
        for (int i = 0; i < CommandShares.Places; i++)
            Assert.True(_begun.Wait(Long));
        actions.Enqueue(Of("slow of another", "/h/other"));
        Assert.True(SpinWait.SpinUntil(() => _clock.Timers > 0, Long));
        Assert.Equal(0, _begun.CurrentCount);
        _clock.Turn(CommandShares.Long);
        Assert.True(_begun.Wait(Long));
        _go.Release(100);
        Assert.True(SpinWait.SpinUntil(() => _ended.Count == CommandShares.Places + 1, Long));
        Assert.True(actions.Stop(Long));
    }

    [Fact]
    public void A_stop_begins_no_action_that_waits_for_a_place_for_commands()
    {
        LocalActionQueue actions = MakeWithCommands();
        for (int i = 0; i < CommandShares.Places + 5; i++)
            actions.Enqueue(Of($"slow{i}", $"/h/slow{i}"));
        for (int i = 0; i < CommandShares.Places; i++)
            Assert.True(_begun.Wait(Long));
        Assert.False(actions.Stop(TimeSpan.Zero));
        _go.Release(CommandShares.Places);
        Assert.True(actions.Stop(Long));
        Assert.Equal(CommandShares.Places, _ended.Count);
    }

    // An action whose home says "slow" runs a command.
    private LocalActionQueue MakeWithCommands() => Make((action, _) =>
    {
        if (action.CommandShare is not null)
            Wait();
        else if (!action.Home!.Contains("list", StringComparison.Ordinal))
        {
            action.CommandShare = action.Home;
            return LocalActionResult.Failed(Fault.Limit);
        }
        return LocalActionResult.Inbox;
    });

    private void Wait()
    {
        _begun.Release();
        Assert.True(_go.Wait(Long));
    }

    private LocalActionQueue Make(Func<LocalAction, CancellationToken, LocalActionResult> run, int limit = 32)
        => new(
            _workers, run, (action, result) => _ended.Enqueue($"{action.Entry.Id} {result.Fault}"), Log.None, _clock,
            limit);

    private static LocalAction Of(string id, string home) => new(new MemorySpool.Entry(id, "a"), "a", home, [0]);
}
