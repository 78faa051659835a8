using System.Net;
using MailModule.Delivery.Routing;
using MailModule.Dns;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Delivery.Routing;

public class RouterTests
{
    /// <summary>One world for all cases: this host is mx.own.example, 192.0.2.99, with a server on port 25.</summary>
    private static ScriptedDns World() => new ScriptedDns()
        .Mx("two.example", (20, "b.two.example"), (10, "a.two.example"))
        .Addresses("a.two.example", "192.0.2.1")
        .Addresses("b.two.example", "192.0.2.2", "2001:db8::2")
        .Addresses("implicit.example", "192.0.2.3")
        .Mx("null.example", (0, ""))
        .Status("trouble.example", DnsType.Mx, DnsStatus.Failed)
        .Status("slow.example", DnsType.Mx, DnsStatus.TimedOut)
        .Mx("dead.example", (10, "gone.dead.example"))
        .Mx("half.example", (10, "slow.half.example"), (20, "a.two.example"))
        .Status("slow.half.example", DnsType.A, DnsStatus.TimedOut)
        .Mx("first.example", (10, "mx.own.example"), (20, "a.two.example"))
        .Mx("second.example", (10, "a.two.example"), (20, "mx.own.example"), (20, "b.two.example"),
            (30, "c.two.example"))
        .Addresses("c.two.example", "192.0.2.4")
        .Mx("byaddress.example", (10, "alias.own.example"))
        .Addresses("alias.own.example", "192.0.2.5", "192.0.2.99")
        .Addresses("mx.own.example", "192.0.2.99")
        .Mx("behind.example", (10, "slow.half.example"), (20, "mx.own.example"))
        .Mx("away.example", (10, "mx.own.example"))
        .Addresses("relay.example", "192.0.2.50")
        .Addresses("self.example", "192.0.2.99")
        .Addresses("server.example", "192.0.2.60", "2001:db8::60");

    private static readonly RoutingRules Rules = new()
    {
        IsOurs = target => target.Equals(new IPEndPoint(IPAddress.Parse("192.0.2.99"), 25)),
        IsOurName = name => name == "mx.own.example",
    };

    [Theory]
    [InlineData("routed.example", "10.0.0.5:2525")]
    [InlineData("x.Routed.example", "10.0.0.5:2525")]
    [InlineData("two.example", "relay.example:25")]
    public void A_route_comes_before_the_smarthost_and_may_lead_to_inner_addresses(string domain, string expected)
    {
        var router = new Router(World, () => Rules with
        {
            Smarthost = "relay.example:25",
            Routes = new DomainTable<string>([(".routed.example", "10.0.0.5:2525")]),
            InnerMx = InnerMx.Deny,
        });
        string nextHop = router.NextHopOf(domain, avoidsInner: true);
        Assert.Equal(expected, nextHop);
        Assert.True(Assert.Single(router.Find(nextHop, default).Wait().Hosts).IsNamed);
    }

    [Fact]
    public void A_route_that_is_this_host_is_no_way_back_to_itself()
    {
        var router = new Router(World, () => Rules with { RouteHops = new HashSet<string> { "self.example:25" } });
        RouteFailure? failure = router.Find("self.example:25", default).Wait().Failure;
        Assert.Equal((false, "the route's host self.example is this host"), (failure!.IsPermanent, failure.Text));
    }

    [Theory]
    [InlineData("two.example", false)]
    [InlineData("[192.0.2.7]", false)]
    [InlineData("server.example:2525", true)]
    public void A_host_that_a_person_has_named_is_known_as_such(string nextHop, bool isNamed)
    {
        Route route = new Router(World, () => Rules).Find(nextHop, default).Wait();
        Assert.All(route.Hosts, host => Assert.Equal(isNamed, host.IsNamed));
        Route proxied = new Router(World, () => Rules with { HasProxy = true }).Find(nextHop, default).Wait();
        Assert.All(proxied.Hosts, host => Assert.Equal(isNamed, host.IsNamed));
    }

    [Theory]
    // By preference, each with its addresses, both families.
    [InlineData("two.example", "a.two.example:25=192.0.2.1 b.two.example:25=2001:db8::2,192.0.2.2")]
    [InlineData("implicit.example", "implicit.example:25=192.0.2.3")]
    // A host whose addresses are not known for now is passed over while there are others.
    [InlineData("half.example", "a.two.example:25=192.0.2.1")]
    // We are among them: only better ones count.
    [InlineData("second.example", "a.two.example:25=192.0.2.1")]
    [InlineData("[192.0.2.7]", "[192.0.2.7]:25=192.0.2.7")]
    [InlineData("[IPv6:2001:db8::7]", "[IPv6:2001:db8::7]:25=2001:db8::7")]
    [InlineData("[ipv6:::ffff:192.0.2.7]", "[ipv6:::ffff:192.0.2.7]:25=192.0.2.7")]
    [InlineData("server.example:2525", "server.example:2525=2001:db8::60,192.0.2.60")]
    [InlineData("192.0.2.8:2525", "192.0.2.8:2525=192.0.2.8")]
    [InlineData("[2001:db8::8]:2525", "2001:db8::8:2525=2001:db8::8")]
    // A server that the host names may be our own.
    [InlineData("self.example:25", "self.example:25=192.0.2.99")]
    public void A_way_is_found(string nextHop, string hosts)
    {
        Route route = new Router(World, () => Rules).Find(nextHop, default).Wait();
        Assert.Null(route.Failure);
        Assert.Equal(hosts, string.Join(
            ' ', route.Hosts.Select(host => $"{host.Name}:{host.Port}={string.Join(',', host.Addresses)}")));
    }

