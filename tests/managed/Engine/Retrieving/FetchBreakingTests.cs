using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Retrieving;

/// <summary>Messages at which the session with the mailbox ends.</summary>
public sealed class FetchBreakingTests : IDisposable
{
    private readonly ScriptedMailbox _outside = new();
    private readonly FetchWorld.Ledger _ledger = new();
    private readonly SimulatedDisk _disk = new();
    private readonly FetchWorld _world;

    public FetchBreakingTests()
    {
        _disk.MakeDirectory(FetchWorld.Root);
        _world = new FetchWorld(_disk, _outside, _ledger);
    }

    public void Dispose()
    {
        Assert.Equal(0, _outside.OpenSessions);
        _world.Dispose();
    }

    [Theory]
    [InlineData(Fault.Closed, "retr")]
    [InlineData(Fault.Timeout, "octet")]
    [InlineData(Fault.Protocol, "octet")]
    public void A_message_that_ends_its_session_keeps_no_other_waiting(Fault fault, string step)
    {
        Put("u0", "u1", "u2", "u3");
        _outside.Strike = (_, name) => name == step && _outside.At == "u1" ? fault : Fault.None;
        FetchResult result = _world.Look();
        Assert.Equal((4, 3, 3, 1, 0, fault), (
            result.Found, result.Fetched, result.Deleted, result.Left, result.Known, result.Fault));
        Assert.Equal($"message 2 (u1): the session ended at it: {step} failed", result.Text);
        Assert.Equal(["u1"], Left());
        Assert.Equal(2, _outside.Sessions);
        _outside.Strike = (_, _) => Fault.None;
        result = _world.Look();
        Assert.Equal((Fault.None, 1, 1, 0), (result.Fault, result.Fetched, result.Deleted, result.Left));
        Assert.Equal([1, 1, 1, 1], new[] { "u0", "u1", "u2", "u3" }.Select(_ledger.Times));
    }

    [Fact]
    public void It_is_tried_last_and_when_what_was_fetched_is_deleted()
    {
        Put("u0");
        var tries = new List<string>();
        _outside.Strike = (_, name) =>
        {
            if (name is "retr" or "quit")
                tries.Add($"{name} {_outside.At}");
            return name == "octet" && _outside.At == "u0" ? Fault.Closed : Fault.None;
        };
        _world.Look();
        Put("u1");
        FetchResult result = _world.Look();
        Assert.Equal((1, 1, 1, Fault.Closed), (result.Fetched, result.Deleted, result.Left, result.Fault));
        Assert.Equal(["retr u0", "quit ", "retr u1", "quit ", "retr u0", "quit "], tries);
        Assert.Equal(["u0"], Left());
        // With its second time a pause has begun.
        result = _world.Look();
        Assert.Equal((1, 0, 1, Fault.Closed, ClientStage.Other), (
            result.Found, result.Fetched, result.Left, result.Fault, result.Stage));
        Assert.StartsWith("message 1 (u0): ", result.Text, StringComparison.Ordinal);
        Assert.Equal("quit ", Assert.Single(tries.Skip(6)));
    }

    [Fact]
    public void Where_nothing_is_marked_it_is_tried_in_the_same_session()
    {
        OutsideMailbox kept = FetchWorld.Mailbox with { Keeps = true };
        Put("u0", "u1");
        _outside.Strike = (_, name) => name == "octet" && _outside.At == "u0" ? Fault.Closed : Fault.None;
        Assert.Equal((1, 1), (_world.Look(kept).Fetched, _outside.Given.Count));
        _outside.Strike = (_, _) => Fault.None;
        Put("u2");
        FetchResult result = _world.Look(kept);
        Assert.Equal((2, 1, 0, Fault.None, 3), (
            result.Fetched, result.Known, result.Left, result.Fault, _outside.Sessions));
        Assert.Equal(["u1", "u2", "u0"], _outside.Given);
    }

