using System.Net;
using MailModule.Dns;
using MailModule.Dns.Stub;

namespace MailModule.Tests.Dns.Stub;

/// <summary>How long a port is used: never so long that it could be found (decision 0022).</summary>
public class QueryPortTests
{
    private static readonly IPEndPoint Server = new(IPAddress.Loopback, 9), Other = new(IPAddress.Loopback, 10);

    private readonly ManualClock _clock = new();
    private readonly QueryPorts _ports;

    public QueryPortTests() => _ports = new QueryPorts(_clock);

    [Fact]
    public void A_question_alone_has_a_new_port()
    {
        QueryPort first = _ports.Take(Server);
        _ports.Return(first, isClean: true);
        Assert.NotSame(first, TakeAndReturn(isClean: true));
    }

    [Fact]
    public void While_another_question_is_under_way_a_port_serves_sixteen()
    {
        QueryPort other = _ports.Take(Server);
        QueryPort first = TakeAndReturn(isClean: true);
        for (int i = 1; i < 16; i++)
            Assert.Same(first, TakeAndReturn(isClean: true));
        Assert.NotSame(first, TakeAndReturn(isClean: true));
        _ports.Return(other, isClean: true);
    }

    [Fact]
    public void Two_questions_never_have_one_port()
    {
        QueryPort other = _ports.Take(Server), first = _ports.Take(Server);
        _ports.Return(first, isClean: true);
        QueryPort again = _ports.Take(Server), more = _ports.Take(Server);
        Assert.Same(first, again);
        Assert.Equal(3, new[] { other, again, more }.Distinct().Count());
    }

    [Fact]
    public void A_port_is_not_used_for_longer_than_a_second()
    {
        QueryPort other = _ports.Take(Server);
        QueryPort first = TakeAndReturn(isClean: true);
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Same(first, TakeAndReturn(isClean: true));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotSame(first, TakeAndReturn(isClean: true));
        _ports.Return(other, isClean: true);
    }

    [Fact]
    public void A_port_is_of_one_server()
    {
        QueryPort other = _ports.Take(Other);
        QueryPort first = TakeAndReturn(isClean: true);
        Assert.NotSame(first, _ports.Take(Other));
        Assert.Same(first, TakeAndReturn(isClean: true));
        _ports.Return(other, isClean: true);
    }

    [Fact]
    public void A_port_that_had_no_answer_or_more_than_that_is_not_used_again()
    {
        QueryPort other = _ports.Take(Server);
        Assert.NotSame(TakeAndReturn(isClean: false), TakeAndReturn(isClean: true));
        _ports.Return(other, isClean: true);
    }

    [Fact]
    public void The_resolver_leaves_a_port_to_which_something_else_has_come()
    {
        using var asked = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        using var server = new ScriptedDnsServer(query =>
        {
            if (query.Name == "silent.example")
            {
                asked.Set();
                return;
            }
            if (query.Name == "forged.example")
                query.Send(query.Response().A(query.Name, "192.0.2.66").With(1, (byte)(query.Query[1] + 1)));
            query.Send(query.Response().A(query.Name, "192.0.2.1"));
        });
        var dns = new StubResolver(() => new StubSettings([server.EndPoint], TimeSpan.FromHours(5), 1), _clock);
        Task<DnsAnswer> silent = dns.Ask(new DnsQuestion("silent.example", DnsType.A), cancel.Token).AsTask();
        Assert.True(asked.Wait(TimeSpan.FromSeconds(60)));
        foreach (string name in new[] { "one.example", "forged.example", "two.example", "three.example" })
            Assert.Equal(DnsStatus.Ok, dns.Query(name, DnsType.A, default).Status);
        cancel.Cancel();
        Assert.Equal(DnsStatus.Cancelled, silent.Awaited().Status);
        int[] ports = [.. server.Questions.Select(query => query.ClientPort)];
        Assert.Equal((ports[1], ports[3]), (ports[2], ports[4]));
        Assert.Equal(3, ports.Distinct().Count());
    }

    private QueryPort TakeAndReturn(bool isClean)
    {
        QueryPort port = _ports.Take(Server);
        _ports.Return(port, isClean);
        return port;
    }
}
