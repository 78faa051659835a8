namespace MailModule.Tests.Delivery.Queue;

/// <summary>Hosts that have mail waiting get as many connections each, where there are not enough for all.</summary>
public class ConnectionShareTests
{
    private const int Hosts = 100; // 400 connections in all, 4 for each

    private static string AddressOf(int host) => $"192.0.2.{host + 1}";

    private static AddressBench WithMailToEachHost(int messages)
    {
        var bench = new AddressBench();
        bench.Network.AddressesOf = nextHop => [AddressOf(int.Parse(nextHop.AsSpan(1, nextHop.IndexOf('.') - 1)))];
        bench.Network.Slow.UnionWith(Enumerable.Range(0, Hosts).Select(AddressOf));
        // Each has failed, so that it gets one connection until it is ready.
        bench.Network.Refusing.UnionWith(bench.Network.Slow);
        for (int i = 0; i < Hosts * messages; i++)
            bench.Mail($"a@d{i % Hosts}.test");
        bench.Turn();
        bench.Network.Refusing.Clear();
        return bench;
    }

    [Fact]
    public void Hosts_that_are_ready_first_leave_connections_to_those_that_will_be()
    {
        using AddressBench bench = WithMailToEachHost(messages: 60);
        bench.Network.Silent.UnionWith(Enumerable.Range(0, Hosts / 2).Select(AddressOf));
        bench.Queue.Retry(null);
        for (int i = 0; i < 4; i++)
            bench.Turn();
        Assert.Equal((4, 4 * Hosts / 2 + Hosts / 2), (bench.Network.MostAtOneAddress, bench.Network.Connected));
        bench.Network.Silent.Clear();
        bench.Turn();
        bench.Turn();
        Assert.Equal((4, 4 * Hosts), (bench.Network.MostAtOneAddress, bench.Network.Connected));
    }

    [Fact]
    public void A_host_gets_more_when_others_have_no_mail_any_more()
    {
        using AddressBench bench = WithMailToEachHost(messages: 1);
        for (int i = 0; i < 200; i++)
            bench.Mail("a@d7.test");
        bench.Queue.Retry(null);
        for (int i = 0; i < 6; i++)
            bench.Turn();
        Assert.Equal(20, bench.Network.MostAtOneAddress);
    }
}
