using MailModule.Delivery;
using MailModule.Delivery.Local;

namespace MailModule.Tests.Delivery.Local;

public class CommandSharesTests
{
    private readonly SteppedClock _clock = new();
    private readonly List<LocalAction> _filled = [];
    private readonly CommandShares _shares;

    public CommandSharesTests() => _shares = new CommandShares(_clock);

    [Fact]
    public void One_user_has_no_more_places_than_his_share_however_many_homes_are_his()
    {
        for (int i = 0; i < 50; i++)
            Add("ann");
        Assert.Equal(["ann", "ann"], TakeAll());
        Add("bob");
        Assert.Equal(["bob"], TakeAll());
    }

    [Fact]
    public void Who_had_little_time_goes_before_who_had_much()
    {
        LocalAction slow = Add("ann");
        Assert.Equal(["ann"], TakeAll());
        _clock.Turn(TimeSpan.FromSeconds(20));
        _shares.End(slow);
        Fill(CommandShares.Places);
        Add("ann");
        LocalAction quick = Add("bob");
        Assert.Empty(TakeAll());
        EndOne();
        Assert.Equal(["bob"], TakeAll());
        _shares.End(quick);
        Assert.Empty(TakeAll());
        for (int i = 0; i < CommandShares.PlacesForLittle; i++)
            EndOne();
        Assert.Equal(["ann"], TakeAll());
    }

    [Fact]
    public void Time_that_was_had_long_ago_is_forgotten()
    {
        LocalAction slow = Add("ann");
        TakeAll();
        _clock.Turn(TimeSpan.FromSeconds(20));
        _shares.End(slow);
        _clock.Turn(CommandShares.HalfLife * 5);
        Fill(CommandShares.Places - 1);
        Add("ann");
        Assert.Equal(["ann"], TakeAll());
    }

    [Fact]
    public void Those_that_run_for_long_take_no_place_up_to_a_bound()
    {
        int all = 0;
        for (int round = 0; round < 10; round++)
        {
            all += Fill(CommandShares.Places);
            _clock.Turn(CommandShares.Long);
        }
        Assert.Equal(CommandShares.Places + CommandShares.LongPlaces, all);
        Add("ann");
        Assert.Empty(TakeAll());
        EndOne();
        Assert.Single(TakeAll());
    }

    [Fact]
    public void Actions_of_one_user_keep_their_order()
    {
        LocalAction first = Add("ann"), second = Add("ann"), third = Add("ann");
        Assert.True(_shares.TryTake(out LocalAction a));
        Assert.Same(first, a);
        Assert.True(_shares.TryTake(out LocalAction b));
        Assert.Same(second, b);
        Assert.False(_shares.TryTake(out _));
        _shares.End(second);
        Assert.True(_shares.TryTake(out LocalAction c));
        Assert.Same(third, c);
    }

    [Fact]
    public void What_is_cleared_is_not_begun_and_what_runs_may_end()
    {
        LocalAction running = Add("ann");
        TakeAll();
        Add("bob");
        _shares.Clear();
        Assert.Empty(TakeAll());
        _shares.End(running);
        Assert.Equal((0, 0), (_shares.Running, _shares.Waiting));
    }

    // Others, one of each user; how many began.
    private int Fill(int count)
    {
        for (int i = 0; i < count; i++)
            Add($"other {_filled.Count} {i}");
        int began = 0;
        while (_shares.TryTake(out LocalAction action))
        {
            _filled.Add(action);
            began++;
        }
        return began;
    }

    private void EndOne()
    {
        _shares.End(_filled[^1]);
        _filled.RemoveAt(_filled.Count - 1);
    }

    private LocalAction Add(string share)
    {
        var action = new LocalAction(new MemorySpool.Entry("1", "a"), "a", "/h/" + share, [0]) { CommandShare = share };
        _shares.Add(action);
        return action;
    }

    private List<string> TakeAll()
    {
        var taken = new List<string>();
        while (_shares.TryTake(out LocalAction action))
            taken.Add(action.CommandShare!);
        return taken;
    }
}