    [Fact]
    public void A_server_that_ends_at_every_message_is_left_alone_until_the_next_look()
    {
        Put("u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u9");
        _outside.Strike = (_, name) => name == "octet" ? Fault.Closed : Fault.None;
        Assert.Equal(Fault.Closed, _world.Look().Fault);
        Assert.Equal(FetchRun.MostSessions, _outside.Sessions);
        _world.Look();
        Assert.Equal(2 * FetchRun.MostSessions, _outside.Sessions);
        _outside.Strike = (_, _) => Fault.None;
        FetchResult result = _world.Look();
        Assert.Equal((10, 10, Fault.None, 0), (result.Fetched, result.Deleted, result.Fault, Left().Length));
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal(1, _ledger.Times($"u{i}")));
    }

    [Fact]
    public void A_server_that_refuses_a_message_and_hangs_up_has_ended_at_that_message()
    {
        Put("u0", "u1", "u2");
        bool hasHungUp = false;
        _outside.Strike = (_, name) =>
        {
            bool isRefusal = name == "retr" && _outside.At == "u1";
            Fault fault = hasHungUp && name != "open" ? Fault.Closed
                : isRefusal ? Fault.RefusedTemporary : Fault.None;
            hasHungUp = isRefusal || hasHungUp && name != "open";
            return fault;
        };
        FetchResult result = _world.Look();
        Assert.Equal((2, 2, 1, Fault.Closed), (result.Fetched, result.Deleted, result.Left, result.Fault));
        Assert.StartsWith("message 2 (u1): ", result.Text, StringComparison.Ordinal);
        Assert.Equal(["u1"], Left());
    }

    [Fact]
    public void It_may_hang_up_at_quit_too()
    {
        Put("u0", "u1");
        bool hasHungUp = false;
        _outside.Strike = (_, name) =>
        {
            Fault fault = hasHungUp && name == "quit" ? Fault.Closed
                : _outside.At == "u1" ? Fault.RefusedPermanent : Fault.None;
            hasHungUp = name != "open" && fault == Fault.RefusedPermanent;
            return fault;
        };
        FetchResult result = _world.Look();
        Assert.Equal((1, 1, 1), (result.Fetched, result.Deleted, result.Left));
        Assert.Equal(["u1"], Left());
    }

    [Fact]
    public void A_message_whose_deletion_ends_the_session_keeps_no_other_waiting()
    {
        Put("u0", "u1", "u2");
        _outside.Strike = (_, name) => name == "dele" && _outside.At == "u0" ? Fault.Closed : Fault.None;
        FetchResult result = _world.Look();
        Assert.Equal((3, 3, 2, 0, 0, Fault.Closed), (
            result.Found, result.Fetched, result.Deleted, result.Left, result.Known, result.Fault));
        Assert.Equal(["u0"], Left());
        result = _world.Look();
        Assert.Equal((1, 0, 1, Fault.Closed), (result.Found, result.Left, result.Known, result.Fault));
        Assert.Equal([1, 1, 1], new[] { "u0", "u1", "u2" }.Select(_ledger.Times));
    }

    [Theory]
    [InlineData("open", Fault.RefusedPermanent)]
    [InlineData("list", Fault.Closed)]
    public void Where_there_is_no_second_session_the_result_is_that_of_the_first(string step, Fault fault)
    {
        Put("u0", "u1", "u2");
        _outside.Strike = (_, name) => name == step && _outside.Sessions == 2 ? fault
            : name == "octet" && _outside.At == "u1" ? Fault.Timeout : Fault.None;
        FetchResult result = _world.Look();
        Assert.Equal((3, 1, 0, 1, Fault.Timeout), (
            result.Found, result.Fetched, result.Deleted, result.Left, result.Fault));
        Assert.Contains("(u1)", result.Text);
        Assert.Equal(2, _outside.Sessions);
        result = _world.Look();
        Assert.Equal((1, 1, 2), (result.Fetched, result.Known, result.Deleted));
    }

    [Fact]
    public void What_two_sessions_find_is_counted_once()
    {
        OutsideMailbox kept = FetchWorld.Mailbox with { Keeps = true };
        Put("known");
        _world.Look(kept);
        _outside.Messages.Add(("large", $"Subject: large\r\n\r\n{new string('x', 2000)}\r\n"));
        Put("u0", "bad", "u1");
        _outside.Strike = (_, name) => name == "octet" && _outside.At == "bad" ? Fault.Closed : Fault.None;
        FetchResult result = _world.Look(kept);
        Assert.Equal((5, 2, 1, 2, Fault.Closed), (
            result.Found, result.Fetched, result.Known, result.Left, result.Fault));
        Assert.Contains("(bad)", result.Text);
        result = _world.Look();
        Assert.Equal((5, 0, 3, 2, 3), (result.Found, result.Fetched, result.Known, result.Left, result.Deleted));
    }

    [Fact]
    public void An_id_that_a_later_session_of_the_look_lists_for_another_message_is_new()
    {
        Put("u0");
        int losses = 0;
        _outside.Strike = (_, name) =>
        {
            bool isLoss = name == "octet" && _outside.At == "u0";
            losses += isLoss ? 1 : 0;
            if (isLoss && losses == 2)
                Put("again");
            return isLoss ? Fault.Closed : Fault.None;
        };
        _world.Look();
        _outside.Messages.Add(("again", "Subject: first\r\n\r\nx\r\n"));
        FetchResult result = _world.Look();
        Assert.Equal((2, 2), (result.Fetched, result.Deleted));
        Assert.Equal(["u0"], Left());
        Assert.Equal((1, 1), (_ledger.Times("first"), _ledger.Times("again")));
    }

    [Fact]
    public void A_message_that_has_no_end_ends_its_session()
    {
        string endless = new('x', 3 << 20);
        _outside.Messages.Add(("u0", $"Subject: u0\r\n\r\n{endless}\r\n"));
        Put("u1");
        _outside.SizeOf = _ => 10;
        int octets = 0;
        _outside.Strike = (_, name) =>
        {
            octets += name == "octet" ? 1 : 0;
            return Fault.None;
        };
        FetchResult result = _world.Look();
        Assert.Equal((1, 1, Fault.Limit), (result.Fetched, result.Left, result.Fault));
        Assert.StartsWith("message 1 (u0): ", result.Text, StringComparison.Ordinal);
        Assert.InRange(octets, 1 << 20, 2 << 20);
    }

    [Fact]
    public void A_cancel_and_what_fails_here_are_no_faults_of_a_message()
    {
        Put("u0", "u1");
        using var cancel = new CancellationTokenSource();
        _outside.Strike = (_, name) => name == "octet" ? Fault.Cancelled : Fault.None;
        Assert.Equal((Fault.Cancelled, 1), (_world.Look(cancel: cancel.Token).Fault, _outside.Sessions));
        _outside.Strike = (_, _) => Fault.None;
        Assert.Equal(2, _world.Look().Fetched);
        Assert.Equal(["u0", "u1"], _outside.Given);
    }

    [Fact]
    public void A_message_that_is_too_much_for_us_is_tried_last_too()
    {
        Put("u0", "u1");
        _outside.Retrieved = id =>
        {
            if (id == "u0")
                throw new InvalidOperationException("a test");
        };
        Assert.Equal(Fault.Internal, _world.Look().Fault);
        Assert.Equal(1, _world.Look().Fetched);
        Assert.Equal(["u0"], Left());
    }

    private void Put(params string[] ids)
    {
        foreach (string id in ids)
            _outside.Messages.Add((id, $"Subject: {id}\r\n\r\nx\r\n"));
    }

    private string[] Left() => [.. _outside.Messages.Select(one => one.UniqueId)];
}
