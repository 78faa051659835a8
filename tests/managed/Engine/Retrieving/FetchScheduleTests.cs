using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Delivery.Local;

namespace MailModule.Tests.Engine.Retrieving;

public class FetchScheduleTests
{
    private static readonly FetchResult s_result = new("x") { Fetched = 3 };

    private readonly SteppedClock _clock = new();
    private readonly FetchSchedule _schedule;

    public FetchScheduleTests() => _schedule = new FetchSchedule(_clock);

    [Fact]
    public void A_mailbox_is_due_at_once_and_then_so_long_after_each_look_has_ended()
    {
        _schedule.Set([Every(60), Every(90, "bob")]);
        Assert.Equal(TimeSpan.Zero, _schedule.Rest);
        List<FetchSchedule.Planned> due = _schedule.TakeDue();
        Assert.Equal(["ann", "bob"], due.Select(one => one.Mailbox.User));
        Assert.Null(_schedule.Rest);
        Pass(1000);
        Assert.Empty(_schedule.TakeDue());
        _schedule.End(due[0], s_result);
        _schedule.End(due[1], s_result);
        Assert.Equal(TimeSpan.FromSeconds(60), _schedule.Rest);
        Pass(59);
        Assert.Empty(_schedule.TakeDue());
        Pass(1);
        Assert.Equal(["ann"], _schedule.TakeDue().Select(one => one.Mailbox.User));
        Assert.Equal(TimeSpan.FromSeconds(30), _schedule.Rest);
    }

    [Fact]
    public void What_is_named_anew_keeps_its_time_and_what_came_of_it()
    {
        _schedule.Set([Every(100), Every(100, "bob")]);
        foreach (FetchSchedule.Planned one in _schedule.TakeDue())
            _schedule.End(one, s_result);
        Pass(40);
        _schedule.Set([Every(100, "new"), Every(200) with { Password = "changed" }]);
        Assert.Equal(["new"], _schedule.TakeDue().Select(one => one.Mailbox.User));
        Assert.Equal(TimeSpan.FromSeconds(160), _schedule.Rest);
        Assert.Equal(3, _schedule.ResultOf(_schedule.All[1]).Fetched);
        Assert.Equal("changed", _schedule.All[1].Mailbox.Password);
    }

    [Fact]
    public void One_without_an_interval_is_looked_at_only_when_it_is_asked_for()
    {
        _schedule.Set([Every(0)]);
        Pass(100_000);
        Assert.Empty(_schedule.TakeDue());
        Assert.Null(_schedule.Rest);
        Assert.Null(_schedule.ResultOf(_schedule.All[0]).Next);
        Assert.True(_schedule.MakeDue(null));
        _schedule.End(Assert.Single(_schedule.TakeDue()), s_result);
        Assert.Null(_schedule.Rest);
        _schedule.Set([Every(60)]);
        Assert.Single(_schedule.TakeDue());
    }

    [Fact]
    public void A_login_that_is_refused_is_tried_less_and_less_until_another_password_is_named()
    {
        var refused = new FetchResult("x") { Fault = Fault.RefusedPermanent, Stage = ClientStage.Auth };
        _schedule.Set([Every(90)]);
        foreach (int seconds in (int[])[90, 120, 240, 480, 960, 1920, 3840, 3840])
        {
            _schedule.End(Assert.Single(_schedule.TakeDue()), refused);
            Assert.Equal(TimeSpan.FromSeconds(seconds), _schedule.Rest);
            Pass(seconds);
        }
        _schedule.End(Assert.Single(_schedule.TakeDue()), s_result);
        Assert.Equal(TimeSpan.FromSeconds(90), _schedule.Rest);
        Pass(90);
        _schedule.End(Assert.Single(_schedule.TakeDue()), refused);
        _schedule.Set([Every(90) with { Password = "right" }]);
        Assert.Equal(TimeSpan.Zero, _schedule.Rest);
    }

    [Fact]
    public void A_password_that_is_named_while_another_is_refused_is_tried_at_once()
    {
        var refused = new FetchResult("x") { Fault = Fault.RefusedPermanent, Stage = ClientStage.Auth };
        _schedule.Set([Every(90)]);
        FetchSchedule.Planned one = Assert.Single(_schedule.TakeDue());
        _schedule.Set([Every(90) with { Password = "right" }]);
        Assert.Empty(_schedule.TakeDue());
        _schedule.End(one, refused);
        Assert.Equal("right", Assert.Single(_schedule.TakeDue()).Mailbox.Password);
        _schedule.End(one, s_result);
        Assert.Equal(TimeSpan.FromSeconds(90), _schedule.Rest);
    }

