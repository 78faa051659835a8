using MailModule.Delivery.Queue;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>Hosts and name servers that do not answer hold up no mail for others, whoever chose them.</summary>
public class SilentHostTests
{
    private const string Dark = "192.0.2.66";

    private static string[] OwnAddress(string nextHop)
        => [nextHop.StartsWith('d') ? $"10.0.{Number(nextHop) / 200}.{Number(nextHop) % 200 + 1}" : "192.0.2.1"];

    private static int Number(string nextHop) => int.Parse(nextHop.AsSpan(1, nextHop.IndexOf('.') - 1));

    private static AddressBench WithOneDarkAddress()
    {
        var bench = new AddressBench();
        bench.Network.AddressesOf = nextHop => nextHop.StartsWith('d') ? [Dark] : ["192.0.2.1"];
        bench.Network.Silent.Add(Dark);
        return bench;
    }

    private static AddressBench WithDarkAddressesOfTheirOwn(int domains)
    {
        var bench = new AddressBench();
        bench.Network.AddressesOf = OwnAddress;
        for (int i = 0; i < domains; i++)
            bench.Network.Silent.Add(OwnAddress($"d{i}.test")[0]);
        return bench;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Four_hundred_domains_on_one_silent_address_hold_few_runs(bool areReports)
    {
        using AddressBench bench = WithOneDarkAddress();
        for (int i = 0; i < 400; i++)
            _ = areReports ? bench.Report($"a@d{i}.test") : bench.Mail($"a@d{i}.test");
        bench.Turn();
        Assert.InRange(bench.Network.Connected, 1, 4);
        Assert.Equal(0, bench.Network.LookingUp);
        bench.Mail("a@good.test");
        bench.Network.Work();
        Assert.Equal(["a@good.test"], bench.Network.Taken);
        Assert.Equal(400, bench.Queue.Counts.Ready);
    }

    [Fact]
    public void What_waits_for_a_silent_address_is_deferred_with_the_first_attempt_that_fails()
    {
        using AddressBench bench = WithOneDarkAddress();
        string[] ids = [.. Enumerable.Range(0, 400).Select(i => bench.Mail($"a@d{i}.test"))];
        bench.Pass(31);
        Assert.InRange(bench.Network.Dialled.Count, 1, 4);
        Assert.Equal(400, bench.Queue.Counts.Deferred);
        QueuedRecipientView last = bench.Find(ids[399]);
        Assert.Equal(("no answer in time", 1), (last.Result!.Words, last.Attempts));
        string[] notes = [.. bench.Notes.Where(line => line.StartsWith(Dark, StringComparison.Ordinal))];
        Assert.Equal(2, notes.Length);
        Assert.Contains("it has 4 connections, what else leads there waits", notes[0]);
        Assert.Contains("so for 396 next hops that waited", notes[1]);
    }

    [Fact]
    public void A_silent_address_is_known_to_the_next_domain_and_then_tried_once_at_a_time()
    {
        using AddressBench bench = WithOneDarkAddress();
        bench.Mail("a@d0.test");
        bench.Pass(31);
        string next = bench.Mail("a@d1.test");
        bench.Turn();
        Assert.Equal(QueueState.Deferred, bench.Find(next).State);
        Assert.Single(bench.Network.Dialled);
        bench.Pass(31);
        for (int i = 2; i < 100; i++)
            bench.Mail($"a@d{i}.test");
        bench.Turn();
        Assert.Equal(1, bench.Network.Connected);
    }

    [Fact]
    public void A_host_that_comes_back_is_used_soon()
    {
        using AddressBench bench = WithOneDarkAddress();
        for (int i = 0; i < 400; i++)
            bench.Mail($"a@d{i}.test");
        bench.Pass(30);
        bench.Network.Silent.Clear();
        bench.Pass(61); // the first time of the schedule
        Assert.Equal(400, bench.Network.Taken.Count);
    }

    [Fact]
    public void An_operator_who_asks_for_a_new_attempt_gets_one()
    {
        using AddressBench bench = WithOneDarkAddress();
        for (int i = 0; i < 20; i++)
            bench.Mail($"a@d{i}.test");
        bench.Pass(30);
        bench.Network.Silent.Clear();
        bench.Queue.Retry(null);
        bench.Turn();
        Assert.Equal(20, bench.Network.Taken.Count);
    }

    [Fact]
    public void A_host_that_refuses_is_not_asked_by_each_of_its_domains()
    {
        using AddressBench bench = WithOneDarkAddress();
        bench.Network.Silent.Clear();
        bench.Network.Refusing.Add(Dark);
        for (int i = 0; i < 400; i++)
            bench.Mail($"a@d{i}.test");
        bench.Turn();
        Assert.InRange(bench.Network.Dialled.Count, 1, 8);
        Assert.Equal(400, bench.Queue.Counts.Deferred);
    }

    [Fact]
    public void A_host_that_is_ready_and_then_silent_holds_few_runs_and_is_known_after_one_time_out()
    {
        using AddressBench bench = WithOneDarkAddress();
        bench.Network.Silent.Clear();
        bench.Network.Mute.Add(Dark);
        for (int i = 0; i < 400; i++)
            bench.Mail($"a@d{i}.test");
        bench.Turn();
        Assert.InRange(bench.Network.Connected, 1, 4);
        bench.Pass(31);
        Assert.Equal(400, bench.Queue.Counts.Deferred);
    }

    [Fact]
    public void Hundreds_of_silent_addresses_leave_runs_for_a_host_that_is_known_to_work()
    {
        using AddressBench bench = WithDarkAddressesOfTheirOwn(1000);
        bench.Mail("a@good.test");
        bench.Turn();
        for (int i = 0; i < 1000; i++)
            bench.Mail($"a@d{i}.test");
        bench.Turn();
        Assert.InRange(bench.Network.Connected, 100, 200);
        bench.Mail("b@good.test");
        bench.Network.Work();
        Assert.Equal(["a@good.test", "b@good.test"], bench.Network.Taken);
    }

    [Fact]
    public void Hundreds_of_silent_addresses_hold_up_a_host_that_is_new_for_seconds_only()
    {
        using AddressBench bench = WithDarkAddressesOfTheirOwn(400);
        for (int i = 0; i < 400; i++)
            bench.Mail($"a@d{i}.test");
        bench.Mail("a@good.test");
        bench.Turn();
        Assert.Empty(bench.Network.Taken);
        bench.Pass(21);
        Assert.Equal(["a@good.test"], bench.Network.Taken);
    }

    [Fact]
    public void A_host_that_is_spoken_to_once_more_in_clear_text_is_waited_for_no_longer_than_others()
    {
        using AddressBench bench = WithDarkAddressesOfTheirOwn(400);
        bench.Network.IsSilentTwice = true;
        for (int i = 0; i < 400; i++)
            bench.Mail($"a@d{i}.test");
        bench.Mail("a@good.test");
        bench.Turn();
        Assert.Empty(bench.Network.Taken);
        bench.Pass(42);
        Assert.Equal(["a@good.test"], bench.Network.Taken);
    }

    [Fact]
    public void Who_writes_to_a_thousand_silent_hosts_keeps_others_waiting_for_the_first_time_out_only()
    {
        using AddressBench bench = WithDarkAddressesOfTheirOwn(1000);
        for (int i = 0; i < 1000; i++)
            bench.Mail($"a@d{i}.test");
        bench.Mail("a@good.test", from: "another@from.test");
        bench.Pass(12);
        Assert.Equal(["a@good.test"], bench.Network.Taken);
        Assert.Contains("mail waits for a run: what does not answer gets 10 s meanwhile", bench.Notes);
    }

    [Fact]
    public void A_silent_host_gets_all_its_time_while_nobody_waits()
    {
        using AddressBench bench = WithDarkAddressesOfTheirOwn(100);
        for (int i = 0; i < 100; i++)
            bench.Mail($"a@d{i}.test");
        bench.Turn();
        bench.Pass(29);
        Assert.Equal(100, bench.Network.Connected);
        bench.Pass(1);
        Assert.Equal(0, bench.Network.Connected);
    }

    [Fact]
    public void Silent_name_servers_hold_no_run_and_few_look_ups()
    {
        using AddressBench bench = WithDarkAddressesOfTheirOwn(0);
        bench.Network.HasSilentDns = nextHop => nextHop.StartsWith('d');
        bench.Mail("a@good.test");
        bench.Turn();
        for (int i = 0; i < 300; i++)
            bench.Mail($"a@d{i}.test");
        bench.Turn();
        Assert.InRange(bench.Network.LookingUp, 100, 200);
        Assert.Equal(0, bench.Network.Connected);
        bench.Mail("b@good.test");
        bench.Network.Work();
        Assert.Equal(["a@good.test", "b@good.test"], bench.Network.Taken);
        bench.Mail("a@fresh.test");
        bench.Pass(11);
        Assert.Equal("a@fresh.test", bench.Network.Taken[^1]);
    }

    [Fact]
    public void Reports_to_silent_hosts_hold_up_neither_mail_nor_other_reports()
    {
        using AddressBench bench = WithDarkAddressesOfTheirOwn(1000);
        bench.Mail("a@good.test");
        bench.Turn();
        for (int i = 0; i < 1000; i++)
            bench.Report($"a@d{i}.test");
        bench.Turn();
        Assert.InRange(bench.Network.Connected, 10, 50);
        bench.Report("r@good.test");
        bench.Mail("a@fresh.test");
        bench.Network.Work();
        Assert.Equal(["a@fresh.test", "a@good.test", "r@good.test"], bench.Network.Taken.Order());
    }

    [Fact]
    public void Mail_goes_before_reports_to_the_same_host_and_reports_are_not_kept_out()
    {
        using var bench = new AddressBench(smarthost: "hub.test:25");
        bench.Network.Slow.Add("192.0.2.1");
        for (int i = 0; i < 400; i++)
            bench.Report($"r{i}@d{i}.test");
        for (int i = 0; i < 40; i++)
            bench.Mail($"m{i}@d{i}.test");
        for (int i = 0; i < 12 && bench.Network.Taken.Count < 100; i++)
            bench.Network.Work();
        string[] first = [.. bench.Network.Taken.Take(70)];
        Assert.Equal(40, first.Count(one => one.StartsWith('m')));
        Assert.InRange(bench.Network.Taken.Take(50).Count(one => one.StartsWith('r')), 4, 25);
    }

    [Fact]
    public void A_silent_address_of_the_smarthost_costs_no_message_its_way()
    {
        using var bench = new AddressBench(smarthost: "hub.test:25");
        bench.Network.HostOf = _ => "hub.test";
        bench.Network.AddressesOf = _ => [Dark, "192.0.2.2"];
        bench.Network.Silent.Add(Dark);
        for (int i = 0; i < 500; i++)
            bench.Mail($"a@d{i}.test");
        bench.Pass(31);
        Assert.Equal(500, bench.Network.Taken.Count);
        Assert.InRange(bench.Network.Dialled.Count(address => address == Dark), 1, 4);
        bench.Mail("b@d0.test"); // the silent address is known: nothing waits for it
        bench.Network.Work();
        Assert.Equal(501, bench.Network.Taken.Count);
    }

    [Fact]
    public void The_smarthost_gets_the_connections_of_one_next_hop()
    {
        using var bench = new AddressBench(smarthost: "hub.test:25");
        bench.Network.Slow.Add("192.0.2.1");
        for (int i = 0; i < 2000; i++)
            bench.Mail($"a@d{i}.test");
        for (int i = 0; i < 10; i++)
            bench.Network.Work();
        Assert.Equal(20, bench.Network.MostAtOneAddress);
    }

    [Fact]
    public void A_host_that_works_is_used_in_full_and_shared_by_its_domains()
    {
        using var bench = new AddressBench();
        bench.Network.Slow.Add("192.0.2.1");
        for (int i = 0; i < 4000; i++)
            bench.Mail($"a@s{i % 200}.test");
        for (int i = 0; i < 20; i++)
            bench.Network.Work();
        Assert.Equal(40, bench.Network.MostAtOneAddress);
        for (int i = 0; i < 400 && bench.Network.Taken.Count < 4000; i++)
            bench.Turn();
        Assert.Equal(4000, bench.Network.Taken.Count);
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void A_host_with_many_addresses_gets_no_more_than_one_with_one()
    {
        using AddressBench bench = WithDarkAddressesOfTheirOwn(400);
        bench.Network.HostOf = _ => "mx.everywhere.test";
        for (int i = 0; i < 400; i++)
            bench.Mail($"a@d{i}.test");
        bench.Turn();
        Assert.InRange(bench.Network.Connected, 1, 4);
        bench.Pass(31);
        Assert.Equal(400, bench.Queue.Counts.Deferred);
    }

    [Fact]
    public void Whatever_fails_and_comes_back_nothing_waits_for_ever()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            using var bench = new AddressBench();
            AddressNetwork network = bench.Network;
            network.HostOf = nextHop => $"mx{Number(nextHop) % 3}.test";
            network.AddressesOf = nextHop => [$"10.0.0.{Number(nextHop) % 4 + 1}", $"10.0.0.{Number(nextHop) % 5 + 1}"];
            HashSet<string>[] troubles = [network.Silent, network.Refusing, network.Mute, network.Slow];
            for (int step = 0; step < 80; step++)
            {
                string to = $"a@d{random.Next(30)}.test";
                string address = $"10.0.0.{random.Next(5) + 1}";
                HashSet<string> trouble = troubles[random.Next(troubles.Length)];
                _ = random.Next(3) == 0 ? bench.Report(to) : bench.Mail(to);
                if (random.Next(4) == 0 && !trouble.Remove(address))
                    trouble.Add(address);
                if (random.Next(3) == 0)
                    bench.Pass(random.Next(20));
                else if (random.Next(2) == 0)
                    network.Work();
            }
            foreach (HashSet<string> trouble in troubles)
                trouble.Clear();
            for (int minute = 0; minute < 70 && bench.Queue.Counts.Messages > 0; minute++)
                bench.Pass(60);
            Assert.True(bench.Queue.Counts.Messages == 0, $"seed {seed}: {bench.Queue.Counts}");
            Assert.Equal(80, network.Taken.Count);
        }
    }
}
