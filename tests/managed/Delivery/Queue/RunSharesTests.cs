using System.Net;
using MailModule.Delivery.Queue;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>What each kind of run gets, who goes first, and what is remembered how long.</summary>
public class RunSharesTests
{
    private static readonly RunKind s_mail = new(IsReport: false, IsProven: true);
    private static readonly RunKind s_newMail = new(IsReport: false, IsProven: false);
    private static readonly RunKind s_report = new(IsReport: true, IsProven: true);
    private static readonly RunKind s_newReport = new(IsReport: true, IsProven: false);

    private static int Fill(RunShares shares, RunKind kind)
    {
        int entered = 0;
        for (; shares.HasRoom(kind); entered++)
            shares.Enter(kind);
        return entered;
    }

    [Fact]
    public void Each_kind_leaves_room_for_the_others()
    {
        var shares = new RunShares { Limit = 400 };
        Assert.Equal(50, Fill(shares, s_newReport));
        Assert.Equal(50, Fill(shares, s_report));
        Assert.Equal(150, Fill(shares, s_newMail));
        Assert.Equal(150, Fill(shares, s_mail));
        shares.Leave(s_newReport);
        Assert.Equal(1, Fill(shares, s_mail));
    }

    [Fact]
    public void Hosts_that_are_known_to_work_may_have_all_runs()
        => Assert.Equal(400, Fill(new RunShares { Limit = 400 }, s_mail));

    [Fact]
    public void A_single_run_is_anybodys()
    {
        for (int i = 0; i < RunKind.Count; i++)
            Assert.Equal(1, Fill(new RunShares { Limit = 1 }, RunKind.At(i)));
    }

    [Fact]
    public void A_run_changes_its_kind_only_where_there_is_room()
    {
        var shares = new RunShares { Limit = 8 };
        Fill(shares, s_report);
        shares.Enter(s_mail);
        Assert.False(shares.TryChange(s_mail, s_report));
        Assert.True(shares.TryChange(s_report, s_mail));
        Assert.Equal(1, Fill(shares, s_report));
    }

    [Fact]
    public void Every_fourth_turn_is_a_reports_and_whom_nobody_needs_is_passed_over()
    {
        HashSet<string> gone = ["m0", "r0"];
        var line = new MailBeforeReports<string>(one => !gone.Contains(one));
        for (int i = 0; i < 8; i++)
            line.Enqueue($"m{i}", isReport: false);
        for (int i = 0; i < 4; i++)
            line.Enqueue($"r{i}", isReport: true);
        Assert.Equal(10, line.Count);
        List<string> order = [];
        while (line.Dequeue() is { } one)
            order.Add(one);
        Assert.Equal(["m1", "m2", "m3", "r1", "m4", "m5", "m6", "r2", "m7", "r3"], order);
    }

    [Fact]
    public void Successes_are_remembered_for_half_a_day_and_a_bounded_number_of_them()
    {
        var clock = new ManualClock();
        var successes = new RecentSuccesses();
        successes.Add("one.test", clock.GetUtcNow());
        clock.Turn(TimeSpan.FromHours(12));
        successes.Add("two.test", clock.GetUtcNow());
        Assert.True(successes.Contains("one.test"));
        successes.Remove("one.test");
        Assert.False(successes.Contains("one.test"));
        clock.Turn(TimeSpan.FromHours(30));
        successes.Add("three.test", clock.GetUtcNow());
        Assert.Equal((false, true), (successes.Contains("two.test"), successes.Contains("three.test")));
        for (int i = 0; i < 20_000; i++)
            successes.Add($"d{i}.test", clock.GetUtcNow());
        Assert.Equal((false, true), (successes.Contains("three.test"), successes.Contains("d19999.test")));
    }

    [Fact]
    public void Peers_that_nobody_uses_are_forgotten_and_those_in_use_are_not()
    {
        var clock = new ManualClock();
        var table = new PeerTable(20);
        Peer used = PeerOf(table, 0, clock.GetUtcNow());
        used.Connect(clock.GetUtcNow());
        for (int i = 0; i < 50_000; i++)
            PeerOf(table, i, clock.GetUtcNow());
        Assert.InRange(table.Count, 1, 10_002);
        Assert.Same(used, PeerOf(table, 0, clock.GetUtcNow()));
        clock.Turn(TimeSpan.FromHours(2));
        PeerOf(table, 1, clock.GetUtcNow());
        Assert.InRange(table.Count, 2, 4);
    }

    [Fact]
    public void A_failure_is_remembered_as_long_as_it_took_within_bounds()
    {
        Assert.Equal(1, Remembered(TimeSpan.Zero, TimeSpan.FromHours(1)));
        Assert.Equal(10, Remembered(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)));
        Assert.Equal(30, Remembered(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)));
        Assert.Equal(5, Remembered(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_host_that_serves_others_is_not_down_for_one_that_it_turned_away()
    {
        DateTimeOffset now = new ManualClock().GetUtcNow();
        var peer = new Peer("192.0.2.1:25", 20);
        peer.Connect(now);
        peer.BecomeReady();
        peer.Connect(now);
        peer.Disconnect(wasReady: false);
        peer.Fail(Refused, now, now, TimeSpan.FromHours(1));
        Assert.Null(peer.KnownFailure(now));
        Assert.Equal(0, peer.Room); // no more than it has
        peer.Delivered();
        Assert.Equal(1, peer.Room);
    }

    [Theory]
    [InlineData(Fault.Connect, true)]
    [InlineData(Fault.Timeout, true)]
    [InlineData(Fault.Closed, true)]
    [InlineData(Fault.Dns, false)]
    [InlineData(Fault.Full, false)]
    [InlineData(Fault.Cancelled, false)]
    [InlineData(Fault.Tls, false)]
    [InlineData(Fault.RefusedTemporary, false)]
    public void Only_silence_counts_against_a_host_for_all(Fault fault, bool isDown)
        => Assert.Equal(isDown, Peer.IsDown(ScriptedNetwork.NotReached(fault, "", "")));

    private static AttemptResult Refused => ScriptedNetwork.NotReached(Fault.Connect, "", "refused");

    // Whole seconds for which a peer that took so long to fail is known to have failed.
    private static int Remembered(TimeSpan took, TimeSpan longest)
    {
        DateTimeOffset now = new ManualClock().GetUtcNow();
        var peer = new Peer("192.0.2.1:25", 20);
        peer.Connect(now);
        peer.Disconnect(wasReady: false);
        peer.Fail(Refused, now - took, now, longest);
        int seconds = 0;
        while (peer.KnownFailure(now.AddSeconds(seconds)) is not null)
            seconds++;
        return seconds;
    }

    private static Peer PeerOf(PeerTable table, int number, DateTimeOffset now)
    {
        byte[] octets = [10, (byte)(number >> 16), (byte)(number >> 8), (byte)number];
        var host = new RouteHost($"mx{number}.test", 25, [new IPAddress(octets)]);
        return table.Of(new TargetAddress(host, host.Addresses[0]), now).Address;
    }
}