    [Fact]
    public void Another_interval_does_not_have_a_refused_password_tried_sooner()
    {
        var refused = new FetchResult("x") { Fault = Fault.RefusedPermanent, Stage = ClientStage.Auth };
        _schedule.Set([Every(600)]);
        _schedule.End(Assert.Single(_schedule.TakeDue()), refused);
        _schedule.Set([Every(5)]);
        Assert.Equal(TimeSpan.FromSeconds(600), _schedule.Rest);
    }

    [Fact]
    public void One_that_is_wanted_while_it_is_looked_at_is_looked_at_once_more()
    {
        _schedule.Set([Every(60)]);
        FetchSchedule.Planned one = Assert.Single(_schedule.TakeDue());
        Assert.True(_schedule.MakeDue(null));
        Assert.Empty(_schedule.TakeDue());
        _schedule.End(one, s_result);
        Assert.Single(_schedule.TakeDue());
        _schedule.End(one, s_result);
        Assert.Empty(_schedule.TakeDue());
    }

    [Theory]
    [InlineData("pop.b.example", "POP.b.example.", 995)]
    [InlineData("::1", "[0:0::1]", 110)]
    [InlineData("b\u00fccher.example", "xn--bcher-kva.example", 110)]
    public void A_mailbox_is_the_same_however_its_host_is_written(string host, string other, int port)
    {
        var one = new OutsideMailbox(host, 110, "ann", "x", "ann");
        OutsideMailbox same = one with { Host = other, Port = port };
        Assert.Equal((one.Key, one.HostKey), (same.Key, same.HostKey));
        Assert.NotEqual(one.Key, (one with { Host = "pop.c.example" }).Key);
        Assert.Equal(
            FetchSetting.NameOf($"{host};ann;x;ann;60"), FetchSetting.NameOf($"{other}:{port};ann;y;bob;90"));
    }

    [Fact]
    public void An_address_in_brackets_is_shown_with_one_pair()
        => Assert.Equal("ann@[::1]:110", new OutsideMailbox("[::1]", 110, "ann", "x", "ann").Name);

    [Theory]
    [InlineData("ann@b.example", true)]
    [InlineData("ann@B.example:110", true)]
    [InlineData("ann@b.example:995", false)]
    [InlineData("bob@b.example", false)]
    [InlineData("ann", false)]
    public void A_mailbox_has_a_name(string account, bool isFound)
    {
        _schedule.Set([Every(60)]);
        _schedule.End(_schedule.TakeDue()[0], s_result);
        Assert.Equal(isFound, _schedule.MakeDue(account));
        Assert.Equal(isFound ? 1 : 0, _schedule.TakeDue().Count);
    }

    [Fact]
    public void Looks_have_their_turn_by_number_by_host_and_by_mailbox()
    {
        var line = new FetchLine(() => 3, () => 2);
        FetchLook[] looks = [.. new[] { ("b", "1"), ("b", "1"), ("b", "2"), ("b", "3"), ("c", "1"), ("d", "1") }
            .Select(one => new FetchLook(new OutsideMailbox(one.Item1, 110, one.Item2, "", "ann")))];
        foreach (FetchLook look in looks)
            line.Add(look);
        Assert.Equal([looks[0], looks[2], looks[4]], line.TakeReady());
        Assert.Empty(line.TakeReady());
        line.End(looks[2]);
        Assert.Equal([looks[3]], line.TakeReady());
        line.End(looks[4]);
        Assert.Equal([looks[5]], line.TakeReady());
        line.End(looks[0]);
        Assert.Equal([looks[1]], line.TakeReady());
        Assert.Equal(3, line.Running);
    }

    private static OutsideMailbox Every(int seconds, string user = "ann")
        => new("b.example", 110, user, "secret", "ann") { Interval = TimeSpan.FromSeconds(seconds) };

    private void Pass(int seconds) => _clock.Turn(TimeSpan.FromSeconds(seconds));
}
