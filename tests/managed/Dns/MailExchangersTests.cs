using System.Net;
using MailModule.Dns;

namespace MailModule.Tests.Dns;

public class MailExchangersTests
{
    private const string Domain = "example.org";

    private readonly ScriptedDns _dns = new();

    [Fact]
    public void Hosts_come_by_preference_with_addresses_of_both_families()
    {
        _dns.Mx(Domain, (20, "b.example.org"), (10, "a.example.org"))
            .Addresses("a.example.org", "192.0.2.1", "2001:db8::1").Addresses("b.example.org", "192.0.2.2");
        MxAnswer answer = Find(Domain);
        Assert.Equal((MxStatus.Ok, false, ""), (answer.Status, answer.IsImplicit, answer.Text));
        Assert.Equal(["10 a.example.org 2001:db8::1 192.0.2.1", "20 b.example.org 192.0.2.2"], Lines(answer));
    }

    [Fact]
    public void Hosts_of_equal_preference_are_shuffled_and_others_are_not()
    {
        _dns.Mx(Domain, (10, "a.example.org"), (10, "b.example.org"), (10, "c.example.org"), (5, "first.example.org"),
            (20, "last.example.org"));
        foreach (string host in new[] { "a", "b", "c", "first", "last" })
            _dns.Addresses($"{host}.example.org", "192.0.2.1");
        var exchangers = new MailExchangers(_dns, new Random(1));
        string[] orders = [.. Enumerable.Range(0, 100)
            .Select(_ => string.Concat(exchangers.Find(Domain, default).Wait().Hosts.Select(host => host.Name[0])))];
        Assert.All(orders, order => Assert.True(order is ['f', _, _, _, 'l']));
        Assert.Equal(6, orders.Distinct().Count());
    }

    [Fact]
    public void Addresses_are_shuffled_within_their_family_and_families_take_turns()
    {
        _dns.Mx(Domain, (10, "a.example.org"))
            .Addresses("a.example.org", "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2");
        var exchangers = new MailExchangers(_dns, new Random(1));
        string[] orders = [.. Enumerable.Range(0, 100)
            .Select(_ => string.Join(' ', exchangers.Find(Domain, default).Wait().Hosts[0].Addresses))];
        bool[] areIpv6 = [true, false, true, false, false];
        Assert.All(orders, order => Assert.Equal(areIpv6, order.Split(' ').Select(address => address.Contains(':'))));
        Assert.Equal(12, orders.Distinct().Count());
    }

    [Fact]
    public void As_many_hosts_are_told_as_are_asked_for_and_names_that_do_not_fit_take_no_place()
    {
        string longName = $"{new string('x', 60)}.example.org";
        _dns.Mx(Domain, [(1, longName), .. Enumerable.Range(10, 30).Select(i => (i, $"h{i}.example.org"))])
            .Addresses(longName, "192.0.2.99");
        for (int i = 10; i < 40; i++)
            _dns.Addresses($"h{i}.example.org", "192.0.2.1");
        Assert.Equal(16, Find(Domain).Hosts.Count);
        foreach (int limit in new[] { 1, 17, 30 })
        {
            var exchangers = new MailExchangers(_dns) { HostLimit = limit, NameLimit = 63 };
            string[] names = [.. exchangers.Find(Domain, default).Wait().Hosts.Select(host => host.Name)];
            Assert.Equal(Enumerable.Range(10, limit).Select(i => $"h{i}.example.org"), names);
        }
        var all = new MailExchangers(_dns) { HostLimit = int.MaxValue };
        Assert.Equal(31, all.Find(Domain, default).Wait().Hosts.Count);
    }

    [Fact]
    public void Without_mx_the_domain_itself_is_the_host()
    {
        _dns.Addresses(Domain, "192.0.2.1");
        MxAnswer answer = Find("Example.ORG.");
        Assert.Equal((MxStatus.Ok, true), (answer.Status, answer.IsImplicit));
        Assert.Equal(["0 example.org 192.0.2.1"], Lines(answer));
    }

    [Fact]
    public void A_domain_with_an_ipv6_address_alone_is_a_host_too()
    {
        _dns.Addresses(Domain, "2001:db8::1");
        Assert.Equal(["0 example.org 2001:db8::1"], Lines(Find(Domain)));
    }

    [Fact]
    public void Without_mx_at_the_end_of_a_cname_the_host_is_where_it_leads()
    {
        _dns.Answer(Domain, DnsType.Mx, new DnsAnswer(DnsStatus.NoData, [], "real.example.net"))
            .Addresses("real.example.net", "192.0.2.1");
        Assert.Equal(["0 real.example.net 192.0.2.1"], Lines(Find(Domain)));
    }

    [Fact]
    public void A_null_mx_takes_no_mail_even_if_there_is_an_address()
    {
        _dns.Mx(Domain, (0, "")).Addresses(Domain, "192.0.2.1");
        MxAnswer answer = Find(Domain);
        Assert.Equal(MxStatus.NullMx, answer.Status);
        Assert.Contains(Domain, answer.Text, StringComparison.Ordinal);
        Assert.Equal(["MX example.org"], _dns.Asked);
    }

