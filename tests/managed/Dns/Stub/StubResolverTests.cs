using System.Net;
using MailModule.Dns;
using MailModule.Dns.Stub;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Dns.Stub;

/// <summary>The resolver against servers on loopback that do what a script says.</summary>
public class StubResolverTests
{
    private const string Domain = "mail.example.org";

    /// <summary>For servers that answer: never waited for to its end.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    /// <summary>For servers that are silent: waited for to its end each time.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void An_answer_comes_with_all_its_records()
    {
        using var server = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().A(Domain, "192.0.2.1", 300).A(Domain, "192.0.2.2", 200)));
        DnsAnswer answer = Query(server);
        Assert.Equal(DnsStatus.Ok, answer.Status);
        Assert.Equal(["192.0.2.1", "192.0.2.2"], AddressesIn(answer));
        Assert.Equal(TimeSpan.FromSeconds(200), answer.TimeToLive);
        Assert.Equal(Domain, answer.CanonicalName);
        Assert.False(answer.IsAuthentic);
    }

    [Fact]
    public void The_query_has_one_question_and_offers_edns()
    {
        using var server = ScriptedDnsServer.Of("192.0.2.1");
        Assert.Equal(DnsStatus.Ok, New(Long, server).Query("MAIL.bücher.example.", DnsType.A, default).Status);
        ReceivedQuery asked = Assert.Single(server.Questions);
        Assert.Equal(("mail.xn--bcher-kva.example", DnsType.A, true, false),
            (asked.Name, asked.Type, asked.HasEdns, asked.IsTcp));
    }

    [Fact]
    public void Each_query_has_an_id_of_its_own()
    {
        using var server = ScriptedDnsServer.Of("192.0.2.1");
        for (int i = 0; i < 16; i++)
            Query(server);
        Assert.InRange(server.Questions.Select(asked => asked.Id).Distinct().Count(), 14, 16);
    }

    [Theory]
    [InlineData(3, DnsStatus.NxDomain)]
    [InlineData(0, DnsStatus.NoData)]
    [InlineData(2, DnsStatus.Failed)]
    [InlineData(5, DnsStatus.Failed)]
    [InlineData(9, DnsStatus.Failed)]
    internal void Each_kind_of_nothing_is_told_apart(int code, DnsStatus status)
    {
        using var server = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().Code(code).Authority("example.org", 120)));
        DnsAnswer answer = Query(server);
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == DnsStatus.Failed, answer.IsTemporary);
        Assert.Equal(TimeSpan.FromSeconds(status == DnsStatus.Failed ? 0 : 120), answer.TimeToLive);
        Assert.Contains(Domain, answer.Text, StringComparison.Ordinal);
        Assert.Empty(answer.Records);
    }

    [Fact]
    public void A_server_that_is_silent_is_a_time_out()
    {
        using var server = new ScriptedDnsServer(_ => { });
        DnsAnswer answer = New(TimeSpan.FromMilliseconds(20), server).Query(Domain, DnsType.A, default);
        Assert.Equal(DnsStatus.TimedOut, answer.Status);
        // What was sent last, the server may not have read yet.
        Assert.True(SpinWait.SpinUntil(() => server.Questions.Length == 2, Loop.Long));
        Assert.Equal([true, false], server.Questions.Select(asked => asked.HasEdns));
    }

    [Fact]
    public void Records_of_other_names_are_not_believed()
    {
        using var server = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().A("other.example.org", "192.0.2.66")));
        Assert.Equal(DnsStatus.NoData, Query(server).Status);
    }

    [Fact]
    public void Responses_with_another_id_question_or_port_are_ignored()
    {
        using var server = new ScriptedDnsServer(asked =>
        {
            asked.Send(asked.Response().A(Domain, "192.0.2.66").With(1, (byte)(asked.Query[1] + 1)));
            asked.Send(new ResponseBuilder(asked.Id, "other.example.org", DnsType.A).A(Domain, "192.0.2.67"));
            asked.Send(asked.Response().With(2, 0x01).A(Domain, "192.0.2.68"));
            asked.SendFromOtherPort(asked.Response().A(Domain, "192.0.2.69"));
            asked.SendRaw([]);
            asked.SendRaw([1, 2, 3]);
            asked.Send(asked.Response().A(Domain, "192.0.2.1"));
        });
        Assert.Equal(["192.0.2.1"], AddressesIn(Query(server)));
    }

    [Fact]
    public void A_malformed_response_leads_to_the_next_server()
    {
        using var liar = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().A(Domain, "192.0.2.66").Raw(0xc0).With(7, 2)));
        using var other = ScriptedDnsServer.Of("192.0.2.1");
        Assert.Equal(["192.0.2.1"], AddressesIn(Query(liar, other)));
        Assert.Equal(DnsStatus.Failed, Query(liar).Status);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void A_server_that_fails_or_refuses_is_not_asked_again_but_the_next_is(int code)
    {
        using var failing = new ScriptedDnsServer(asked => asked.Send(asked.Response().Code(code)));
        using var other = ScriptedDnsServer.Of("192.0.2.1");
        Assert.Equal(["192.0.2.1"], AddressesIn(Query(failing, other)));
        Assert.Single(failing.Questions);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void An_empty_response_of_a_lame_server_is_no_answer(int code)
    {
        using var lame = new ScriptedDnsServer(asked => asked.Send(asked.Response().Lame().Code(code)));
        using var other = ScriptedDnsServer.Of("192.0.2.1");
        Assert.Equal(["192.0.2.1"], AddressesIn(Query(lame, other)));
        DnsAnswer alone = Query(lame);
        Assert.Equal(DnsStatus.Failed, alone.Status);
        Assert.Contains("knows nothing", alone.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_response_that_names_its_zone_is_an_answer_with_neither_aa_nor_ra()
    {
        using var simple = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().Lame().Authority("example.org", 60)));
        Assert.Equal(DnsStatus.NoData, Query(simple).Status);
    }

    [Fact]
    public void A_silent_server_costs_one_wait_and_is_then_asked_last()
    {
        using var silent = new ScriptedDnsServer(_ => { });
        using var other = ScriptedDnsServer.Of("192.0.2.1");
        var clock = new ManualClock();
        var resolver = new StubResolver(() => new StubSettings([silent.EndPoint, other.EndPoint], Short, 5), clock);
        Assert.Equal(DnsStatus.Ok, resolver.Query(Domain, DnsType.A, default).Status);
        int waits = silent.Questions.Length;
        Assert.Equal(DnsStatus.Ok, resolver.Query(Domain, DnsType.A, default).Status);
        Assert.Equal(waits, silent.Questions.Length);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(DnsStatus.Ok, resolver.Query(Domain, DnsType.A, default).Status);
        Assert.True(silent.Questions.Length > waits);
    }

    [Fact]
    public void What_the_first_server_says_too_late_is_not_taken_for_the_words_of_the_second()
    {
        ReceivedQuery? first = null;
        using var slow = new ScriptedDnsServer(asked => first ??= asked);
        using var other = new ScriptedDnsServer(asked =>
        {
            first!.Send(first.Response().A(Domain, "192.0.2.66"));
            asked.Send(asked.Response().A(Domain, "192.0.2.1"));
        });
        Assert.Equal(["192.0.2.1"], AddressesIn(New(Short, slow, other).Query(Domain, DnsType.A, default)));
    }

    [Fact]
    public void A_port_where_nobody_listens_is_a_failure_and_not_waited_for()
    {
        IPEndPoint nobody;
        using (var gone = new ScriptedDnsServer(_ => { }))
            nobody = gone.EndPoint;
        using var other = ScriptedDnsServer.Of("192.0.2.1");
        Assert.Equal(["192.0.2.1"], AddressesIn(New(Long, nobody, other.EndPoint).Query(Domain, DnsType.A, default)));
        Assert.Equal(DnsStatus.Failed, New(Long, nobody).Query(Domain, DnsType.A, default).Status);
    }

    [Fact]
    public void What_the_system_refuses_is_a_failure_and_no_exception()
        => Assert.Equal(DnsStatus.Failed, New(Long, new IPEndPoint(IPAddress.Parse("fe80::1"), 53))
            .Query(Domain, DnsType.A, default).Status);

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("exam ple.org")]
    public void What_is_no_name_is_not_asked_for(string name)
    {
        using var server = ScriptedDnsServer.Of("192.0.2.1");
        Assert.Equal(DnsStatus.BadName, New(Long, server).Query(name, DnsType.A, default).Status);
        Assert.Empty(server.Questions);
    }

    [Fact]
    public void Settings_are_asked_for_each_time()
    {
        using var before = ScriptedDnsServer.Of("192.0.2.1");
        using var after = ScriptedDnsServer.Of("192.0.2.2");
        ScriptedDnsServer current = before;
        var resolver = new StubResolver(() => new StubSettings([current.EndPoint], Long, 1));
        Assert.Equal(["192.0.2.1"], AddressesIn(resolver.Query(Domain, DnsType.A, default)));
        current = after;
        Assert.Equal(["192.0.2.2"], AddressesIn(resolver.Query(Domain, DnsType.A, default)));
    }

    [Fact]
    public void The_ad_bit_makes_an_answer_authentic()
    {
        using var server = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().With(3, 0xa0).A(Domain, "192.0.2.1")));
        Assert.True(Query(server).IsAuthentic);
    }

    private static StubResolver New(TimeSpan timeout, params ScriptedDnsServer[] servers)
        => New(timeout, [.. servers.Select(server => server.EndPoint)]);

    private static StubResolver New(TimeSpan timeout, params IPEndPoint[] servers)
        => new(() => new StubSettings(servers, timeout, 2));

    private static DnsAnswer Query(params ScriptedDnsServer[] servers)
        => New(Long, servers).Query(Domain, DnsType.A, default);

    private static string[] AddressesIn(DnsAnswer answer)
        => [.. answer.Records.Cast<AddressRecord>().Select(record => record.Address.ToString())];
}