    [Theory]
    [InlineData("null.example", Fault.RefusedPermanent, true, "5.1.10")]
    [InlineData("nowhere.example", Fault.NotFound, true, "5.1.2")]
    [InlineData("dead.example", Fault.NotFound, true, "5.4.4")]
    [InlineData("trouble.example", Fault.Dns, false, "4.4.3")]
    [InlineData("slow.example", Fault.Dns, false, "4.4.3")]
    [InlineData("nonsense..example", Fault.Argument, true, "5.1.2")]
    [InlineData("[X25:3110]", Fault.Argument, true, "5.1.2")]
    [InlineData("[192.0.2.99]", Fault.RefusedPermanent, true, "5.4.6")]
    // Best of all, by name or by address: there is nobody before us.
    [InlineData("first.example", Fault.RefusedPermanent, true, "5.4.6")]
    [InlineData("byaddress.example", Fault.RefusedPermanent, true, "5.4.6")]
    // Somebody is before us, but cannot be found just now.
    [InlineData("behind.example", Fault.Dns, false, "4.4.3")]
    // A name that somebody has set may be set right.
    [InlineData("nowhere.example:25", Fault.Dns, false, "4.4.3")]
    public void There_is_no_way(string nextHop, Fault fault, bool isPermanent, string status)
    {
        Route route = new Router(World, () => Rules).Find(nextHop, default).Wait();
        Assert.Empty(route.Hosts);
        Assert.Equal((fault, isPermanent, status),
            (route.Failure!.Fault, route.Failure.IsPermanent, route.Failure.Status));
        Assert.NotEmpty(route.Failure.Text);
    }

    [Fact]
    public void Another_port_on_our_address_is_not_us()
    {
        Route route = new Router(World, () => Rules with { MxPort = 2525 }).Find("byaddress.example", default).Wait();
        Assert.Equal(2525, Assert.Single(route.Hosts).Port);
    }

    [Fact]
    public void Where_no_server_of_ours_runs_nobody_is_us()
    {
        Route route = new Router(World, () => new RoutingRules()).Find("away.example", default).Wait();
        Assert.Equal("mx.own.example", Assert.Single(route.Hosts).Name);
    }

    [Fact]
    public void A_smarthost_takes_the_mail_of_all_domains_and_nobody_is_asked_about_them()
    {
        ScriptedDns dns = World();
        var router = new Router(() => dns, () => Rules with { Smarthost = NextHop.OfHost("Relay.Example", 587) });
        Assert.Equal("relay.example:587", router.NextHopOf("two.example", false));
        Assert.Equal("relay.example:587", router.NextHopOf("[192.0.2.7]", true));
        RouteHost host = Assert.Single(router.Find(router.NextHopOf("two.example", false), default).Wait().Hosts);
        Assert.Equal(("relay.example", 587, "192.0.2.50"), (host.Name, host.Port, host.Addresses.Single().ToString()));
        Assert.DoesNotContain(dns.Asked, question => question.Contains("two.example", StringComparison.Ordinal));
    }

    [Fact]
    public void A_smarthost_that_is_this_host_is_a_mistake_that_may_be_put_right()
    {
        var router = new Router(World, () => Rules with { Smarthost = "self.example:25" });
        RouteFailure failure = router.Find("self.example:25", default).Wait().Failure!;
        Assert.Equal((Fault.RefusedPermanent, false, "4.3.5"), (failure.Fault, failure.IsPermanent, failure.Status));
    }

    [Fact]
    public void A_proxy_resolves_the_names_of_named_hosts_itself()
    {
        ScriptedDns dns = World();
        var router = new Router(() => dns, () => Rules with { HasProxy = true });
        Assert.Empty(router.Find("server.example:587", default).Wait().Hosts.Single().Addresses);
        Assert.Empty(dns.Asked);
        RouteHost named = router.Find("192.0.2.8:587", default).Wait().Hosts.Single();
        Assert.Equal("192.0.2.8", named.Addresses.Single().ToString());
        Assert.Equal("192.0.2.1", router.Find("two.example", default).Wait().Hosts[0].Addresses.Single().ToString());
    }

    [Theory]
    [InlineData("two.example")]
    [InlineData("server.example:25")]
    public void A_cancel_is_neither_a_way_nor_a_failure_of_names(string nextHop)
    {
        RouteFailure failure = new Router(World, () => Rules)
            .Find(nextHop, new CancellationToken(canceled: true)).Wait().Failure!;
        Assert.Equal((Fault.Cancelled, false), (failure.Fault, failure.IsPermanent));
    }

    [Fact]
    public void Domains_that_differ_in_case_alone_are_one_next_hop()
        => Assert.Equal("two.example", new Router(World, () => Rules).NextHopOf("Two.EXAMPLE", false));
}