    [Fact]
    public void The_root_among_other_hosts_is_left_out()
    {
        _dns.Mx(Domain, (0, ""), (10, "a.example.org")).Addresses("a.example.org", "192.0.2.1");
        Assert.Equal(["10 a.example.org 192.0.2.1"], Lines(Find(Domain)));
    }

    [Fact]
    public void A_domain_that_is_not_there_and_one_without_hosts_are_told_apart()
    {
        _dns.Ok("empty.example.org", DnsType.Txt, new TxtRecord("empty.example.org", TimeSpan.Zero, ""));
        Assert.Equal(MxStatus.NoDomain, Find("nothere.example.org").Status);
        Assert.Equal(MxStatus.NoHost, Find("empty.example.org").Status);
    }

    [Theory]
    [InlineData(DnsStatus.Failed, MxStatus.Temporary)]
    [InlineData(DnsStatus.TimedOut, MxStatus.Temporary)]
    [InlineData(DnsStatus.Cancelled, MxStatus.Cancelled)]
    internal void Where_the_mx_is_not_known_the_address_does_not_stand_in(DnsStatus status, MxStatus expected)
    {
        _dns.Status(Domain, DnsType.Mx, status).Addresses(Domain, "192.0.2.1");
        MxAnswer answer = Find(Domain);
        Assert.Equal(expected, answer.Status);
        Assert.NotEmpty(answer.Text);
        Assert.Equal(["MX example.org"], _dns.Asked);
    }

    [Theory]
    [InlineData(DnsStatus.Failed)]
    [InlineData(DnsStatus.TimedOut)]
    internal void Without_mx_an_address_that_is_not_known_is_temporary(DnsStatus status)
    {
        _dns.Status(Domain, DnsType.A, status);
        Assert.Equal(MxStatus.Temporary, Find(Domain).Status);
    }

    [Fact]
    public void A_failing_family_does_not_hide_the_other()
    {
        _dns.Addresses(Domain, "192.0.2.1").Status(Domain, DnsType.Aaaa, DnsStatus.Failed);
        _dns.Addresses("six.org", "2001:db8::1").Status("six.org", DnsType.A, DnsStatus.Failed);
        Assert.Equal(["0 example.org 192.0.2.1"], Lines(Find(Domain)));
        Assert.Equal(["0 six.org 2001:db8::1"], Lines(Find("six.org")));
    }

    [Fact]
    public void No_ipv6_and_unknown_ipv4_is_temporary()
    {
        _dns.Status(Domain, DnsType.A, DnsStatus.Failed).Status(Domain, DnsType.Aaaa, DnsStatus.NoData);
        Assert.Equal(MxStatus.Temporary, Find(Domain).Status);
        _dns.Status("other.org", DnsType.A, DnsStatus.NoData).Status("other.org", DnsType.Aaaa, DnsStatus.TimedOut);
        Assert.Equal(MxStatus.Temporary, Find("other.org").Status);
    }

    [Fact]
    public void A_host_without_address_stays_in_the_list_without_one()
    {
        _dns.Mx(Domain, (10, "gone.example.org"), (20, "a.example.org")).Addresses("a.example.org", "192.0.2.1");
        Assert.Equal(["10 gone.example.org ", "20 a.example.org 192.0.2.1"], Lines(Find(Domain)));
    }

    [Fact]
    public void If_no_host_has_an_address_that_is_for_good_unless_one_is_not_known()
    {
        _dns.Mx(Domain, (10, "gone.example.org"), (20, "empty.example.org"))
            .Ok("empty.example.org", DnsType.Txt, new TxtRecord("empty.example.org", TimeSpan.Zero, ""));
        MxAnswer answer = Find(Domain);
        Assert.Equal((MxStatus.NoHost, 0), (answer.Status, answer.Hosts.Count));
        _dns.Status("empty.example.org", DnsType.A, DnsStatus.Failed)
            .Status("empty.example.org", DnsType.Aaaa, DnsStatus.Failed);
        Assert.Equal(MxStatus.Temporary, Find(Domain).Status);
    }

    [Fact]
    public void A_host_that_is_not_known_for_now_does_not_hide_one_that_is()
    {
        _dns.Mx(Domain, (10, "slow.example.org"), (20, "a.example.org"))
            .Status("slow.example.org", DnsType.A, DnsStatus.TimedOut).Addresses("a.example.org", "192.0.2.1");
        Assert.Equal(["10 slow.example.org ", "20 a.example.org 192.0.2.1"], Lines(Find(Domain)));
    }

    [Fact]
    public void Silent_servers_are_not_waited_for_host_after_host()
    {
        _dns.Mx(Domain, [.. Enumerable.Range(0, 10).Select(i => (i, $"m{i}.example.org"))]);
        for (int i = 0; i < 10; i++)
            _dns.Status($"m{i}.example.org", DnsType.A, DnsStatus.TimedOut);
        Assert.Equal(MxStatus.Temporary, Find(Domain).Status);
        Assert.Equal(["MX example.org", "A m0.example.org", "A m1.example.org"], _dns.Asked);
    }

