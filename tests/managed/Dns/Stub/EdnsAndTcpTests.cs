using MailModule.Dns;
using MailModule.Dns.Stub;

namespace MailModule.Tests.Dns.Stub;

/// <summary>Servers that do not know EDNS, and responses too long for a datagram.</summary>
public class EdnsAndTcpTests
{
    private const string Domain = "mail.example.org";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_server_that_does_not_know_edns_is_asked_without(int code)
    {
        using var server = new ScriptedDnsServer(asked
            => asked.Send(asked.HasEdns ? asked.Response().Code(code) : asked.Response().A(Domain, "192.0.2.1")));
        Assert.Equal(DnsStatus.Ok, Query(server, DnsType.A).Status);
        Assert.Equal(2, server.Questions.Length);
    }

    [Fact]
    public void A_server_that_answers_edns_with_a_header_alone_is_asked_without()
    {
        using var server = new ScriptedDnsServer(asked =>
        {
            if (asked.HasEdns)
                asked.SendRaw([asked.Query[0], asked.Query[1], 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0]);
            else
                asked.Send(asked.Response().A(Domain, "192.0.2.1"));
        });
        Assert.Equal(DnsStatus.Ok, Query(server, DnsType.A).Status);
    }

    [Fact]
    public void A_server_that_knows_another_version_of_edns_is_asked_without()
    {
        using var server = new ScriptedDnsServer(asked
            => asked.Send(asked.HasEdns ? asked.Response().Opt(1) : asked.Response().A(Domain, "192.0.2.1")));
        Assert.Equal(DnsStatus.Ok, Query(server, DnsType.A).Status);
    }

    [Fact]
    public void A_server_that_understands_nothing_has_failed()
    {
        using var server = new ScriptedDnsServer(asked => asked.Send(asked.Response().Code(1)));
        Assert.Equal(DnsStatus.Failed, Query(server, DnsType.A).Status);
        Assert.Equal(2, server.Questions.Length);
    }

    [Fact]
    public void A_truncated_response_is_asked_for_again_by_stream()
    {
        string huge = new('x', 200);
        using var server = new ScriptedDnsServer(asked =>
        {
            ResponseBuilder response = asked.Response();
            if (!asked.IsTcp)
                response.Answer(Domain, DnsType.Txt, [5, .. "wrong"u8]).Truncated();
            for (int i = 0; asked.IsTcp && i < 250; i++)
                response.Answer(Domain, DnsType.Txt, [200, .. huge.Select(letter => (byte)letter)]);
            asked.Send(response);
        });
        DnsAnswer answer = Query(server, DnsType.Txt);
        Assert.Equal(250, answer.Records.Count);
        Assert.All(answer.Records, record => Assert.Equal(huge, ((TxtRecord)record).Text));
        Assert.Equal([false, true], server.Questions.Select(asked => asked.IsTcp));
    }

    [Fact]
    public void A_stream_may_come_octet_by_octet()
    {
        using var server = new ScriptedDnsServer(asked =>
        {
            if (!asked.IsTcp)
            {
                asked.Send(asked.Response().Truncated());
                return;
            }
            byte[] octets = asked.Response().A(Domain, "192.0.2.1").Octets;
            foreach (byte octet in (byte[])[.. ResponseBuilder.Number(octets.Length), .. octets])
                asked.SendRaw([octet]);
        });
        Assert.Equal(DnsStatus.Ok, Query(server, DnsType.A).Status);
    }

    [Fact]
    public void A_stream_that_ends_early_is_a_failure_at_every_octet()
    {
        for (int length = 0; length < 12; length++)
            AssertStreamFails(length, (asked, octets, until) =>
            {
                asked.SendRaw(octets[..until]);
                asked.Close();
            });
    }

    [Fact]
    public void A_stream_with_another_id_another_question_truncated_or_empty_is_a_failure()
    {
        AssertStreamFails(0, (asked, _, _) => asked.Send(asked.Response().With(0, (byte)~asked.Query[0])));
        AssertStreamFails(0, (asked, _, _) => asked.Send(asked.Response().With(13, (byte)'x')));
        AssertStreamFails(0, (asked, _, _) => asked.Send(asked.Response().Truncated()));
        AssertStreamFails(0, (asked, _, _) => asked.SendRaw([0, 0]));
    }

    [Fact]
    public void Where_streams_are_refused_the_next_server_is_asked()
    {
        using var server = new ScriptedDnsServer(asked =>
        {
            if (asked.IsTcp)
                asked.Close();
            else
                asked.Send(asked.Response().Truncated());
        });
        using var other = ScriptedDnsServer.Of("192.0.2.1");
        Assert.Equal(DnsStatus.Ok, Query([server, other], DnsType.A).Status);
    }

    private static void AssertStreamFails(int until, Action<ReceivedQuery, byte[], int> script)
    {
        using var server = new ScriptedDnsServer(asked =>
        {
            if (!asked.IsTcp)
            {
                asked.Send(asked.Response().Truncated());
                return;
            }
            byte[] octets = asked.Response().A(Domain, "192.0.2.1").Octets;
            script(asked, [.. ResponseBuilder.Number(octets.Length), .. octets], until);
        });
        Assert.Equal(DnsStatus.Failed, Query(server, DnsType.A).Status);
    }

    private static DnsAnswer Query(ScriptedDnsServer server, DnsType type) => Query([server], type);

    private static DnsAnswer Query(ScriptedDnsServer[] servers, DnsType type)
    {
        var settings = new StubSettings([.. servers.Select(server => server.EndPoint)], TimeSpan.FromMinutes(5), 2);
        return new StubResolver(() => settings).Query(Domain, type, default);
    }
}
