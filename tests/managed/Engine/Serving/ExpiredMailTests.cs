using MailModule.Delivery.Local;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving;

/// <summary>What <c>pop_expire</c> deletes, and what it leaves, whatever the disk does.</summary>
public sealed class ExpiredMailTests : IDisposable
{
    private static readonly Pop3ServerOptions s_thirtyDays = new() { ExpireDays = 30 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string New => _folder.In("ann/Maildir/new");

    [Fact]
    public void A_login_deletes_what_is_too_old_before_the_list_is_told()
    {
        using var store = new MaildirStore("h");
        Deliver(store, 31, 29, 1000, 0);
        var session = new LoggedInPop3(store, _folder, s_thirtyDays);
        Assert.StartsWith("+OK 2 messages ", session.Answer, StringComparison.Ordinal);
        Assert.Contains("\r\n1 ", session.Send("UIDL\r\n"), StringComparison.Ordinal);
        Assert.Contains("\r\n\r\ndays 29\r\n", session.Send("RETR 1\r\n"), StringComparison.Ordinal);
        Assert.Contains("\r\n\r\ndays 0\r\n", session.Send("RETR 2\r\n"), StringComparison.Ordinal);
        Assert.Equal("+OK goodbye\r\n", session.Send("QUIT\r\n"));
        Assert.Equal(2, Directory.GetFiles(New).Length);
    }

    [Fact]
    public void Without_the_setting_nothing_is_deleted()
    {
        using var store = new MaildirStore("h");
        Deliver(store, 31, 10_000);
        Assert.StartsWith("+OK 2 ", new LoggedInPop3(store, _folder, new()).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_another_program_whose_name_tells_no_time_stays()
    {
        using var store = new MaildirStore("h");
        Deliver(store, 31);
        File.WriteAllText(Path.Combine(New, "letter"), "a: b\n\ntext\n");
        var session = new LoggedInPop3(store, _folder, s_thirtyDays);
        Assert.StartsWith("+OK 1 ", session.Answer, StringComparison.Ordinal);
        Assert.Contains("text", session.Send("RETR 1\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_folder_that_is_opened_is_looked_at()
    {
        using var store = new MaildirStore("h");
        Deliver(store, 31, 0);
        store.DeliverInto(_folder.In("ann"), "old", "id", DateTimeOffset.UnixEpoch.AddDays(1), new TextContent("a\n"));
        var session = new LoggedInPop3(store, _folder, s_thirtyDays, name: "ann/old");
        Assert.StartsWith("+OK 0 ", session.Answer, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(New).Length);
    }

    [Fact]
    public void A_mailbox_that_another_session_has_keeps_all()
    {
        using var store = new MaildirStore("h");
        Deliver(store, 31);
        var first = new LoggedInPop3(store, _folder, new());
        Assert.StartsWith("+OK 1 ", first.Answer, StringComparison.Ordinal);
        Assert.StartsWith("-ERR [IN-USE] ", new LoggedInPop3(store, _folder, s_thirtyDays).Answer,
            StringComparison.Ordinal);
        Assert.StartsWith("+OK ", first.Send("RETR 1\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_login_deletes_so_many_the_oldest_first_and_the_next_goes_on()
    {
        using var store = new MaildirStore("h");
        Deliver(store, 40, 90, 80, 31, 70, 0);
        var delivery = new LocalDelivery(new LocalDeliveryDependencies
        {
            Spool = new MemorySpool([]),
            Store = store,
            HomeOf = _folder.In,
        });
        var expired = new ExpiredMail(delivery, TimeProvider.System, Log.None) { Most = 2 };
        foreach (int left in (int[])[4, 2, 1, 1])
        {
            Assert.Equal(Fault.None, store.Open(_folder.In("ann"), out IMaildrop maildrop));
            expired.Delete(maildrop, TimeSpan.FromDays(30), "ann");
            maildrop.Dispose();
            string[] bodies = [.. Directory.GetFiles(New).Select(File.ReadAllText)];
            Assert.Equal(left, bodies.Length);
            Assert.Equal(left < 4, !bodies.Any(body => body.EndsWith("days 70\n", StringComparison.Ordinal)));
            Assert.DoesNotContain(bodies, body => body.EndsWith("days 90\n", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_login_to_what_was_left_for_long_deletes_no_more_than_it_has_time_for()
    {
        using var store = new MaildirStore("h");
        Deliver(store, 0);
        for (int i = 0; i < 5002; i++)
            File.WriteAllText(Path.Combine(New, $"{1000 + i}.M{i}P1.other"), "a: b\n\nold\n");
        Assert.StartsWith("+OK 3 ", new LoggedInPop3(store, _folder, s_thirtyDays).Lost, StringComparison.Ordinal);
        Assert.StartsWith("+OK 1 ", new LoggedInPop3(store, _folder, s_thirtyDays).Lost, StringComparison.Ordinal);
    }

    [Fact]
    public void Whichever_call_fails_only_what_is_too_old_goes_and_the_list_is_what_there_is()
    {
        int failAt = 1, refused = 0;
        for (bool hasFailed = true; hasFailed; failAt++)
        {
            using var folder = new TemporaryFolder();
            using (var deliveries = new MaildirStore("h"))
                Deliver(deliveries, folder, 40, 35, 2, 1, 0);
            var calls = new FailingFileCalls(failAt);
            using var store = new MaildirStore("h", calls: calls);
            var session = new LoggedInPop3(store, folder, s_thirtyDays);
            hasFailed = calls.HasFailed;
            calls.IsMended = true;
            int left = Directory.GetFiles(folder.In("ann/Maildir/new")).Length;
            Assert.InRange(left, 3, 5);
            if (session.Answer.StartsWith("+OK ", StringComparison.Ordinal))
                Assert.StartsWith($"+OK {left} messages ", session.Answer, StringComparison.Ordinal);
            else
                refused++;
            session.Lose();
            Assert.StartsWith("+OK 3 messages ", new LoggedInPop3(store, folder, s_thirtyDays).Answer,
                StringComparison.Ordinal);
        }
        Assert.InRange(failAt, 10, 1000);
        Assert.InRange(refused, 1, failAt);
    }

    [Fact]
    public void Rfc_2449_section_6_5_the_next_login_of_a_user_waits()
    {
        using var store = new MaildirStore("h");
        var clock = new TurnedTimers();
        var delays = new LoginDelays(clock);
        var options = new Pop3ServerOptions { LoginDelay = 60 };
        var first = new LoggedInPop3(store, _folder, options, delays);
        Assert.StartsWith("+OK ", first.Answer, StringComparison.Ordinal);
        Assert.StartsWith("-ERR [LOGIN-DELAY] ", new LoggedInPop3(store, _folder, options, delays).Answer,
            StringComparison.Ordinal);
        first.Lose();
        clock.Turn(59);
        LoggedInPop3 early = new(store, _folder, options, delays);
        for (int i = 0; i < 5; i++)
            Assert.StartsWith("-ERR [LOGIN-DELAY] ", early.Send("USER ann\r\nPASS secret\r\n")[15..],
                StringComparison.Ordinal);
        clock.Turn(1);
        Assert.StartsWith("+OK ", early.Send("USER ann\r\nPASS secret\r\n")[15..], StringComparison.Ordinal);
    }

    [Fact]
    public void The_times_of_logins_that_are_kept_are_bounded()
    {
        var clock = new TurnedTimers();
        var delays = new LoginDelays(clock);
        for (int i = 0; i <= 16_384; i++)
        {
            delays.Add($"user{i}");
            clock.Turn(0.001);
        }
        Assert.True(delays.MayLogIn("user0", TimeSpan.FromDays(1)));
        Assert.False(delays.MayLogIn("user16384", TimeSpan.FromDays(1)));
    }

    private void Deliver(MaildirStore store, params int[] days) => Deliver(store, _folder, days);

    private static void Deliver(MaildirStore store, TemporaryFolder folder, params int[] days)
    {
        for (int i = 0; i < days.Length; i++)
            store.Deliver(
                folder.In("ann"), $"id{i}", DateTimeOffset.UtcNow.AddDays(-days[i]),
                new TextContent($"a: b\n\ndays {days[i]}\n"), false);
    }
}
