using MailModule.Dns;
using MailModule.Dns.Stub;

namespace MailModule.Tests.Dns.Stub;

public class CnameTests
{
    [Fact]
    public void A_chain_within_one_response_is_followed_in_any_order()
    {
        using var server = new ScriptedDnsServer(asked => asked.Send(asked.Response().A("c.example", "192.0.2.1", 50)
            .Cname("b.example", "c.example", 30).Cname("a.example", "b.example", 40)));
        DnsAnswer answer = Query(server, "a.example");
        Assert.Equal((DnsStatus.Ok, "c.example", 1), (answer.Status, answer.CanonicalName, answer.Records.Count));
        Assert.Equal(TimeSpan.FromSeconds(30), answer.TimeToLive);
        Assert.Single(server.Questions);
    }

    [Fact]
    public void A_chain_over_several_responses_is_followed_by_asking_again()
    {
        using var server = new ScriptedDnsServer(asked => asked.Send(asked.Name switch
        {
            "a.example" => asked.Response().Cname("a.example", "b.example"),
            "b.example" => asked.Response().Cname("b.example", "c.example").Cname("c.example", "d.example"),
            _ => asked.Response().A("d.example", "192.0.2.1"),
        }));
        DnsAnswer answer = Query(server, "a.example");
        Assert.Equal((DnsStatus.Ok, "d.example"), (answer.Status, answer.CanonicalName));
        Assert.Equal(["a.example", "b.example", "d.example"], server.Questions.Select(asked => asked.Name));
    }

    [Fact]
    public void A_loop_is_a_failure_within_one_response_and_over_several()
    {
        using var one = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().Cname("a.example", "b.example").Cname("b.example", "a.example")));
        using var several = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().Cname(asked.Name, asked.Name == "a.example" ? "b.example" : "a.example")));
        using var self = new ScriptedDnsServer(asked => asked.Send(asked.Response().Cname("a.example", "a.example")));
        Assert.All([one, several, self], server => Assert.Equal(DnsStatus.Failed, Query(server, "a.example").Status));
    }

    [Fact]
    public void Eight_links_are_followed_and_a_ninth_is_not()
    {
        using var server = new ScriptedDnsServer(asked => asked.Send(asked.Name == "0.example"
            ? asked.Response().A("0.example", "192.0.2.1")
            : asked.Response().Cname(asked.Name, $"{int.Parse(asked.Name.Split('.')[0]) - 1}.example")));
        Assert.Equal(DnsStatus.Ok, Query(server, "8.example").Status);
        Assert.Equal(DnsStatus.Failed, Query(server, "9.example").Status);
    }

    [Fact]
    public void At_the_end_of_a_chain_no_name_and_no_data_are_told_apart()
    {
        using var noName = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().Cname("a.example", "b.example").Code(3).Authority("example", 20)));
        using var noData = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().Cname("a.example", "b.example", 10).Authority("example", 20)));
        DnsAnswer first = Query(noName, "a.example"), second = Query(noData, "a.example");
        Assert.Equal((DnsStatus.NxDomain, "b.example", 20.0),
            (first.Status, first.CanonicalName, first.TimeToLive.TotalSeconds));
        Assert.Equal((DnsStatus.NoData, "b.example", 10.0),
            (second.Status, second.CanonicalName, second.TimeToLive.TotalSeconds));
        Assert.Single(noName.Questions);
        Assert.Single(noData.Questions);
    }

    [Fact]
    public void The_start_of_another_zone_says_nothing_about_the_name()
    {
        using var server = new ScriptedDnsServer(asked => asked.Send(asked.Name == "a.example"
            ? asked.Response().Cname("a.example", "b.test").Authority("example", 20)
            : asked.Response().A("b.test", "192.0.2.1")));
        Assert.Equal(DnsStatus.Ok, Query(server, "a.example").Status);
        using var stranger = new ScriptedDnsServer(asked => asked.Send(asked.Response().Code(3).Authority("test", 20)));
        Assert.Equal(TimeSpan.Zero, Query(stranger, "a.example").TimeToLive);
    }

    [Fact]
    public void A_question_for_the_cname_itself_is_not_followed()
    {
        using var server = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().Cname("a.example", "b.example").A("b.example", "192.0.2.1")));
        DnsAnswer answer = New(server).Query("a.example", DnsType.Cname, default);
        Assert.Equal("b.example", Assert.IsType<NameRecord>(Assert.Single(answer.Records)).Target);
        Assert.Equal("a.example", answer.CanonicalName);
    }

    [Fact]
    public void A_chain_is_authentic_only_if_all_of_it_is()
    {
        using var server = new ScriptedDnsServer(asked => asked.Send(asked.Name == "a.example"
            ? asked.Response().Cname("a.example", "b.example")
            : asked.Response().With(3, 0xa0).A("b.example", "192.0.2.1")));
        Assert.False(Query(server, "a.example").IsAuthentic);
        Assert.True(Query(server, "b.example").IsAuthentic);
    }

    private static StubResolver New(ScriptedDnsServer server)
        => new(() => new StubSettings([server.EndPoint], TimeSpan.FromMinutes(5), 1));

    private static DnsAnswer Query(ScriptedDnsServer server, string name)
        => New(server).Query(name, DnsType.A, default);
}
