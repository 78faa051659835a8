using System.Net;
using MailModule.Delivery.Routing;
using MailModule.Dns;
using MailModule.Primitives;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Delivery.Routing;

/// <summary>Whose mail goes to the inner addresses that a domain or a literal names.</summary>
public class InnerMxTests
{
    private const string Outer = "192.0.2.1";
    private const string Private = "10.1.2.3";
    private const string Local = "127.0.0.5";

    private static ScriptedDns World() => new ScriptedDns()
        .Mx("mixed.example", (10, "local.example"), (20, "private.example"), (30, "outer.example"))
        .Mx("both.example", (10, "both-mx.example"))
        .Addresses("both-mx.example", Local, Private, Outer)
        .Mx("private-alone.example", (10, "private.example"))
        .Mx("local-alone.example", (10, "local.example"))
        .Addresses("implicit.example", Local)
        .Mx("unknown-yet.example", (10, "local.example"), (20, "slow.example"))
        .Status("slow.example", DnsType.A, DnsStatus.TimedOut)
        .Addresses("mapped.example", "::ffff:127.0.0.5")
        .Addresses("local.example", Local)
        .Addresses("private.example", Private)
        .Addresses("outer.example", Outer);

    [Theory]
    [InlineData(nameof(InnerMx.Own), true, Outer)]
    [InlineData(nameof(InnerMx.Own), false, Private, Outer)]
    [InlineData(nameof(InnerMx.Deny), false, Outer)]
    [InlineData(nameof(InnerMx.Deny), true, Outer)]
    [InlineData(nameof(InnerMx.Allow), true, Local, Private, Outer)]
    [InlineData(nameof(InnerMx.Allow), false, Local, Private, Outer)]
    public void Inner_hosts_are_passed_over_and_others_are_tried(string rule, bool avoids, params string[] tried)
    {
        Assert.Equal(tried, AddressesFor("mixed.example", Rule(rule), avoids));
        Assert.Equal(tried.Order(), AddressesFor("both.example", Rule(rule), avoids).Order());
    }

    [Theory]
    [InlineData("private-alone.example", nameof(InnerMx.Own), true)]
    [InlineData("private-alone.example", nameof(InnerMx.Deny), false)]
    [InlineData("local-alone.example", nameof(InnerMx.Own), true)]
    [InlineData("local-alone.example", nameof(InnerMx.Own), false)]
    [InlineData("implicit.example", nameof(InnerMx.Own), false)]
    [InlineData("mapped.example", nameof(InnerMx.Own), false)]
    [InlineData("[10.1.2.3]", nameof(InnerMx.Own), true)]
    [InlineData("[10.1.2.3]", nameof(InnerMx.Deny), false)]
    [InlineData("[127.0.0.5]", nameof(InnerMx.Own), false)]
    [InlineData("[IPv6:::1]", nameof(InnerMx.Own), false)]
    [InlineData("[IPv6:::ffff:127.0.0.1]", nameof(InnerMx.Own), false)]
    [InlineData("[0.0.0.0]", nameof(InnerMx.Own), false)]
    public void Where_all_are_inner_the_recipient_is_returned_and_no_address_is_told(
        string domain, string rule, bool avoids)
    {
        RouteFailure failure = Find(domain, Rule(rule), avoids).Failure!;
        Assert.Equal((Fault.RefusedPermanent, true, "5.4.4"),
            (failure.Fault, failure.IsPermanent, failure.Status));
        Assert.DoesNotContain("10.1", failure.Text.Replace("[10.1.2.3]", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_literal_of_a_private_address_is_for_own_mail()
        => Assert.Equal([Private], AddressesFor("[10.1.2.3]", InnerMx.Own, avoids: false));

    [Fact]
    public void A_host_that_may_have_an_outer_address_is_waited_for()
    {
        RouteFailure failure = Find("unknown-yet.example", InnerMx.Own, avoids: true).Failure!;
        Assert.Equal((Fault.Dns, false, "4.4.3"), (failure.Fault, failure.IsPermanent, failure.Status));
    }

    [Theory]
    [InlineData("127.0.0.1", 25)]
    [InlineData("local.example", 587)]
    public void Smarthosts_and_servers_that_a_call_names_may_be_anywhere(string host, int port)
    {
        string nextHop = NextHop.OfHost(host, port);
        Assert.Null(Router(InnerMx.Deny).Find(nextHop, default).Wait().Failure);
        var router = new Router(World, () => new RoutingRules { Smarthost = nextHop });
        Assert.Equal(nextHop, router.NextHopOf("mixed.example", avoidsInner: true));
    }

    [Fact]
    public void Only_where_it_matters_have_the_two_kinds_of_mail_next_hops_of_their_own()
    {
        Assert.NotEqual(HopOf(InnerMx.Own, true), HopOf(InnerMx.Own, false));
        Assert.Equal(HopOf(InnerMx.Allow, true), HopOf(InnerMx.Allow, false));
        Assert.Equal(HopOf(InnerMx.Deny, true), HopOf(InnerMx.Deny, false));
    }

    private static InnerMx Rule(string name) => Enum.Parse<InnerMx>(name);

    private static string HopOf(InnerMx rule, bool avoids) => Router(rule).NextHopOf("mixed.example", avoids);

    private static Router Router(InnerMx rule) => new(World, () => new RoutingRules { InnerMx = rule });

    private static Route Find(string domain, InnerMx rule, bool avoids)
    {
        Router router = Router(rule);
        return router.Find(router.NextHopOf(domain, avoids), default).Wait();
    }

    private static string[] AddressesFor(string domain, InnerMx rule, bool avoids)
        => [.. Find(domain, rule, avoids).Hosts.SelectMany(host => host.Addresses).Select(one => one.ToString())];
}
