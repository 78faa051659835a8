using System.Net;
using MailModule.Dns;
using MailModule.Dns.Local;

namespace MailModule.Tests.Dns.Local;

public class HostsFileResolverTests
{
    private const string Text = """
        127.0.0.1	localhost
        192.0.2.1  mail.example.org  Mail   # the old one
        2001:db8::1 mail.example.org
        192.0.2.2 mail.example.org
        192.0.2.1 again
        # 192.0.2.3 commented.example.org
        192.0.2.4
        nonsense here
        ::1 bücher.example a..b
        """;

    private readonly ScriptedDns _dns = new();

    [Theory]
    [InlineData("mail.example.org", DnsType.A, "192.0.2.1 192.0.2.2")]
    [InlineData("MAIL.example.org.", DnsType.Aaaa, "2001:db8::1")]
    [InlineData("mail", DnsType.A, "192.0.2.1")]
    [InlineData("localhost", DnsType.A, "127.0.0.1")]
    [InlineData("localhost.", DnsType.Aaaa, "")]
    [InlineData("any.localhost", DnsType.Aaaa, "::1")]
    [InlineData("any.localhost", DnsType.A, "127.0.0.1")]
    [InlineData("any.localhost", DnsType.Mx, "")]
    internal void Names_of_this_machine_are_answered_here(string name, DnsType type, string addresses)
    {
        DnsAnswer answer = Query(name, type);
        Assert.Equal(addresses.Length > 0 ? DnsStatus.Ok : DnsStatus.NoData, answer.Status);
        Assert.Equal(addresses,
            string.Join(' ', answer.Records.Cast<AddressRecord>().Select(record => record.Address)));
        Assert.Empty(_dns.Asked);
    }

    [Theory]
    [InlineData("1.2.0.192.in-addr.arpa", "mail.example.org")]
    [InlineData("1.0.0.127.in-addr.arpa", "localhost")]
    [InlineData("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "mail.example.org")]
    public void Addresses_of_this_machine_have_their_names(string name, string host)
    {
        Assert.Equal(host, ((NameRecord)Assert.Single(Query(name, DnsType.Ptr).Records)).Target);
        Assert.Empty(_dns.Asked);
    }

    [Theory]
    [InlineData("user.invalid")]
    [InlineData("INVALID")]
    [InlineData("something.onion")]
    public void Names_that_are_never_there_are_not_asked_for(string name)
    {
        Assert.Equal(DnsStatus.NxDomain, Query(name, DnsType.Mx).Status);
        Assert.Empty(_dns.Asked);
    }

    [Theory]
    [InlineData("commented.example.org", DnsType.A)]
    [InlineData("mail.example.org", DnsType.Mx)]
    [InlineData("notinvalid", DnsType.A)]
    [InlineData("9.2.0.192.in-addr.arpa", DnsType.Ptr)]
    [InlineData("2.0.192.in-addr.arpa", DnsType.Ptr)]
    internal void The_rest_is_asked_for(string name, DnsType type)
    {
        Query(name, type);
        Assert.Equal([$"{type.ToString().ToUpperInvariant()} {name}"], _dns.Asked);
    }

    [Fact]
    public void A_name_may_stand_in_the_hosts_file_alone_and_take_mail()
    {
        var exchangers = new MailExchangers(new HostsFileResolver(() => HostsFile.Parse(Text), _dns));
        MxAnswer answer = exchangers.Find("mail", default).Wait();
        Assert.Equal((MxStatus.Ok, true), (answer.Status, answer.IsImplicit));
        Assert.Equal([IPAddress.Parse("192.0.2.1")], answer.Hosts[0].Addresses);
    }

    [Theory]
    [InlineData("192.0.2.129")]
    [InlineData("2001:db8:0:1::abcd")]
    [InlineData("::")]
    public void A_reverse_name_leads_back_to_its_address(string address)
        => Assert.Equal(IPAddress.Parse(address), ReverseName.AddressOf(ReverseName.Of(IPAddress.Parse(address))));

    [Fact]
    public void Reverse_names_are_written_as_the_standards_show()
    {
        Assert.Equal("1.2.0.192.in-addr.arpa", ReverseName.Of(IPAddress.Parse("192.0.2.1")));
        Assert.Equal("1.2.0.192.in-addr.arpa", ReverseName.Of(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.Equal("b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa",
            ReverseName.Of(IPAddress.Parse("4321:0:1:2:3:4:567:89ab")));
    }

    [Theory]
    [InlineData("in-addr.arpa")]
    [InlineData(".in-addr.arpa")]
    [InlineData("1.2.3.in-addr.arpa")]
    [InlineData("1.2.3.4.5.in-addr.arpa")]
    [InlineData("256.1.1.1.in-addr.arpa")]
    [InlineData("-1.1.1.1.in-addr.arpa")]
    [InlineData("10.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")]
    [InlineData("1.ip6.arpa")]
    [InlineData("example.org")]
    public void Other_names_are_no_addresses(string name) => Assert.Null(ReverseName.AddressOf(name));

    private DnsAnswer Query(string name, DnsType type)
        => new HostsFileResolver(() => HostsFile.Parse(Text), _dns).Query(name, type, default);
}