    [Fact]
    public void Hosts_that_are_addresses_or_this_machine_are_left_out()
    {
        _dns.Mx(Domain, (1, "192.0.2.9"), (2, "localhost"), (3, "a.localhost"), (4, "17"), (10, "a.example.org"))
            .Addresses("a.example.org", "192.0.2.1");
        Assert.Equal(["10 a.example.org 192.0.2.1"], Lines(Find(Domain)));
        _dns.Mx("only.org", (1, "192.0.2.9"), (2, "localhost"));
        Assert.Equal(MxStatus.NoHost, Find("only.org").Status);
    }

    [Fact]
    public void A_host_that_is_named_twice_is_there_once_where_it_is_preferred()
    {
        _dns.Mx(Domain, (20, "a.example.org"), (10, "a.example.org"), (15, "b.example.org"))
            .Addresses("a.example.org", "192.0.2.1").Addresses("b.example.org", "192.0.2.2");
        Assert.Equal(["10 a.example.org 192.0.2.1", "15 b.example.org 192.0.2.2"], Lines(Find(Domain)));
    }

    [Fact]
    public void A_flood_of_hosts_or_addresses_is_bounded()
    {
        string[] many = [.. Enumerable.Range(1, 200).Select(i => $"192.0.2.{i}")];
        _dns.Mx(Domain, [.. Enumerable.Range(0, 300).Select(i => (i, $"m{i}.example.org"))]);
        for (int i = 0; i < 300; i++)
            _dns.Addresses($"m{i}.example.org", many);
        MxAnswer answer = Find(Domain);
        Assert.Equal(16, answer.Hosts.Count);
        Assert.All(answer.Hosts, host => Assert.Equal(16, host.Addresses.Count));
        Assert.Equal("m0.example.org", answer.Hosts[0].Name);
    }

    [Fact]
    public void Addresses_that_no_host_has_are_left_out()
    {
        _dns.Mx(Domain, (10, "a.example.org"))
            .Addresses("a.example.org", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "::", "ff02::1",
            "127.0.0.2");
        Assert.Equal(["10 a.example.org 127.0.0.2"], Lines(Find(Domain)));
        _dns.Addresses("only.org", "0.0.0.0");
        Assert.Equal(MxStatus.NoHost, Find("only.org").Status);
    }

    [Fact]
    public void An_ipv4_address_in_ipv6_form_is_an_ipv4_address()
    {
        _dns.Addresses(Domain, "::ffff:192.0.2.1");
        Assert.Equal(["0 example.org 192.0.2.1"], Lines(Find(Domain)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("exam ple.org")]
    [InlineData("192.0.2.1")]
    [InlineData("[192.0.2.1]")]
    [InlineData("[IPv6:2001:db8::1]")]
    [InlineData("2001:db8::1")]
    [InlineData("12345")]
    [InlineData("user@example.org")]
    [InlineData("example.org,example.net")]
    public void What_is_no_domain_is_said_to_be_none(string domain)
    {
        Assert.Equal(MxStatus.BadDomain, Find(domain).Status);
        Assert.Empty(_dns.Asked);
    }

    [Fact]
    public void A_domain_beyond_ascii_is_asked_for_by_its_a_labels()
    {
        _dns.Addresses("xn--bcher-kva.example", "192.0.2.1");
        Assert.Equal(["0 xn--bcher-kva.example 192.0.2.1"], Lines(Find("bücher.example")));
    }

    [Fact]
    public void A_cancelled_token_cancels()
    {
        var cancelled = new CancellationToken(canceled: true);
        Assert.Equal(MxStatus.Cancelled, new MailExchangers(_dns).Find(Domain, cancelled).Wait().Status);
        using var between = new CancellationTokenSource();
        _dns.Mx(Domain, (10, "a.example.org"));
        var dns = new CancellingDns(_dns, between);
        Assert.Equal(MxStatus.Cancelled, new MailExchangers(dns).Find(Domain, between.Token).Wait().Status);
    }

    [Fact]
    public void Host_addresses_need_no_server_for_an_address()
    {
        var lookup = new AddressLookup(_dns);
        Assert.Equal([IPAddress.Parse("192.0.2.1")], lookup.Find("192.0.2.1", default).Wait().Addresses);
        Assert.Equal([IPAddress.Parse("2001:db8::1")], lookup.Find("2001:db8::1", default).Wait().Addresses);
        Assert.Empty(_dns.Asked);
    }

    private static string[] Lines(MxAnswer answer)
        => [.. answer.Hosts.Select(host => $"{host.Preference} {host.Name} {string.Join(' ', host.Addresses)}")];

    private MxAnswer Find(string domain) => new MailExchangers(_dns).Find(domain, default).Wait();

    /// <summary>The token is cancelled while the first question is out.</summary>
    private sealed class CancellingDns(IDns other, CancellationTokenSource source) : IDns
    {
        public async ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            DnsAnswer answer = await other.Ask(question, default);
            bool wasFirst = !source.IsCancellationRequested;
            await source.CancelAsync();
            return wasFirst ? answer : new DnsAnswer(DnsStatus.Cancelled, [], question.Name, "cancelled");
        }
    }
}
